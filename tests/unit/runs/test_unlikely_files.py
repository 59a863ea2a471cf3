"""Files that are plainly no video cost a look each, not a process."""

from __future__ import annotations

import os
import random
import threading
from pathlib import Path

import pytest

from dougagen.config import ExtractConfig
from dougagen.runs import Plan, worker
from dougagen.runs.decoder import DecoderLimits
from dougagen.runs.words import Extracted, Failed
from dougagen.runs.worker import do_episode


@pytest.fixture
def started(monkeypatch) -> list[Path]:
    """The files for which a decoder was started."""
    paths: list[Path] = []

    class Watched(worker.DecoderProcess):
        def __init__(self, path: Path, **options) -> None:
            paths.append(path)
            super().__init__(path, **options)

    monkeypatch.setattr(worker, "DecoderProcess", Watched)
    return paths


def done(path: Path, out: Path, tiny, *, seconds: float = 60.0) -> object:
    plan = Plan(out, ExtractConfig(max_drawings=1), limits=DecoderLimits(stall_seconds=seconds))
    networks = tiny.Load()(0, 1)
    return do_episode(path, plan=plan, reconstructor=networks, digest=plan.digest(networks))


def test_no_decoder_is_started_for_what_begins_like_no_video(started, tmp_path, tiny) -> None:
    rng = random.Random(1)
    kinds = [b"no video", bytes(b or 1 for b in rng.randbytes(9000)), b"", b"%PDF-1.7"]
    for number in range(200):
        path = tmp_path / f"{number}.mkv"
        path.write_bytes(kinds[number % len(kinds)])
        outcome = done(path, tmp_path / "out", tiny)
        assert isinstance(outcome, Failed)
        assert not outcome.fatal
    assert started == []


def test_a_sparse_file_of_terabytes_is_refused_before_a_decoder_is_started(started, tmp_path, tiny) -> None:
    clip = tiny.write_tiny_clip(tmp_path / "clip.mkv", 1)
    os.truncate(clip, 4 << 40)
    outcome = done(clip, tmp_path / "out", tiny)
    assert isinstance(outcome, Failed)
    assert "were ever written" in str(outcome.error)
    assert started == []


def test_a_video_is_done_as_ever(started, tmp_path, tiny) -> None:
    clip = tiny.write_tiny_clip(tmp_path / "clip.mkv", 1)
    assert isinstance(done(clip, tmp_path / "out", tiny), Extracted)
    assert started == [clip]


def test_a_disk_that_does_not_answer_is_given_up(started, tmp_path, tiny, monkeypatch) -> None:
    answered = threading.Event()
    monkeypatch.setattr(worker, "require_likeness", lambda path: answered.wait())
    try:
        outcome = done(tmp_path / "clip.mkv", tmp_path / "out", tiny, seconds=0.2)
    finally:
        answered.set()
    assert isinstance(outcome, Failed)
    assert "nothing arrived for 0.2 s" in str(outcome.error)
    assert started == []
