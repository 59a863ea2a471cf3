"""One video read for its timesheet: by one decoder here, or by several processes that each read a part."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from functools import partial
from pathlib import Path

from dougagen.domain import Episode
from dougagen.footage import DecodeOn, Footage, FootageConfig, open_episode, read_footage
from dougagen.processes.streams import StageClock
from dougagen.runs.decoder import DecoderProcess, FarFootage
from dougagen.runs.parts import PartedFootage, read_in_parts
from dougagen.runs.words import Noticed

Reading = Footage | FarFootage | PartedFootage
"""Drawings, one by one; the counts are right once it has ended."""

_LOG = logging.getLogger(__name__)


@contextmanager
def timing_of(
    path: Path,
    *,
    config: FootageConfig,
    jobs: int = 1,
    start: Fraction | None = None,
    stop: Fraction | None = None,
    decode_on: DecodeOn = "auto",
    frames_apart: int | None = None,
) -> Iterator[tuple[Episode, Reading]]:
    """The episode of a local file, and its drawings in ``[start, stop)``, seconds from its first frame.

    ``jobs`` processes read parts of it at the same time, ``frames_apart`` or more each, which changes no
    drawing; with more than one the images are black, for their size alone. A file whose keyframes do not tell
    where it is cut is read in one piece. Raises EpisodeError.
    """
    if jobs < 2:
        episode = open_episode(path)
        with read_footage(episode, config=config, start=start, stop=stop, decode_on=decode_on) as footage:
            yield episode, footage
        return
    another = partial(DecoderProcess, path, notice=_noticed(set()))
    with another() as decoder:
        opened = decoder.open()
        read = read_in_parts(decoder, opened, another, decoders=jobs, frames_apart=frames_apart)
        with read(
            opened.episode,
            clock=StageClock(),
            pictures=False,
            config=config,
            start=start,
            stop=stop,
            decode_on=decode_on,
        ) as footage:
            yield opened.episode, footage


def _noticed(said: set[str]) -> Callable[[Noticed], None]:
    """Logs what the decoders notice, each once."""

    def notice(noticed: Noticed) -> None:
        if noticed.what not in said:
            said.add(noticed.what)
            _LOG.warning("%s", noticed.what)

    return notice
