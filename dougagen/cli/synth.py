"""``dougagen synth``: pictures of productions that never were, with exact truth."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from dougagen.cli import options
from dougagen.cli.console import Watch, say, show_json
from dougagen.errors import UsageError, quoted


def synth(
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Folder of the dataset, or of the clip.", show_default=False)
    ],
    scenes: Annotated[int, typer.Option(min=1, help="How many stills.")] = 100,
    seed: Annotated[
        int, typer.Option(min=0, help="Seed of the first still; 1000000 and up are held out.")
    ] = 0,
    lines: Annotated[
        int | None,
        typer.Option(
            min=120, max=2160, help="Whole frames of this height; default: windows of many heights."
        ),
    ] = None,
    clip: Annotated[
        str | None,
        typer.Option(help="Shoot this storyboard instead of stills: dialogue, action, walk.", metavar="NAME"),
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="Name of the clip's files; default: the storyboard's.")
    ] = None,
    pictures: Annotated[
        bool, typer.Option("--pictures", help="Beside a clip, also its true cel masks and douga as PNG.")
    ] = False,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; default: one a core.")] = None,
    json: options.Json = False,
) -> None:
    """Draw studio scenes as shards, or shoot a clip with its truth beside it.

    Example:  dougagen synth --out studio/ --scenes 500
    """
    if clip is not None:
        _shoot(clip, out, lines=lines or 540, name=name or clip, with_pictures=pictures)
        return
    from dougagen.training.synthesis import synthesise

    with Watch(unit="scenes") as watch:
        watch.begin("studio", scenes)
        entry = synthesise(
            out,
            seeds=range(seed, seed + scenes),
            lines=lines,
            workers=workers or os.cpu_count() or 1,
            on_progress=lambda done: watch.move(done, scenes, ""),
        )
    say(f"{scenes} scenes from seed {seed} in {quoted(out)}")
    if json:
        show_json({"out": str(out), "episode_id": entry.episode_id, "records": entry.records})


def _shoot(storyboard: str, out: Path, *, lines: int, name: str, with_pictures: bool) -> None:
    from dougagen.studio.storyboards import STORYBOARDS, shoot_storyboard

    if storyboard not in STORYBOARDS:
        raise UsageError(
            f"no storyboard is named {storyboard!r}", remedy=f"there are {', '.join(STORYBOARDS)}"
        )
    if Path(name).name != name or not name:
        raise UsageError(f"--name must be a plain file name, got {name!r}")
    board = STORYBOARDS[storyboard]
    with Watch(unit="frames") as watch:
        watch.begin(name, board.frames)
        path = shoot_storyboard(
            board,
            out,
            lines=lines,
            file_name=name,
            with_pictures=with_pictures,
            on_progress=lambda done: watch.move(done, board.frames, ""),
        )
    say(f"{quoted(path)} with its truth beside it")
