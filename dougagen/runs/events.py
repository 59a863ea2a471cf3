"""What a run tells the person who watches it, while it goes on."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from dougagen.domain import Episode, ExtractReport
from dougagen.runs.report import EpisodeFailure
from dougagen.runs.words import Moved
from dougagen.shards import Recovered


class RunEvents(Protocol):
    """What a run tells the person who watches it."""

    def working_on(self, what: str) -> None: ...

    def episode_began(self, episode: Episode, path: Path, number: int, total: int) -> None: ...

    def episode_moved(self, path: Path, moved: Moved) -> None: ...

    def episode_ended(self, path: Path, report: ExtractReport) -> None: ...

    def episode_skipped(self, path: Path) -> None: ...

    def episode_elsewhere(self, path: Path) -> None: ...

    def episode_failed(self, failure: EpisodeFailure) -> None: ...

    def recovered(self, found: Recovered) -> None: ...

    def warned(self, what: str) -> None: ...


class Silent(RunEvents):
    """Hears all and says nothing; a listener that wants a few of them begins here."""

    def working_on(self, what: str) -> None:
        """What the run is at beside its episodes: ``loading the networks``; empty: nothing."""

    def episode_began(self, episode: Episode, path: Path, number: int, total: int) -> None:
        """The episode is being extracted, file ``number`` of ``total``."""

    def episode_moved(self, path: Path, moved: Moved) -> None:
        """So many frames and records so far."""

    def episode_ended(self, path: Path, report: ExtractReport) -> None:
        """It is committed."""

    def episode_skipped(self, path: Path) -> None:
        """It is in the dataset already."""

    def episode_elsewhere(self, path: Path) -> None:
        """Another run is at work on it."""

    def episode_failed(self, failure: EpisodeFailure) -> None:
        """It came to nothing."""

    def recovered(self, found: Recovered) -> None:
        """What a dead run had left was put right."""

    def warned(self, what: str) -> None:
        """Something a person should know."""


SILENT = Silent()
