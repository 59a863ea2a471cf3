"""``dougagen probe``: what a video says of itself, and its timesheet, without any network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dougagen.cli import options
from dougagen.cli.console import Watch, name_of, out, say, show_facts, show_json
from dougagen.cli.groups import Options, given, with_groups
from dougagen.cli.owners import TakesAddress
from dougagen.errors import quoted
from dougagen.files import READ_ONLY, place

if TYPE_CHECKING:
    from dougagen.config import ExtractConfig
    from dougagen.domain import Drawing, Episode
    from dougagen.footage import Timesheet
    from dougagen.runs import Reading

_FILES = "Files for other programs"


class FileOptions(Options):
    """What is written, by the kinds of ``footage.OUTPUTS``; as typed: a slash at the end is a folder."""

    xdts: Annotated[
        str | None,
        typer.Option(
            help="The timesheet for CLIP STUDIO PAINT and OpenToonz: a file with a timetable for each shot, "
            "or a folder/ that gets a file for each (OpenToonz reads the first timetable of a file).",
            metavar="FILE",
            rich_help_panel=_FILES,
        ),
    ]
    csv: Annotated[
        str | None,
        typer.Option(
            help="The sheet as CSV for After Effects and spreadsheets, as CLIP STUDIO PAINT writes it: a "
            "file with a column for each shot, or a folder/ that gets a file for each.",
            metavar="FILE",
            rich_help_panel=_FILES,
        ),
    ]
    otio: Annotated[
        str | None,
        typer.Option(
            help="The cuts as an OpenTimelineIO timeline, a marker for each drawing (pip install "
            "'dougagen\\[export]').",
            metavar="FILE",
            rich_help_panel=_FILES,
        ),
    ]
    edl: Annotated[
        str | None,
        typer.Option(
            help="The cuts as an edit decision list, CMX 3600.", metavar="FILE", rich_help_panel=_FILES
        ),
    ]
    frames: Annotated[
        str | None,
        typer.Option(
            help="The first frame of each exposure, one a line, for programs that interpolate or upscale.",
            metavar="FILE",
            rich_help_panel=_FILES,
        ),
    ]
    timecodes: Annotated[
        str | None,
        typer.Option(
            help="When each exposure begins, as timecodes v2, for the frames of --frames.",
            metavar="FILE",
            rich_help_panel=_FILES,
        ),
    ]


_SHEET_COLUMNS = 32
"""Seconds of footage up to which the exposure sheets are drawn without being asked for: two pages."""
_WHOLE_SHOTS = 24
"""Shots up to which each is listed with all its exposures, on as many lines as that takes."""


@with_groups
def probe(
    episode: Annotated[
        Path,
        typer.Argument(
            help="A video file, or its address in a store.",
            show_default=False,
            parser=partial(place, also=READ_ONLY),
        ),
        TakesAddress(),
    ],
    *,
    span: options.SpanOptions,
    picture: options.PictureOptions,
    decode: options.Decode = None,
    jobs: options.PartJobs = None,
    sheet: Annotated[
        bool | None,
        typer.Option(
            "--sheet/--no-sheet",
            help="Draw exposure sheets, a row a frame and a column a second; default: for short clips.",
            show_default=False,
        ),
    ] = None,
    files: FileOptions,
    overwrite: Annotated[
        bool,
        typer.Option("--overwrite", help="Replace older files of the same kind.", rich_help_panel=_FILES),
    ] = False,
    json: options.Json = False,
) -> None:
    """Show stream facts, shots and the timesheet: which drawing is on screen from where to where.

    Example:  dougagen probe episode.mkv --stop 60 --xdts episode.xdts

    Example:  dougagen probe episode.mkv --csv sheets/ --edl cuts.edl --frames frames.txt
    """
    from dougagen.footage import require_places, write_outputs
    from dougagen.runs import ExtractOptions

    require_places(files, replace=overwrite)
    asked = ExtractOptions.of({**span, **picture, **given(decode=decode)}).config()
    opened, facts, timesheet = _read(episode, asked, jobs=jobs or 1)
    if json:
        show_json(facts | {"timesheet": timesheet.to_dict()})
    else:
        _show(opened, facts, timesheet, sheet=sheet)
    for kind, written in write_outputs(files, timesheet, opened, replace=overwrite).items():
        _tell(kind, written)


def _read(path: Path, asked: ExtractConfig, *, jobs: int) -> tuple[Episode, dict[str, Any], Timesheet]:
    """What the video says of itself, in facts, and its timesheet."""
    from dougagen.footage import Timesheet, on_this_machine
    from dougagen.runs import timing_of

    with (
        on_this_machine(path) as here,
        Watch(unit="frames") as watch,
        timing_of(
            here,
            jobs=jobs,
            config=asked.footage.for_timing(),
            start=asked.start,
            stop=asked.stop,
            decode_on=asked.decode_on,
        ) as (opened, footage),
    ):
        watch.begin(name_of(path), opened.announced_frames)
        drawings = _watched(footage, watch, opened.announced_frames)
        timesheet = Timesheet.of(drawings, frame_rate=opened.frame_rate)
        opened = replace(opened, path=path)
        return opened, _facts(opened, footage, timesheet), timesheet


def _tell(kind: str, written: tuple[Path, ...]) -> None:
    from dougagen.footage import OUTPUTS

    more = f" and {len(written) - 1} more" if len(written) > 1 else ""
    say(f"{OUTPUTS[kind].name} in {quoted(written[0])}{more}")


def _watched(drawings: Iterator[Drawing], watch: Watch, total: int | None) -> Iterator[Drawing]:
    for number, drawing in enumerate(drawings, start=1):
        watch.move(drawing.exposures[-1].stop, total, f"{number} drawings")
        yield drawing


def _facts(episode: Episode, footage: Reading, timesheet: Timesheet) -> dict[str, Any]:
    from dataclasses import asdict

    counts = footage.counts
    return {
        "source": episode.path.name,
        "episode_id": episode.episode_id,
        "width": episode.width,
        "height": episode.height,
        "picture_area": asdict(footage.picture_area),
        "rotation": episode.rotation,
        "sample_aspect_ratio": episode.sample_aspect_words,
        "pixel_format": episode.pixel_format,
        "color_matrix": episode.color_matrix,
        "color_range": episode.color_range,
        "frame_rate": str(episode.frame_rate),
        "chapters": [
            {"title": chapter.title, "start": float(chapter.start), "stop": float(chapter.stop)}
            for chapter in episode.chapters
        ],
        "frames": counts.frames_decoded,
        "frames_skipped": dict(counts.frames_skipped),
        "frames_woven": counts.frames_woven,
        "frames_deinterlaced": counts.frames_deinterlaced,
        "packets_damaged": counts.packets_damaged,
        "truncated": counts.truncated,
        "shots": len(timesheet.shots),
        "drawings": counts.drawings_found,
    }


def _show(episode: Episode, facts: dict[str, Any], timesheet: Timesheet, *, sheet: bool | None) -> None:
    from rich.text import Text

    from dougagen.cli import timesheet_view as view

    title = name_of(episode.path)
    show_facts(title, _fact_lines(episode, facts, timesheet), beside=facts["episode_id"])
    shots, second = timesheet.shots, view.frames_a_second(episode.frame_rate)
    out.print(view.shot_table(shots, second=second, whole=len(shots) <= _WHOLE_SHOTS))
    out.print()
    if any(shot.moves for shot in shots):
        out.print(view.moves_table(shots))
        out.print()
    columns = sum(-(-len(shot.span) // second) for shot in shots)
    if sheet or (sheet is None and columns <= _SHEET_COLUMNS):
        for line in view.sheet(shots, second=second, width=out.width):
            out.print(line, soft_wrap=True)
    elif sheet is None:
        out.print(Text("--sheet draws every shot as an exposure sheet", style="dim"))


def _fact_lines(episode: Episode, facts: dict[str, Any], timesheet: Timesheet) -> Iterator[tuple[str, str]]:
    """What is worth a line, in words."""
    from dougagen.domain.timing import clock

    pixels = {"": "shape of pixels not said", "1:1": "square pixels"}
    shape = pixels.get(episode.sample_aspect_words, f"pixels {episode.sample_aspect_words}")
    turned = f", turned by {episode.rotation}°" if episode.rotation else ""
    yield "picture", f"{episode.width}×{episode.height}, {shape}{turned}"
    area = facts["picture_area"]
    if (area["width"], area["height"]) != (episode.width, episode.height):
        yield "bars", f"cut: {area['width']}×{area['height']} from ({area['x']}, {area['y']})"
    yield "colour", f"{episode.pixel_format}, {episode.color_matrix}, {episode.color_range} range"
    seconds = facts["frames"] / episode.frame_rate
    yield "time", f"{facts['frames']:,} frames, {float(episode.frame_rate):.6g} a second, {clock(seconds)}"
    if episode.chapters:
        yield "chapters", " · ".join(f"{clock(c.start)} {c.title or '(no title)'}" for c in episode.chapters)
    for reason, frames in facts["frames_skipped"].items():
        yield "skipped", f"{frames:,} frames, {reason}"
    if facts["frames_woven"] or facts["frames_deinterlaced"]:
        yield (
            "fields",
            f"{facts['frames_woven']:,} frames woven, {facts['frames_deinterlaced']:,} deinterlaced",
        )
    if facts["packets_damaged"] or facts["truncated"]:
        ended = ", and the file ends before it should" if facts["truncated"] else ""
        yield "damage", f"{facts['packets_damaged']:,} packets could not be decoded{ended}"
    rates = timesheet.rates()
    total = max(sum(rates.values()), 1)
    split = ", ".join(f"{round(100 * n / total)} % {rate}" for rate, n in rates.items() if n)
    yield "drawings", f"{facts['drawings']:,} in {facts['shots']:,} shots; exposures: {split}"
