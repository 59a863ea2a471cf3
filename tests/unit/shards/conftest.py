"""Records small enough to draw by hand, and episodes made of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from records import EPISODE_ID, commit, entry_of, noise, record_of

from dougagen.domain import PictureArea, Record
from dougagen.shards import LedgerEntry

MakeRecord = Callable[..., Record]
MakeEntry = Callable[..., LedgerEntry]
CommitEpisode = Callable[..., LedgerEntry]

SOURCE = "夜 episode 01.mkv"


def build_record(index: int = 0, *, width: int = 7, height: int = 5, **facts: Any) -> Record:
    """Drawing ``index`` on twos: noise in the colour, every class in the douga, cel on the left half."""
    mask = np.zeros((height, width), bool)
    mask[:, : width // 2] = True
    classes = (np.arange(height * width, dtype=np.uint8).reshape(height, width) + index) % 10
    known: dict[str, Any] = {
        "source": SOURCE,
        "shot_index": index // 4,
        "drawing_index": index,
        "time": 2 * index * 1001 / 24000,
        "picture_area": PictureArea(1, 2, width, height),
        "cel_confidence": 0.5,
        "douga_confidence": 0.25,
        "flags": ("dark",) if index % 2 else (),
        "pixel_format": "yuv420p10le",
        "color_matrix": "bt709",
        "color_range": "limited",
        "sample_aspect_ratio": "1:1",
        "measures": (("luma_median", 0.1 * index), ("text", 0.5)),
        "fingerprint": 2**64 - 1 - index,
        "repeats": "fedcba9876543210/7" if index else "",
    }
    on_twos = [(2 * index, 2 * index + 2)]
    return record_of(noise(index, height, width), mask, classes, on_twos, **(known | facts))


def build_entry(records: int, **facts: Any) -> LedgerEntry:
    """Of so many records on twos, one drawing that was blank, and three black frames."""
    known: dict[str, Any] = {
        "source": SOURCE,
        "width": 7,
        "height": 5,
        "frame_rate": Fraction(24000, 1001),
        "frames_decoded": 2 * records + 3,
        "frames_skipped": {"black": 3},
        "drawings": records + 1,
        "drawings_rejected": {"blank": 1},
        "seconds": {"total": 1.5},
    }
    return entry_of(records, **(known | facts))


def commit_built(
    out: Path,
    records: Sequence[Record],
    *,
    episode_id: str = EPISODE_ID,
    timesheet: tuple[str, ...] = (),
    **options: Any,
) -> LedgerEntry:
    entry = build_entry(len(records), episode_id=episode_id, timesheet=timesheet)
    return commit(out, records, entry, **options)


@pytest.fixture(scope="session")
def episode_id() -> str:
    return EPISODE_ID


@pytest.fixture(scope="session")
def make_record() -> MakeRecord:
    return build_record


@pytest.fixture(scope="session")
def make_entry() -> MakeEntry:
    return build_entry


@pytest.fixture(scope="session")
def commit_episode() -> CommitEpisode:
    return commit_built


@pytest.fixture
def files_in() -> Callable[[Path], list[str]]:
    def listed(folder: Path) -> list[str]:
        return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())

    return listed
