"""``dougagen extract``: episodes in, shards out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dougagen.cli import options
from dougagen.cli.console import Watch, complain, journal, name_of, say, show_json, warn
from dougagen.cli.groups import with_groups
from dougagen.cli.next_steps import look_at
from dougagen.cli.owners import TakesAddress
from dougagen.errors import quoted
from dougagen.files import place

if TYPE_CHECKING:
    from dougagen.domain import Episode, ExtractReport
    from dougagen.runs import EpisodeFailure, RunReport
    from dougagen.runs.words import Moved
    from dougagen.shards import Recovered

FEW_EPISODES = 5
"""Up to so many, each that is skipped gets its line; else a nightly mail would list the whole collection."""


@with_groups
def extract(
    episodes: Annotated[
        list[str],
        typer.Argument(
            help="Video files, folders, or globs in quotes; also addresses of stores.", show_default=False
        ),
        TakesAddress(),
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            "-o",
            help="Folder of the dataset, or its address in a store.",
            show_default=False,
            parser=place,
            metavar="PATH",
        ),
        TakesAddress(),
    ],
    *,
    line: options.ExtractionOptions,
    config: options.ConfigFile = None,
    quiet: options.Quiet = False,
    log_file: options.LogFile = None,
    json: options.Json = False,
) -> None:
    """Recover color, cel mask and douga of every drawing of the episodes, as Parquet shards.

    Example:  dougagen extract season1/ --out shards/

    Example:  dougagen extract season1/ --out shards/ --config nightly.toml --device cuda
    """
    from dougagen.runs import ExtractOptions, find_episodes, read_extract_options
    from dougagen.runs import extract as run

    journal.open(quiet=quiet, log_file=log_file)
    said = ExtractOptions.of(line)
    if config is not None:
        said = said.over(read_extract_options(config))
    paths = find_episodes(episodes)
    with Watch(unit="frames") as watch:
        report = run(
            paths,
            out,
            options=said,
            events=_Events(watch, few=len(paths) <= FEW_EPISODES),
            command="\0".join([str(Path.cwd()), *sys.argv[1:]]),
        )
    _close(report, out, part=said.limits())
    if json:
        show_json({"out": str(out), **report.to_json()})
    raise typer.Exit(report.exit_code)


class _Events:
    """A run as lines and bars."""

    def __init__(self, watch: Watch, *, few: bool) -> None:
        self._watch, self._few = watch, few
        self._names: dict[Path, str] = {}

    def episode_began(self, episode: Episode, path: Path, number: int, total: int) -> None:
        prefix = f"[{number}/{total}] " if total > 1 else ""
        self._names[path] = prefix + name_of(path)
        self._watch.begin(self._names[path], episode.announced_frames)

    def episode_moved(self, path: Path, moved: Moved) -> None:
        self._watch.move(
            moved.frames,
            moved.frames_expected,
            f"{moved.records} drawings",
            name=self._names.get(path),
            stage=moved.stage,
            left=moved.seconds_left,
        )

    def working_on(self, what: str) -> None:
        self._watch.doing(what)

    def episode_ended(self, path: Path, report: ExtractReport) -> None:
        self._end(path)
        name, seconds = quoted(path.name), report.seconds["total"]
        say(
            f"{name}: {report.records} drawings in {report.shots} shots from {report.frames_decoded} frames, "
            f"{seconds:.1f} s ({report.frames_decoded / seconds:.1f} frames/s)"
        )
        if report.damage:
            warn(f"{name} {report.damage}")

    def episode_skipped(self, path: Path) -> None:
        self._end(path)
        if self._few:
            say(f"{quoted(path.name)}: already in the dataset")

    def episode_elsewhere(self, path: Path) -> None:
        self._end(path)
        say(f"{quoted(path.name)}: another run is working on it")

    def episode_failed(self, failure: EpisodeFailure) -> None:
        self._end(failure.path)
        complain(failure.error)

    def recovered(self, found: Recovered) -> None:
        if found.completed:
            say(f"finished the commit of episode {found.episode_id} that an interrupted run had begun")
        else:
            left = f"episode {found.episode_id} ({found.removed} files)"
            say(f"removed what an interrupted run had left of {left}")

    def warned(self, what: str) -> None:
        warn(what)

    def _end(self, path: Path) -> None:
        self._watch.end(self._names.get(path, ""))


def _close(report: RunReport, out: Path, *, part: str) -> None:
    """The line that says what the run came to, shown to the quiet, too, where something failed; then what to
    do next. ``part`` is what kept the run from reading whole episodes, in words."""
    if report.same_run:
        say(f"the same command is already running on {quoted(out)}: nothing to do")
        return
    if report.repeats.found or report.repeats.taken_back:
        say(
            f"repeats: {report.repeats.found} drawings found that another episode shows, "
            f"{report.repeats.taken_back} that none shows any more, in {report.repeats.episodes} episodes"
        )
    line = f"done in {report.seconds:.0f} s: {report.in_words} in {quoted(out)}"
    if report.not_begun:
        warn(
            f"stopped: {quoted(out)} cannot be written, so {len(report.not_begun)} episodes were not begun; "
            "what is committed is whole, and the same command carries on from here"
        )
    (warn if report.exit_code else say)(line)
    if report.extracted or report.already_there:
        if part and report.extracted:
            whole = "to read the whole, name another --out or add --on-existing redo"
            say(f"{part}: only a part of the video was read; {whole}")
        if not report.exit_code:  # else the failure comes next, and a mail ends with the summary
            say(f"next: {look_at(out)} shows the drawings")
