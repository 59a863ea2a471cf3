"""``extract`` from Python, from whichever words: what the command line calls, and nothing of the terminal."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from dougagen.runs.events import SILENT, RunEvents
from dougagen.runs.extraction import extract_all
from dougagen.runs.inputs import find_episodes
from dougagen.runs.options import ExtractOptions
from dougagen.runs.report import RunReport

_NOTHING_SAID = ExtractOptions()


def extract(
    episodes: Iterable[str | Path],
    out: Path,
    *,
    options: ExtractOptions = _NOTHING_SAID,
    events: RunEvents = SILENT,
    command: str = "",
) -> RunReport:
    """Recover the drawings of episodes (files, folders, globs) as rows of the dataset in ``out``.

    An episode that fails is in the report's ``failed``; the others are committed. ``events`` hears how it
    goes. ``command`` is what makes this run the same as another one on this machine; empty: it is like no
    other. Raises UsageError, ConfigError, DeviceError, WeightsError where nothing can be done at all.
    """
    plan = options.plan(out)
    paths = find_episodes(map(str, episodes))
    return extract_all(
        paths,
        plan,
        load=options.networks(),
        events=events,
        cluster=options.cluster(),
        command=command,
        **options.said("jobs"),
    )
