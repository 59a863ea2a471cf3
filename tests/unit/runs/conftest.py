"""A listener that notes what a run says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


class Listener:
    """Everything that a run says, as (what, file name)."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []

    def working_on(self, what: str) -> None: ...

    def episode_began(self, episode: Any, path: Path, number: int, total: int) -> None:
        self.said.append(("began", path.name))

    def episode_moved(self, path: Path, moved: Any) -> None:
        pass

    def episode_ended(self, path: Path, report: Any) -> None:
        self.said.append(("ended", path.name))

    def episode_skipped(self, path: Path) -> None:
        self.said.append(("skipped", path.name))

    def episode_elsewhere(self, path: Path) -> None:
        self.said.append(("elsewhere", path.name))

    def episode_failed(self, failure: Any) -> None:
        self.said.append(("failed", failure.path.name))

    def recovered(self, found: Any) -> None:
        self.said.append(("recovered", found.episode_id))

    def warned(self, what: str) -> None:
        self.said.append(("warned", what))


@pytest.fixture
def listener() -> Listener:
    return Listener()
