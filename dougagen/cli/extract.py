"""``dougagen extract``: episodes in, shards out."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dougagen.cli import options
from dougagen.cli.console import Watch, complain, journal, name_of, say, show_json, warn
from dougagen.errors import quoted

if TYPE_CHECKING:
    from dougagen.domain import Episode, ExtractReport
    from dougagen.reconstruction import NetworkReconstructor
    from dougagen.runs import EpisodeFailure, RunReport
    from dougagen.runs.words import Moved
    from dougagen.shards import Recovered

FEW_EPISODES = 5
"""Up to so many, each that is skipped gets its line; else a nightly mail would list the whole collection."""


@dataclass(frozen=True, slots=True)
class LoadNetworks:
    """How each worker gets its networks; torch is imported there and nowhere else."""

    models: Path | None
    device: str
    batch_size: int
    precision: str
    refine: bool
    backend: str = "torch"
    color_cut: bool = True

    def __call__(self, number: int, jobs: int) -> NetworkReconstructor:
        if (
            jobs > 1
        ):  # all cores for each, since convolutions round by how many share them; but no idle spinning
            os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # read when torch is loaded
        from dougagen.reconstruction import (
            ColorCutConfig,
            NetworkReconstructor,
            ReconstructionConfig,
            RefinementConfig,
        )

        gpus = self.devices()
        shared = self.device in ("auto", "cuda") and gpus > 1
        config = ReconstructionConfig(
            device=f"cuda:{number % gpus}" if shared else self.device,
            batch_size=self.batch_size,
            precision=self.precision,
            backend=self.backend,
            color_cut=ColorCutConfig() if self.color_cut else None,
            refinement=RefinementConfig() if self.refine else None,
        )
        return NetworkReconstructor.load(self.models, config)

    def devices(self) -> int:
        from dougagen.networks.devices import usable_gpus

        on_gpus = self.device in ("auto", "cuda") and self.backend != "openvino"
        return max(1, usable_gpus()) if on_gpus else 1


def extract(
    episodes: Annotated[
        list[str], typer.Argument(help="Video files, folders, or globs in quotes.", show_default=False)
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of the dataset.", show_default=False)],
    device: options.Device = "auto",
    batch_size: options.BatchSize = 0,
    precision: options.Precision = "auto",
    backend: options.Backend = "torch",
    models: options.Models = None,
    color_cut: options.ColorCut = True,
    refine: options.Refine = True,
    start: options.Start = None,
    stop: options.Stop = None,
    max_drawings: Annotated[
        int | None, typer.Option(min=1, help="Stop after so many drawings an episode.")
    ] = None,
    reject: options.Reject = None,
    repeats: options.Repeats = options.OnRepeat.MARK,
    on_existing: Annotated[
        options.OnExisting,
        typer.Option(help="What to do with an episode that is there under other options."),
    ] = options.OnExisting.ERROR,
    square_pixels: options.SquarePixels = False,
    keep_bars: options.KeepBars = False,
    skip_chapters: options.SkipChapters = "",
    decode: options.Decode = "auto",
    repair: options.Repair = False,
    jobs: options.Jobs = 0,
    stall: options.Stall = 120.0,
    decoder_memory: options.DecoderMemory = 4.0,
    quiet: options.Quiet = False,
    log_file: options.LogFile = None,
    json: options.Json = False,
) -> None:
    """Recover color, cel mask and douga of every drawing of the episodes, as Parquet shards.

    Example:  dougagen extract season1/ --out shards/
    """
    from dougagen.config import ExtractConfig
    from dougagen.footage import DecodeConfig, FootageConfig, require_decode_on
    from dougagen.runs import DecoderLimits, Plan, extract_all, find_episodes

    journal.open(quiet=quiet, log_file=log_file)
    config = ExtractConfig(
        footage=FootageConfig(
            decoding=DecodeConfig(
                square_pixels=square_pixels, keep_bars=keep_bars, skip_chapters=skip_chapters
            )
        ),
        start=options.seconds(start, option="--start"),
        stop=options.seconds(stop, option="--stop"),
        max_drawings=max_drawings,
        reject=tuple(reject or ()),
        repeats=repeats.value,
        decode_on=require_decode_on(decode),
    )
    plan = Plan(
        out,
        config,
        on_existing=on_existing.value,
        repair=repair,
        limits=DecoderLimits(stall_seconds=stall, memory_bytes=round(decoder_memory * 2**30)),
    )
    paths = find_episodes(episodes)
    with Watch(unit="frames") as watch:
        report = extract_all(
            paths,
            plan,
            load=LoadNetworks(models, device, batch_size, precision, refine, backend, color_cut),
            events=_Events(watch, few=len(paths) <= FEW_EPISODES),
            jobs=jobs,
            command="\0".join([str(Path.cwd()), *sys.argv[1:]]),
        )
    _close(report, out)
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
        note = f"{moved.records} drawings"
        self._watch.move(moved.frames, moved.frames_expected, note, name=self._names.get(path))

    def episode_ended(self, path: Path, report: ExtractReport) -> None:
        self._end(path)
        name, seconds = quoted(path.name), report.seconds["total"]
        say(
            f"{name}: {report.records} drawings in {report.shots} shots from {report.frames_decoded} frames, "
            f"{seconds:.1f} s ({report.frames_decoded / seconds:.1f} frames/s)"
        )
        if "truncated" in report.flags or report.packets_damaged:
            warn(
                f"{name} could not be decoded whole ({report.packets_damaged} damaged packets); "
                "what could be is committed, and its ledger says so"
            )

    def episode_skipped(self, path: Path) -> None:
        self._end(path)
        if self._few:
            say(f"{quoted(path.name)}: already in the dataset")

    def episode_elsewhere(self, path: Path) -> None:
        self._end(path)
        say(f"{quoted(path.name)}: left to another run, which is at it")

    def episode_failed(self, failure: EpisodeFailure) -> None:
        self._end(failure.path)
        complain(failure.error)

    def recovered(self, found: Recovered) -> None:
        if found.completed:
            say(f"a run that died had committed episode {found.episode_id} nearly: completed")
        else:
            say(f"removed what a run that died left of episode {found.episode_id} ({found.removed} files)")

    def warned(self, what: str) -> None:
        warn(what)

    def _end(self, path: Path) -> None:
        self._watch.end(self._names.get(path, ""))


def _close(report: RunReport, out: Path) -> None:
    """The one line that says what the run came to; shown to the quiet, too, where something failed."""
    if report.same_run:
        say(f"the same command is at work on {quoted(out)} already: nothing to do")
        return
    parts = [
        f"{len(report.extracted)} extracted",
        f"{len(report.already_there)} already there",
        f"{len(report.failed)} failed",
    ]
    if report.elsewhere:
        parts.append(f"{len(report.elsewhere)} left to another run")
    if report.repeats.left:
        parts.append(f"repeats of {len(report.repeats.left)} left to another run")
    if report.repeats.found or report.repeats.taken_back:
        say(
            f"repeats: {report.repeats.found} drawings found that another episode shows, "
            f"{report.repeats.taken_back} brought back, in {report.repeats.episodes} episodes"
        )
    records = sum(r.records for r in report.extracted)
    line = f"done in {report.seconds:.0f} s: {', '.join(parts)}; {records} new records in {quoted(out)}"
    if report.not_begun:
        warn(
            f"stopped: {quoted(out)} cannot be written, so {len(report.not_begun)} episodes were not begun; "
            "what is committed is whole, and the same command goes on from here"
        )
    (warn if report.exit_code else say)(line)
