"""Shots and drawings of one long file: one decoder against several that read parts of it.

pytest -m bench -s tests/bench/test_bench_parts.py

By environment: ``PARTS_CLIP=FILE`` (else reels are shot and put end to end), ``PARTS_LINES=1080``,
``PARTS_MINUTES=24``, ``PARTS_REELS=4`` (different ones, repeated to the length), ``PARTS_DECODERS=2``,
``PARTS_KEPT=DIR`` (where the file is kept for the next time). Wall clock: run it with nothing beside it. Each
decoder is held to one core, so that one against two is one core against two.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
import pytest

from dougagen.domain import Drawing
from dougagen.footage import FootageConfig
from dougagen.processes.streams import StageClock
from dougagen.runs.decoder import DecoderProcess
from dougagen.runs.parts import read_in_parts
from dougagen.studio.clips.production import shoot_clip
from dougagen.studio.clips.repertoire import REEL, plan_clip

pytestmark = pytest.mark.bench

RATE = 24
LINES = int(os.environ.get("PARTS_LINES", "1080"))
MINUTES = float(os.environ.get("PARTS_MINUTES", "24"))
REELS = int(os.environ.get("PARTS_REELS", "4"))
DECODERS = int(os.environ.get("PARTS_DECODERS", "2"))


@pytest.fixture(scope="module")
def long_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Studio reels end to end, encoded as one stream."""
    if "PARTS_CLIP" in os.environ:
        return Path(os.environ["PARTS_CLIP"])
    folder = Path(os.environ.get("PARTS_KEPT") or tmp_path_factory.mktemp("reels"))
    target = folder / f"reels_{REELS}_{LINES}_{MINUTES:g}min.mkv"
    if not target.is_file():
        reels = []
        for seed in range(1, REELS + 1):
            reel = folder / f"reel_{seed}_{LINES}.mkv"
            if not reel.is_file():
                shoot_clip(plan_clip(REEL, seed=seed, lines=LINES), folder, file_name=reel.stem)
            reels.append(reel)
        end_to_end(reels, target)
    return target


def end_to_end(reels: list[Path], target: Path) -> None:
    """Encoded anew at one rate, since reels of different headers do not go into one stream as they are."""
    unfinished = target.with_suffix(".partial.mkv")
    with av.open(str(unfinished), "w") as out:
        stream = None
        frames = 0
        while frames < MINUTES * 60 * RATE:
            for reel in reels:
                with av.open(str(reel)) as source:
                    for picture in source.decode(video=0):
                        if stream is None:
                            stream = out.add_stream("libx264", rate=RATE, options={"preset": "veryfast"})
                            stream.width, stream.height = picture.width, picture.height
                            stream.pix_fmt = "yuv420p"
                        fitted = picture.reformat(stream.width, stream.height, "yuv420p")
                        fitted.pts, fitted.time_base = frames, Fraction(1, RATE)
                        out.mux(stream.encode(fitted))
                        frames += 1
        assert stream is not None
        out.mux(stream.encode(None))
    unfinished.rename(target)


@contextmanager
def on_core(number: int) -> Iterator[None]:
    """Processes started inside are held to one of the cores that we may use, and keep it."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {sorted(allowed)[number % len(allowed)]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def on_the_next(path: Path, started: list[int]) -> DecoderProcess:
    with on_core(len(started)):
        started.append(len(started))
        return DecoderProcess(path)


def told(drawing: Drawing) -> tuple[object, ...]:
    place = (drawing.shot_index, drawing.drawing_index, drawing.exposures)
    return (*place, drawing.frame_index, drawing.time, drawing.flags, drawing.measures)


def found(path: Path, decoders: int) -> tuple[list[tuple[object, ...]], float, str]:
    """The drawings, seconds from the opened file to the last of them, how they were read."""
    started: list[int] = []
    with on_the_next(path, started) as decoder:
        opened = decoder.open()
        read = read_in_parts(decoder, opened, lambda: on_the_next(path, started), decoders=decoders)
        began = time.perf_counter()
        options = {"config": FootageConfig().for_timing(), "start": None, "stop": None, "decode_on": "cpu"}
        with read(opened.episode, clock=StageClock(), pictures=False, **options) as footage:
            rows = [told(drawing) for drawing in footage]
        return rows, time.perf_counter() - began, type(footage).__name__


def test_several_decoders_against_one(long_file: Path) -> None:
    rows, alone, _ = found(long_file, 1)
    joined, together, how = found(long_file, DECODERS)
    frames = sum(len(span) for row in rows for span in row[2])  # type: ignore[attr-defined]
    print(f"\n{frames} frames, {len(rows)} drawings; {len(os.sched_getaffinity(0))} cores")
    print(f"one decoder {alone:8.1f} s   {1e3 * alone / frames:6.2f} ms a frame")
    print(f"{DECODERS} decoders  {together:8.1f} s   {alone / together:6.2f} times as fast ({how})")
    assert joined == rows
