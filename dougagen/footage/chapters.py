"""Chapters: where a container says that openings, parts and endings lie, and which of them are skipped."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

from av.container import InputContainer

from dougagen.domain import Chapter, Episode
from dougagen.errors import ConfigError, quoted

MOST_CHAPTERS = 1000
LONGEST_TITLE = 200  # characters; a pattern never runs over more

_log = logging.getLogger(__name__)


def read_chapters(container: InputContainer, *, origin: Fraction) -> tuple[Chapter, ...]:
    """The chapters of a container, in seconds from ``origin``, the container's time of the first frame.

    Chapters that end before they begin, or before the first frame, are left out.
    """
    return tuple(_chapters(container, origin))


def _chapters(container: InputContainer, origin: Fraction) -> Iterator[Chapter]:
    for entry in container.chapters()[:MOST_CHAPTERS]:
        base = entry["time_base"]
        if not base:
            continue
        start = max(Fraction(0), entry["start"] * base - origin)
        stop = entry["end"] * base - origin
        if stop > start:
            yield Chapter(str(entry["metadata"].get("title", ""))[:LONGEST_TITLE], start, stop)


def title_pattern(regex: str) -> re.Pattern[str]:
    """The pattern that picks chapters by their titles, anywhere and in any case. Raises ConfigError."""
    try:
        return re.compile(regex, re.IGNORECASE)
    except (re.error, RecursionError, OverflowError) as error:
        raise ConfigError(
            f"--skip-chapters is not a regular expression: {error} in {quoted(regex)}",
            remedy="for example 'opening|ending'",
        ) from error


class SkippedChapters:
    """The stretches of time that chapters with matching titles cover; an empty pattern skips none.

    Chapters begin and end at the nearest frame: Matroska has them in nanoseconds, frames in milliseconds.
    """

    def __init__(self, episode: Episode, regex: str) -> None:
        self._chapters: Sequence[Chapter] = ()
        self._half_a_frame = 1 / (2 * episode.frame_rate)
        if regex:
            pattern = title_pattern(regex)
            self._chapters = [c for c in episode.chapters if pattern.search(c.title)]
            if not self._chapters:
                titles = ", ".join(quoted(c.title) for c in episode.chapters[:20]) or "none"
                _log.warning(
                    "%s: no chapter matches %s (its chapters: %s); nothing is skipped",
                    quoted(episode.path.name),
                    quoted(regex),
                    titles,
                )

    def __contains__(self, time: object) -> bool:
        """Whether the frame shown from ``time`` on, in seconds from the first, lies in a skipped chapter."""
        if not isinstance(time, Fraction):
            return False
        return any(c.start <= time + self._half_a_frame < c.stop for c in self._chapters)
