"""Datasets whose figures can be counted by hand."""

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


def build_drawing(
    exposures: Sequence[tuple[int, int]],
    *,
    width: int = 10,
    cel: int = 0,
    classes: Sequence[int] = (),
    episode_id: str = EPISODE_ID,
    **facts: Any,
) -> Record:
    """One line of ``width`` pixels: the first ``cel`` are cel, the first of the douga are ``classes``."""
    mask = np.zeros((1, width), bool)
    mask[0, :cel] = True
    douga = np.zeros((1, width), np.uint8)
    douga[0, : len(classes)] = classes
    spans = tuple(FrameSpan(*span) for span in exposures)
    known: dict[str, Any] = {
        "episode_id": episode_id,
        "source": "a.mkv",
        "shot_index": 0,
        "drawing_index": 0,
        "frame_index": spans[0].start,
        "time": 0.0,
        "exposures": spans,
        "picture_area": PictureArea(0, 0, width, 1),
        "origin": Origin.EPISODE,
        "models": "thinline 1a2b3c4d",
        "dougagen_version": "0.1.0",
        "config_digest": "c" * 64,
    }
    color = np.zeros((1, width, 3), np.uint8)
    return Record.of(Triplet(color, CelMask(mask), Douga(douga)), Provenance(**(known | facts)))


def commit(
    out: Path, records: Sequence[Record], *, episode_id: str = EPISODE_ID, **options: Any
) -> LedgerEntry:
    frames = sum(record.provenance.held_frames for record in records)
    entry = LedgerEntry(
        episode_id=episode_id,
        source="a.mkv",
        config_digest="c" * 64,
        models="thinline 1a2b3c4d",
        dougagen_version="0.1.0",
        width=10,
        height=1,
        frame_rate=Fraction(24),
        frames_decoded=frames + 5,
        frames_in_exposures=frames,
        frames_skipped={"black": 5},
        drawings=len(records),
        records=len(records),
        drawings_rejected={},
        shots=2,
    )
    with EpisodeWriter(out, episode_id=episode_id, **options) as writer:
        for record in records:
            writer.write(encode_record(record))
        return writer.commit(entry)


@pytest.fixture(scope="session")
def drawing() -> Callable[..., Record]:
    return build_drawing


@pytest.fixture(scope="session")
def commit_episode() -> Callable[..., LedgerEntry]:
    return commit
