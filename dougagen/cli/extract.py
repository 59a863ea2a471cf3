"""``dougagen extract``: episodes in, shards out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dougagen.cli import options
from dougagen.cli.console import Watch, complain, name_of, say, show_json
from dougagen.errors import quoted

if TYPE_CHECKING:
    from dougagen.domain import Episode, ExtractReport
    from dougagen.pipeline import Progress
    from dougagen.runs import EpisodeFailure, RunReport


def extract(
    episodes: Annotated[
        list[str], typer.Argument(help="Video files, folders, or globs in quotes.", show_default=False)
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of the dataset.", show_default=False)],
    device: options.Device = "auto",
    batch_size: options.BatchSize = 0,
    precision: options.Precision = "auto",
    models: options.Models = None,
    start: options.Start = None,
    stop: options.Stop = None,
    max_drawings: Annotated[
        int | None, typer.Option(min=1, help="Stop after so many drawings an episode.")
    ] = None,
    on_existing: Annotated[
        options.OnExisting,
        typer.Option(help="What to do with an episode that is there under other options."),
    ] = options.OnExisting.ERROR,
    json: options.Json = False,
) -> None:
    """Recover color, cel mask and douga of every drawing of the episodes, as Parquet shards.

    Example:  dougagen extract season1/ --out shards/
    """
    from dougagen.config import ExtractConfig
    from dougagen.reconstruction import NetworkReconstructor, ReconstructionConfig
    from dougagen.runs import extract_all, find_episodes
    from dougagen.runs.extraction import require_output_folder

    config = ExtractConfig(
        start=options.seconds(start, option="--start"),
        stop=options.seconds(stop, option="--stop"),
        max_drawings=max_drawings,
    )
    paths = find_episodes(episodes)
    require_output_folder(out)
    reconstructor = NetworkReconstructor.load(
        models, ReconstructionConfig(device=device, batch_size=batch_size, precision=precision)
    )
    with Watch(unit="frames") as watch:
        report = extract_all(
            paths,
            out,
            reconstructor=reconstructor,
            config=config,
            on_existing=on_existing.value,
            events=_Events(watch),
        )
    _close(report, out, as_json=json)
    raise typer.Exit(report.exit_code)


class _Events:
    """A run as lines and a bar."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    def episode_began(self, episode: Episode, number: int, total: int) -> None:
        prefix = f"[{number}/{total}] " if total > 1 else ""
        self._watch.begin(prefix + name_of(episode.path), episode.announced_frames)

    def episode_moved(self, progress: Progress) -> None:
        self._watch.move(progress.frames, progress.frames_expected, f"{progress.records} drawings")

    def episode_ended(self, report: ExtractReport) -> None:
        name, seconds = quoted(report.source), report.seconds["total"]
        say(
            f"{name}: {report.records} drawings in {report.shots} shots from {report.frames_decoded} frames, "
            f"{seconds:.1f} s ({report.frames_decoded / seconds:.1f} frames/s)"
        )
        if "truncated" in report.flags or report.packets_damaged:
            say(
                f"warning: {name} could not be decoded whole ({report.packets_damaged} damaged packets); "
                "what could be is committed, and its ledger says so"
            )

    def episode_skipped(self, path: Path) -> None:
        say(f"{quoted(path.name)}: already in the dataset")

    def episode_failed(self, failure: EpisodeFailure) -> None:
        complain(failure.error)


def _close(report: RunReport, out: Path, *, as_json: bool) -> None:
    records = sum(r.records for r in report.extracted)
    done, there, failed = len(report.extracted), len(report.already_there), len(report.failed)
    say(
        f"done: {done} extracted, {there} already there, {failed} failed; "
        f"{records} new records in {quoted(out)}"
    )
    if as_json:
        show_json(
            {
                "out": str(out),
                "extracted": [_plain(r) for r in report.extracted],
                "already_there": [str(p) for p in report.already_there],
                "failed": [{"path": str(f.path), "error": str(f.error)} for f in report.failed],
            }
        )


def _plain(report: ExtractReport) -> dict[str, object]:
    mappings = ("frames_skipped", "drawings_rejected", "seconds")
    plain = {name: getattr(report, name) for name in report.__dataclass_fields__ if name not in mappings}
    return plain | {name: dict(getattr(report, name)) for name in mappings}
