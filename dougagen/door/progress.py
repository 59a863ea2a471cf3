"""Progress for Python: a bar in a terminal, a widget in a notebook, a line now and then in a log file."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from dougagen.errors import quoted
from dougagen.runs import Silent

if TYPE_CHECKING:
    from dougagen.domain import Episode, ExtractReport
    from dougagen.runs import EpisodeFailure
    from dougagen.runs.words import Moved

_LOGGED_EVERY = 30.0  # s, where no terminal rewrites its line
_log = logging.getLogger("dougagen")


def bar(shown: bool, *, name: str, unit: str, total: int | None) -> Any:
    """A tqdm bar; a context manager. ``shown`` False: one that shows nothing."""
    from tqdm.auto import notebook_tqdm, tqdm
    from tqdm.std import tqdm as in_text

    in_a_log = notebook_tqdm is in_text and not sys.stderr.isatty()
    often = {"mininterval": _LOGGED_EVERY} if in_a_log else {}
    return tqdm(desc=name, unit=f" {unit}", total=total, disable=not shown, **often)


class FramesOfRun(Silent):
    """One bar for a run over many episodes: the frames of those that have begun. What fails is logged."""

    def __init__(self, *, progress: bool) -> None:
        self._bar = bar(progress, name="extract", unit="frames", total=None)
        self._expected: dict[Path, int] = {}
        self._frames: dict[Path, int] = {}
        self._records: dict[Path, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.close()

    def episode_began(self, episode: Episode, path: Path, number: int, total: int) -> None:
        self._expected[path] = episode.announced_frames or 0
        of = f" {number}/{total}" if total > 1 else ""
        self._bar.set_description(f"extract{of}", refresh=False)
        self._show()

    def episode_moved(self, path: Path, moved: Moved) -> None:
        self._frames[path], self._records[path] = moved.frames, moved.records
        self._show()

    def episode_ended(self, path: Path, report: ExtractReport) -> None:
        self._frames[path] = self._expected[path] = report.frames_decoded
        self._records[path] = report.records
        if report.damage:
            _log.warning("%s %s", quoted(path.name), report.damage)
        self._show()

    def episode_failed(self, failure: EpisodeFailure) -> None:
        _log.error("%s", failure.error)

    def warned(self, what: str) -> None:
        _log.warning("%s", what)

    def _show(self) -> None:
        self._bar.total = max(sum(self._expected.values()), sum(self._frames.values())) or None
        self._bar.set_postfix_str(f"{sum(self._records.values())} drawings", refresh=False)
        self._bar.update(sum(self._frames.values()) - self._bar.n)
