"""Records small enough to draw by hand, and episodes made of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dougagen.domain import CelMask, Douga, FrameSpan, Origin, PictureArea, Provenance, Record, Triplet
from dougagen.shards import EpisodeWriter, LedgerEntry, encode_record

MakeRecord = Callable[..., Record]
MakeEntry = Callable[..., LedgerEntry]
CommitEpisode = Callable[..., LedgerEntry]

EPISODE_ID = "0123456789abcdef"


def build_record(
    index: int = 0, *, episode_id: str = EPISODE_ID, width: int = 7, height: int = 5, **facts: Any
) -> Record:
    """Drawing ``index`` on twos: noise in the colour, every class in the douga, cel on the left half."""
    noise = np.random.default_rng(index)
    color = noise.integers(0, 256, (height, width, 3), dtype=np.uint8)
    mask = np.zeros((height, width), bool)
    mask[:, : width // 2] = True
    classes = (np.arange(height * width, dtype=np.uint8).reshape(height, width) + index) % 10
    known: dict[str, Any] = {
        "episode_id": episode_id,
        "source": "夜 episode 01.mkv",
        "shot_index": index // 4,
        "drawing_index": index,
        "frame_index": 2 * index,
        "time": 2 * index * 1001 / 24000,
        "exposures": (FrameSpan(2 * index, 2 * index + 2),),
        "picture_area": PictureArea(1, 2, width, height),
        "origin": Origin.EPISODE,
        "models": "thinline 1a2b3c4d",
        "dougagen_version": "0.1.0",
        "config_digest": "c" * 64,
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
    return Record.of(Triplet(color, CelMask(mask), Douga(classes)), Provenance(**(known | facts)))


def build_entry(records: int, *, episode_id: str = EPISODE_ID, **facts: Any) -> LedgerEntry:
    known: dict[str, Any] = {
        "episode_id": episode_id,
        "source": "夜 episode 01.mkv",
        "config_digest": "c" * 64,
        "models": "thinline 1a2b3c4d",
        "dougagen_version": "0.1.0",
        "width": 7,
        "height": 5,
        "frame_rate": Fraction(24000, 1001),
        "frames_decoded": 2 * records + 3,
        "frames_in_exposures": 2 * records,
        "frames_skipped": {"black": 3},
        "drawings": records + 1,
        "records": records,
        "drawings_rejected": {"blank": 1},
        "shots": 1,
        "seconds": {"total": 1.5},
    }
    return LedgerEntry(**(known | facts))


def commit(
    out: Path, records: Sequence[Record], *, episode_id: str = EPISODE_ID, **options: Any
) -> LedgerEntry:
    with EpisodeWriter(out, episode_id=episode_id, **options) as writer:
        for record in records:
            writer.write(encode_record(record))
        return writer.commit(build_entry(len(records), episode_id=episode_id))


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
    return commit


@pytest.fixture
def files_in() -> Callable[[Path], list[str]]:
    def listed(folder: Path) -> list[str]:
        return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())

    return listed
