"""Decoding happens in a process of its own: what goes wrong there is one line here."""

from __future__ import annotations

import os
import pickle
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from waiting import PATIENCE, ends, is_alive

from dougagen.errors import EpisodeError
from dougagen.footage import FootageConfig, open_episode, read_footage
from dougagen.processes.streams import StageClock
from dougagen.runs.decoder import DecoderLimits, DecoderProcess
from dougagen.runs.messages import Receiver, Sender


@pytest.fixture(scope="module")
def clip(tmp_path_factory, tiny) -> Path:
    # 100 pixels are no multiple of what FFmpeg aligns lines to: the pictures come with gaps
    return tiny.write_tiny_clip(tmp_path_factory.mktemp("clip") / "clip.mkv", 3, frames=20, width=100)


def footage_of(decoder: DecoderProcess, opened, **options):
    return decoder.footage(
        opened.episode,
        config=FootageConfig(),
        start=None,
        stop=None,
        decode_on="cpu",
        clock=StageClock(),
        **options,
    )


def test_the_drawings_and_counts_are_those_of_this_process(clip) -> None:
    episode = open_episode(clip)
    with read_footage(episode) as near:
        wanted = list(near)
    with DecoderProcess(clip) as decoder:
        opened = decoder.open()
        assert opened.episode == episode
        with footage_of(decoder, opened) as far:
            got = list(far)
    assert len(wanted) > 5
    for one, other in zip(got, wanted, strict=True):
        assert np.array_equal(one.image, other.image)
        assert (one.exposures, one.time, one.flags) == (other.exposures, other.time, other.flags)
    assert far.counts == near.counts
    assert far.picture_area == near.picture_area


def test_no_more_is_decoded_than_the_wanted_drawings_need(clip) -> None:
    counts = set()
    for _ in range(2):
        with DecoderProcess(clip) as decoder, footage_of(decoder, decoder.open(), max_drawings=3) as far:
            assert len(list(far)) == 3
            counts.add(far.counts.frames_decoded)
    assert len(counts) == 1


def test_what_the_child_says_against_a_file_is_what_this_process_would_say(tmp_path) -> None:
    (tmp_path / "text.mkv").write_text("no video")
    for path in (tmp_path / "gone.mkv", tmp_path / "text.mkv", tmp_path):
        with pytest.raises(EpisodeError) as near:
            open_episode(path)
        with DecoderProcess(path) as decoder, pytest.raises(EpisodeError) as far:
            decoder.open()
        assert str(far.value) == str(near.value)


def test_a_decoder_that_dies_is_one_line_that_says_how(clip) -> None:
    with DecoderProcess(clip) as decoder:
        opened = decoder.open()
        os.kill(decoder._child.pid, signal.SIGSEGV)
        with pytest.raises(EpisodeError, match=r"died \(killed by SIGSEGV\).*encode the file again"):
            list(footage_of(decoder, opened))


def test_a_decoder_that_hangs_is_given_up_after_its_time(clip) -> None:
    with DecoderProcess(clip) as decoder:
        opened = decoder.open()
        os.kill(decoder._child.pid, signal.SIGSTOP)
        decoder._limits = DecoderLimits(stall_seconds=0.5)
        began = time.monotonic()
        with pytest.raises(EpisodeError, match=r"hangs: nothing arrived for 0.5 s.*--stall"):
            footage_of(decoder, opened)
        assert time.monotonic() - began < 100  # 120 s is what it has by default


def test_a_reader_that_takes_its_time_is_no_hang(clip) -> None:
    with DecoderProcess(clip) as decoder:
        far = footage_of(decoder, decoder.open())
        next(far)
        decoder._moved_at -= 3600  # the reader was away for an hour; 120 s without a frame are a hang
        assert len(list(far)) > 5


def test_a_stop_of_everything_that_takes_longer_than_a_hang_is_none(clip) -> None:
    program = (
        "import os, signal, sys; from pathlib import Path; from dougagen.footage import FootageConfig\n"
        "from dougagen.runs.decoder import DecoderLimits, DecoderProcess\n"
        "from dougagen.processes.streams import StageClock\n"
        "with DecoderProcess(Path(sys.argv[1])) as decoder:\n"
        "    opened = decoder.open()\n"
        "    os.kill(decoder._child.pid, signal.SIGSTOP)\n"
        "    decoder._limits = DecoderLimits(stall_seconds=8)\n"
        "    print(decoder._child.pid, flush=True)\n"
        "    far = decoder.footage(opened.episode, config=FootageConfig(), start=None, stop=None,"
        " decode_on='cpu', clock=StageClock())\n"
        "    print(len(list(far)), flush=True)\n"
    )
    words = [sys.executable, "-c", program, str(clip)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        child = int(run.stdout.readline())
        run.send_signal(signal.SIGSTOP)
        time.sleep(8.5)  # longer than a hang: this is what is tried
        os.kill(child, signal.SIGCONT)
        run.send_signal(signal.SIGCONT)
        assert int(run.stdout.read()) > 5
        assert run.wait() == 0


def test_a_decoder_that_outgrows_its_bound_is_one_line(clip) -> None:
    limits = SimpleNamespace(stall_seconds=60, memory_bytes=32 << 20)  # its libraries alone are more

    def decode(decoder: DecoderProcess) -> None:
        opened = decoder.open()
        assert decoder._child.wait(PATIENCE) is not None
        footage_of(decoder, opened)

    with (
        DecoderProcess(clip, limits=limits) as decoder,  # type: ignore[arg-type]
        pytest.raises(EpisodeError, match=r"takes more than 0.03125 GB.*--decoder-memory"),
    ):
        decode(decoder)


def test_a_file_that_changes_while_it_is_read_is_a_failure(tmp_path, tiny) -> None:
    # ten drawings of 230 KB: the pipe holds 1 MB, so that the decoder cannot be done before they are read
    copy = tiny.write_tiny_clip(tmp_path / "copy.mkv", 3, frames=20, width=320, height=240)
    with DecoderProcess(copy) as decoder:
        opened = decoder.open()
        with copy.open("ab") as more:
            more.write(b"still being copied")
        with pytest.raises(EpisodeError, match="changed while it was being read"):
            list(footage_of(decoder, opened))
    with DecoderProcess(copy) as decoder:
        opened = decoder.open()
        far = footage_of(decoder, opened)
        copy.unlink()
        with pytest.raises(EpisodeError, match="disappeared while it was being read"):
            list(far)


def test_a_decoder_goes_with_a_parent_that_is_killed(clip) -> None:
    program = (
        "import sys, time; from pathlib import Path; from dougagen.runs.decoder import DecoderProcess\n"
        "decoder = DecoderProcess(Path(sys.argv[1])); decoder.open()\n"
        "print(decoder._child.pid, flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(clip)], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert is_alive(child)
        parent.kill()
    assert ends(lambda: is_alive(child))


class Evil:
    def __reduce__(self):
        return os.system, ("touch /tmp/dougagen-was-here",)


def receiver_of(data: bytes) -> Receiver:
    reading, writing = os.pipe()
    os.write(writing, data)
    os.close(writing)
    return Receiver(reading)


def framed(body: bytes) -> bytes:
    return struct.pack("<QQ", 0, len(body)) + body


@pytest.mark.parametrize(
    "body",
    [
        pickle.dumps(Evil()),
        b"cdougagen.runs.children\nChild\n(S'antigravity'\ntR.",
        b"cdougagen.errors\nos\n.",
        b"not a pickle",
        b"",
    ],
)
def test_a_message_runs_nothing(body: bytes) -> None:
    with pytest.raises(pickle.UnpicklingError):
        receiver_of(framed(body)).receive(1)
    assert not Path("/tmp/dougagen-was-here").exists()


def test_a_message_of_absurd_length_is_refused_before_memory_is_taken() -> None:
    for lengths in ((0, 1 << 60), (1 << 40, 8), (1, 8, 1 << 50)):
        with pytest.raises(pickle.UnpicklingError):
            receiver_of(struct.pack(f"<{len(lengths)}Q", *lengths) + b"N." * 8).receive(1)


def test_arrays_cross_a_pipe_whole() -> None:
    reading, writing = os.pipe()
    picture = np.arange(30, dtype=np.uint8).reshape(2, 5, 3)
    picture.setflags(write=False)
    Sender(writing).send({"a": picture, "b": picture[:, ::2]})
    with pytest.raises(pickle.UnpicklingError):  # an array with gaps has to be made whole by the sender
        Receiver(reading).receive(1)
    Sender(writing).send({"a": picture})
    assert np.array_equal(Receiver(reading).receive(1)["a"], picture)
