"""``dougagen probe``: what a video says of itself, and its timesheet, without any network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dougagen.cli import options
from dougagen.cli.console import Watch, name_of, show_json, show_tables

if TYPE_CHECKING:
    from dougagen.domain import Drawing, Table
    from dougagen.footage import Timesheet


def probe(
    episode: Annotated[Path, typer.Argument(help="A video file.", show_default=False)],
    start: options.Start = None,
    stop: options.Stop = None,
    json: options.Json = False,
) -> None:
    """Show stream facts, shots and the timesheet: which drawing is on screen from where to where.

    Example:  dougagen probe episode.mkv --stop 60
    """
    from dougagen.footage import Timesheet, open_episode, read_footage

    opened = open_episode(episode)
    first, last = options.seconds(start, option="--start"), options.seconds(stop, option="--stop")
    with read_footage(opened, start=first, stop=last) as footage, Watch(unit="frames") as watch:
        watch.begin(name_of(episode), opened.announced_frames)
        timesheet = Timesheet.of(_watched(footage, watch, opened.announced_frames))
        facts = {
            "source": episode.name,
            "episode_id": opened.episode_id,
            "width": opened.width,
            "height": opened.height,
            "frame_rate": str(opened.frame_rate),
            "pixel_format": opened.pixel_format,
            "color_matrix": opened.color_matrix,
            "color_range": opened.color_range,
            "sample_aspect_ratio": opened.sample_aspect_words,
            "frames": footage.frames_decoded,
            "packets_damaged": footage.packets_damaged,
            "truncated": footage.truncated,
            "shots": len(timesheet.shot_starts),
            "drawings": footage.drawings_found,
        }
    if json:
        show_json(facts | {"timesheet": timesheet.to_dict()})
    else:
        show_tables([_facts_table(facts), *_shot_tables(timesheet)])


def _watched(drawings: Iterator[Drawing], watch: Watch, total: int | None) -> Iterator[Drawing]:
    """The drawings without their pictures' memory: a timesheet needs only when they are shown."""
    for number, drawing in enumerate(drawings, start=1):
        watch.move(drawing.exposures[-1].stop, total, f"{number} drawings")
        yield drawing


def _facts_table(facts: dict[str, object]) -> Table:
    from dougagen.domain import Table

    rows = tuple((name.replace("_", " "), str(value)) for name, value in facts.items() if value != "")
    return Table("What the video says of itself", ("fact", "value"), rows)


def _shot_tables(timesheet: Timesheet) -> Iterator[Table]:
    from dougagen.domain import Table

    shots = timesheet.to_dict()["shots"]
    rows = []
    for shot in shots:
        lengths = " ".join(str(e["stop"] - e["start"]) for e in shot["exposures"])
        drawings = len({e["drawing"] for e in shot["exposures"]})
        rows.append((str(shot["shot"]), f"{shot['start']}–{shot['stop']}", str(drawings), lengths))
    yield Table("Timesheet", ("shot", "frames", "drawings", "frames that each drawing is held"), tuple(rows))
    rates = timesheet.rates()
    yield Table("Exposures", tuple(rates), (tuple(str(n) for n in rates.values()),))
