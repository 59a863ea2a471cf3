"""Records and datasets of a few small pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from records import commit, entry_of, noise, record_of

from dougagen.domain import Record

SOURCE, MODELS = "episode 01.mkv", "fake@00000000"


def build_record(index: int, *, cel: int = 20, **facts: Any) -> Record:
    """Drawing ``index``, one a shot: noise of 32×24, a box with an outline, ``cel`` rows high."""
    mask = np.zeros((24, 32), bool)
    mask[:cel, 4:28] = True
    classes = np.zeros((24, 32), np.uint8)
    classes[:cel, 4:28] = 1
    classes[1 : max(cel - 1, 0), 5:27] = 6
    known: dict[str, Any] = {
        "source": SOURCE,
        "shot_index": index,
        "drawing_index": index,
        "models": MODELS,
        "cel_confidence": 0.5 + index / 64,
        "douga_confidence": 0.5 + index / 64,
    }
    return record_of(noise(index, 24, 32), mask, classes, [(2 * index, 2 * index + 2)], **(known | facts))


def commit_built(out: Path, records: Sequence[Record], *, row_group_bytes: int = 4000) -> Path:
    """The dataset ``out`` with one episode of these records."""
    entry = entry_of(
        len(records),
        episode_id=records[0].provenance.episode_id,
        source=SOURCE,
        models=MODELS,
        width=32,
        height=24,
        shots=len(records),
    )
    commit(out, records, entry, row_group_bytes=row_group_bytes)
    return out


@pytest.fixture(scope="session")
def make_record() -> Callable[..., Record]:
    return build_record


@pytest.fixture(scope="session")
def make_dataset() -> Callable[..., Path]:
    return commit_built
