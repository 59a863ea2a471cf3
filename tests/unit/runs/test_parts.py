"""An episode that several decoders read in parts gives what one decoder gives, whatever the parts are."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from av.video.frame import PictureType

from dougagen.domain import Drawing
from dougagen.errors import EpisodeError
from dougagen.footage import Footage, FootageConfig, Timesheet, likely_borders, open_episode, read_footage
from dougagen.footage import parts as parting
from dougagen.footage.decode import DecodeConfig
from dougagen.processes.streams import StageClock
from dougagen.runs import SILENT, Plan, extract_all, parts
from dougagen.runs.decoder import DecoderProcess, FarFootage
from dougagen.runs.parts import PartedFootage, read_in_parts
from dougagen.runs.timing import timing_of

CUTS = (41, 97, 131, 175)
BORDERS = (41, 94, 131, 152)
"""Keyframes: at a cut, three frames before one, at a cut, in the middle of a shot."""
FRAMES = 230


@cache
def ground(seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(0, 1, (96, 160, 3)).astype(np.float32)
    return np.clip(128 + 260 * cv2.GaussianBlur(noise, (0, 0), 7), 0, 255).astype(np.uint8)


def shots(cuts: Iterable[int] = CUTS, frames: int = FRAMES, *, on: int = 3) -> Iterator[np.ndarray]:
    """Pictures with a cut at each of ``cuts``; on each painted ground a drawing stands for ``on`` frames."""
    starts = [0, *cuts]
    for index in range(frames):
        shot = max(n for n, start in enumerate(starts) if start <= index)
        x, y = np.random.default_rng((shot, (index - starts[shot]) // on)).integers(4, (136, 76)).tolist()
        picture = ground(shot).copy()
        cv2.rectangle(picture, (x, y), (x + 13, y + 13), (235, 225, 60), -1)
        cv2.rectangle(picture, (x, y), (x + 13, y + 13), (20, 20, 20), 1)
        yield picture


def written(
    path: Path, pictures: Iterable[np.ndarray], *, keyframes: Iterable[int] = BORDERS, stretched: bool = False
) -> Path:
    """A file with keyframes where they are said; ``stretched``: at uneven times."""
    with av.open(str(path), "w") as container:
        options = {"preset": "ultrafast", "crf": "18", "bf": "2", "sc_threshold": "0", "g": "500"}
        stream: Any = container.add_stream("libx264", rate=24, options=options)
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 72)
        for index, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = 3 * index + (index % 3 if stretched else 0), Fraction(1, 72)
            frame.pict_type = PictureType.I if index in set(keyframes) else PictureType.NONE
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("parts") / "clip.mkv", shots())


def told(drawing: Drawing) -> tuple[object, ...]:
    """Everything that becomes a row."""
    place = (drawing.shot_index, drawing.drawing_index, drawing.exposures)
    shown = (drawing.frame_index, drawing.time, drawing.image.tobytes())
    return (*place, *shown, drawing.flags, drawing.measures)


def options_of(**more: Any) -> dict[str, Any]:
    return {"config": FootageConfig(), "start": None, "stop": None, "decode_on": "cpu", **more}


def whole(path: Path, **more: Any) -> tuple[list[tuple[object, ...]], Any]:
    with read_footage(open_episode(path), **options_of(**more)) as footage:
        return [told(drawing) for drawing in footage], footage


def parted(path: Path, *, apart: int = 20, decoders: int = 2, **more: Any) -> tuple[list[Any], Any]:
    with DecoderProcess(path) as decoder:
        opened = decoder.open()
        read = read_in_parts(
            decoder, opened, lambda: DecoderProcess(path), decoders=decoders, frames_apart=apart
        )
        with read(opened.episode, clock=StageClock(), **options_of(**more)) as footage:
            return [told(drawing) for drawing in footage], footage


@pytest.mark.parametrize("jobs", [1, 3])
def test_the_timesheet_is_the_same_whatever_the_number_of_jobs(clip, jobs) -> None:
    with timing_of(clip, config=FootageConfig().for_timing(), jobs=jobs, frames_apart=20) as (episode, read):
        sheet = Timesheet.of(read, frame_rate=episode.frame_rate)
        counts = read.counts
    with read_footage(open_episode(clip), config=FootageConfig().for_timing()) as alone:
        assert sheet == Timesheet.of(alone, frame_rate=episode.frame_rate)
        assert sheet.to_dict()["shots"][-1]["shot"] == len(CUTS)
    assert (counts.frames_decoded, counts.shots_found) == (FRAMES, len(CUTS) + 1)
    assert isinstance(read, Footage if jobs == 1 else PartedFootage)


def test_a_part_decodes_no_more_than_its_search_looks_ahead(clip) -> None:
    with read_footage(open_episode(clip), config=FootageConfig().for_timing(), until=41) as footage:
        drawings = list(footage)
    assert footage.seams.ended_at is not None
    assert drawings[-1].exposures[-1].stop == footage.seams.ended_at[0] == 41
    assert footage.counts.frames_decoded <= 41 + 90


def borders_of(path: Path) -> list[int]:
    return [index for index, _ in likely_borders(open_episode(path), apart=20)]


def test_the_last_parts_are_smaller_so_that_no_decoder_waits_long_for_another() -> None:
    cuts = range(50, 4_500, 50)
    even, shared = (
        [*parting._spread(cuts, first=0, last=4_500, apart=1_500, readers=readers)] for readers in (None, 2)
    )
    assert even == [1_500, 3_000]
    ways = [late - early for early, late in pairwise([0, *shared, 4_500])]
    assert ways[0] == 1_150  # a half of a decoder's share
    assert ways[:-1] == sorted(ways[:-1], reverse=True)
    assert 300 <= ways[-1] <= 450
    long = [*parting._spread(range(50, 36_000, 50), first=0, last=36_000, apart=1_500, readers=2)]
    assert long[:20] == [1_500 * number for number in range(1, 21)]


@pytest.mark.parametrize("decoders", [2, 3])
def test_parts_at_cuts_near_cuts_and_within_shots_give_the_rows_of_the_whole(clip, decoders) -> None:
    assert borders_of(clip) == list(BORDERS)
    rows, near = whole(clip)
    joined, far = parted(clip, decoders=decoders)
    assert isinstance(far, PartedFootage)
    assert joined == rows
    assert (far.picture_area, far.counts.shots_found) == (near.picture_area, len(CUTS) + 1)
    for name in ("frames_decoded", "shots_found", "drawings_found", "packets_damaged", "truncated"):
        assert getattr(far.counts, name) == getattr(near.counts, name), name


def test_a_stretch_with_a_variable_frame_rate_is_parted_as_well(tmp_path) -> None:
    path = written(tmp_path / "clip.mkv", shots(), stretched=True)
    where = {"start": Fraction(1), "stop": Fraction(8)}
    rows, _ = whole(path, **where)
    joined, far = parted(path, **where)
    assert isinstance(far, PartedFootage)
    assert joined == rows


def test_a_long_shot_without_a_cut_is_read_to_its_end_across_all_borders(tmp_path) -> None:
    path = written(tmp_path / "clip.mkv", shots((180,)), keyframes=(40, 80, 120, 165))
    assert len(borders_of(path)) == 4
    rows, _ = whole(path)
    joined, far = parted(path)
    assert isinstance(far, PartedFootage)
    assert joined == rows
    assert far.counts.shots_found == 2


def test_a_part_that_does_not_see_the_seam_is_read_anew_from_there(clip, monkeypatch) -> None:
    """As where a search that began elsewhere judges a cut otherwise: what came before it decides."""
    anew = []
    honest, offer = PartedFootage._anew, parts._Part.offer

    def watched(self, seam, *, until):
        anew.append(seam.index)
        return honest(self, seam, until=until)

    def blind(self, item):
        return offer(self, replace(item, at_seam=False) if isinstance(item, parts._Found) else item)

    monkeypatch.setattr(PartedFootage, "_anew", watched)
    monkeypatch.setattr(parts._Part, "offer", blind)
    joined, _ = parted(clip)
    assert joined == whole(clip)[0]
    assert anew == [41, 97, 131, 175]


def test_what_cannot_be_parted_is_read_in_one_piece(clip, tmp_path) -> None:
    no_index = tmp_path / "clip.ts"
    with av.open(str(clip)) as source, av.open(str(no_index), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    no_cut = written(tmp_path / "even.mkv", shots((), 100), keyframes=range(0, 100, 20))
    chapters = FootageConfig(decoding=DecodeConfig(skip_chapters="opening"))
    for path, more in ((no_index, {}), (no_cut, {}), (clip, {"config": chapters})):
        joined, far = parted(path, **more)
        assert isinstance(far, FarFootage)
        assert joined == whole(path, **more)[0]


def test_a_decoder_of_a_part_that_is_killed_is_one_line(clip) -> None:
    with DecoderProcess(clip) as decoder:
        opened = decoder.open()
        read = read_in_parts(decoder, opened, lambda: DecoderProcess(clip), decoders=2, frames_apart=20)
        with read(opened.episode, clock=StageClock(), **options_of()) as footage:
            os.kill(footage._hired[1]._child.pid, signal.SIGKILL)
            with pytest.raises(EpisodeError, match=r"the decoder died \(killed by SIGKILL\)") as error:
                list(footage)
    assert "\n" not in str(error.value)


def test_who_leaves_early_leaves_no_process_behind(clip) -> None:
    with DecoderProcess(clip) as decoder:
        opened = decoder.open()
        read = read_in_parts(decoder, opened, lambda: DecoderProcess(clip), decoders=3, frames_apart=20)
        with read(opened.episode, clock=StageClock(), **options_of()) as footage:
            next(footage)
            processes = [hired._child._process for hired in footage._hired]
        assert len(processes) == 3
        assert all(process.poll() is not None for process in processes)


def test_more_jobs_than_episodes_write_the_same_shards(tmp_path, tiny) -> None:
    path = written(tmp_path / "clip.mkv", shots((620, 700), 960, on=20), keyframes=(620, 700))
    said: dict[int, dict[str, bytes]] = {}
    for jobs in (1, 2):
        out = tmp_path / str(jobs)
        report = extract_all([path], Plan(out), load=tiny.Load(), events=SILENT, jobs=jobs)
        assert (len(report.extracted), report.exit_code) == (1, 0)
        said[jobs] = {shard.name: shard.read_bytes() for shard in (out / "data").iterdir()}
    assert said[1] == said[2]
