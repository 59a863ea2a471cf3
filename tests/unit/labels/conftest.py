"""Records and datasets of a few small pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dougagen.domain import CelMask, Douga, FrameSpan, Origin, PictureArea, Provenance, Record, Triplet
from dougagen.shards import EpisodeWriter, LedgerEntry, encode_record

EPISODE_ID = "0123456789abcdef"


def build_record(index: int, *, episode_id: str = EPISODE_ID, cel: int = 20, **facts: Any) -> Record:
    """Drawing ``index``, one a shot: noise of 32×24, a box with an outline, ``cel`` rows high."""
    color = np.random.default_rng(index).integers(0, 256, (24, 32, 3), dtype=np.uint8)
    mask = np.zeros((24, 32), bool)
    mask[:cel, 4:28] = True
    classes = np.zeros((24, 32), np.uint8)
    classes[:cel, 4:28] = 1
    classes[1 : max(cel - 1, 0), 5:27] = 6
    known: dict[str, Any] = {
        "episode_id": episode_id,
        "source": "episode 01.mkv",
        "shot_index": index,
        "drawing_index": index,
        "frame_index": 2 * index,
        "time": index / 12,
        "exposures": (FrameSpan(2 * index, 2 * index + 2),),
        "picture_area": PictureArea(0, 0, 32, 24),
        "origin": Origin.EPISODE,
        "models": "fake@00000000",
        "dougagen_version": "0.1.0",
        "config_digest": "c" * 64,
        "cel_confidence": 0.5 + index / 64,
        "douga_confidence": 0.5 + index / 64,
    }
    return Record.of(Triplet(color, CelMask(mask), Douga(classes)), Provenance(**(known | facts)))


def commit(out: Path, records: Sequence[Record], *, row_group_bytes: int = 4000) -> Path:
    """The dataset ``out`` with one episode of these records."""
    episode_id = records[0].provenance.episode_id
    count = len(records)
    entry = LedgerEntry(
        episode_id=episode_id,
        source="episode 01.mkv",
        config_digest="c" * 64,
        models="fake@00000000",
        dougagen_version="0.1.0",
        width=32,
        height=24,
        frame_rate=Fraction(24),
        frames_decoded=2 * count,
        frames_in_exposures=2 * count,
        frames_skipped={},
        drawings=count,
        records=count,
        drawings_rejected={},
        shots=count,
        seconds={},
    )
    with EpisodeWriter(out, episode_id=episode_id, row_group_bytes=row_group_bytes) as writer:
        for record in records:
            writer.write(encode_record(record))
        writer.commit(entry)
    return out


@pytest.fixture(scope="session")
def make_record() -> Callable[..., Record]:
    return build_record


@pytest.fixture(scope="session")
def make_dataset() -> Callable[..., Path]:
    return commit
