"""Where things are, for every test."""

from __future__ import annotations

import importlib
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "tests"))  # tiny.py, faults.py, waiting.py: for processes of a run, too


@pytest.fixture(scope="session")
def sample_videos() -> Path:
    """The folder of sample clips."""
    return ROOT / "sample_videos"


@pytest.fixture(scope="session")
def first_sample(sample_videos: Path) -> Path:
    """The first sample by name: the one of the README's first command."""
    return min(sample_videos.glob("*.mkv"))


@pytest.fixture(scope="session")
def tiny() -> ModuleType:
    """``tests/tiny.py``: tiny clips and networks without torch."""
    return importlib.import_module("tiny")


@pytest.fixture
def no_hang() -> Iterator[None]:
    """A test that waits for ever fails instead."""

    def ended(*_: object) -> None:
        pytest.fail("the test waited for two minutes")  # no OSError, which much code passes over

    before = signal.signal(signal.SIGALRM, ended)
    signal.alarm(120)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture(autouse=True)
def usual_scheduling() -> Iterator[None]:
    """SVT-AV1 makes the process of root a real-time one, next to which nothing else runs on its core."""
    yield
    if os.sched_getscheduler(0) != os.SCHED_OTHER:
        for thread in Path("/proc/self/task").iterdir():
            os.sched_setscheduler(int(thread.name), os.SCHED_OTHER, os.sched_param(0))
