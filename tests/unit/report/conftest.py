"""Datasets whose figures can be counted by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from records import EPISODE_ID, commit, entry_of, record_of

from dougagen.domain import Record
from dougagen.shards import LedgerEntry


def build_drawing(
    exposures: Sequence[tuple[int, int]],
    *,
    width: int = 10,
    cel: int = 0,
    classes: Sequence[int] = (),
    **facts: Any,
) -> Record:
    """One line of ``width`` pixels: the first ``cel`` are cel, the first of the douga are ``classes``."""
    mask = np.zeros((1, width), bool)
    mask[0, :cel] = True
    douga = np.zeros((1, width), np.uint8)
    douga[0, : len(classes)] = classes
    return record_of(np.zeros((1, width, 3), np.uint8), mask, douga, exposures, **({"time": 0.0} | facts))


def commit_built(
    out: Path, records: Sequence[Record], *, episode_id: str = EPISODE_ID, **options: Any
) -> LedgerEntry:
    """An episode of these records, of two shots, and five black frames."""
    held = sum(record.provenance.held_frames for record in records)
    entry = entry_of(
        len(records),
        episode_id=episode_id,
        width=10,
        height=1,
        frames_decoded=held + 5,
        frames_in_exposures=held,
        frames_skipped={"black": 5},
        shots=2,
    )
    return commit(out, records, entry, **options)


@pytest.fixture(scope="session")
def drawing() -> Callable[..., Record]:
    return build_drawing


@pytest.fixture(scope="session")
def commit_episode() -> Callable[..., LedgerEntry]:
    return commit_built
