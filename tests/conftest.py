"""Where things are, for every test."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def sample_videos() -> Path:
    """The folder of sample clips."""
    return ROOT / "sample_videos"


@pytest.fixture(scope="session")
def first_sample(sample_videos: Path) -> Path:
    """The first sample by name: the one of the README's first command."""
    return min(sample_videos.glob("*.mkv"))
