"""``dougagen synth``: pictures of productions that never were, with exact truth."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dougagen.cli import options
from dougagen.cli.console import Watch, say, show_json
from dougagen.errors import UsageError, quoted

if TYPE_CHECKING:
    from dougagen.studio import Pictures


def synth(
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Folder of the dataset, or of the clip.", show_default=False)
    ],
    scenes: Annotated[int, typer.Option(min=1, help="How many stills.")] = 100,
    seed: Annotated[
        int, typer.Option(min=0, help="Seed of the clip, or of the first still; 1000000 and up are held out.")
    ] = 0,
    lines: Annotated[
        int | None,
        typer.Option(
            min=120, max=2160, help="Whole frames of this height; default: frames or windows of many heights."
        ),
    ] = None,
    profile: Annotated[
        str,
        typer.Option(
            help="training: windows, rare classes raised. natural: whole frames, the thesis's shares."
        ),
    ] = "training",
    held_out: Annotated[
        bool,
        typer.Option(
            "--held-out", help="Scenes of the evaluation family instead; --seed counts from its first."
        ),
    ] = False,
    clip: Annotated[
        str | None,
        typer.Option(
            help="Shoot a clip instead of stills: dialogue, action, walk, reel, or a category such as "
            "'zoom over twos'; any other word lists them.",
            metavar="NAME",
        ),
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the clip's files; default: its own.")] = None,
    delivery: Annotated[
        str | None,
        typer.Option(
            help="How a clip is coded: h264, hevc-10bit, mpeg2-telecined, vfr …; default: its own way."
        ),
    ] = None,
    pictures: Annotated[
        bool, typer.Option("--pictures", help="Beside a clip, also its true cel masks and douga as PNG.")
    ] = False,
    every_frame: Annotated[
        bool,
        typer.Option("--every-frame", help="These pictures for all frames, not a drawing's first alone."),
    ] = False,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; default: one a core.")] = None,
    json: options.Json = False,
) -> None:
    """Draw studio scenes as shards, or shoot a clip with its truth beside it.

    Example:  dougagen synth --out studio/ --scenes 500
    """
    if clip is not None:
        if held_out:
            raise UsageError("--held-out is for stills", remedy="clips have their own seeds: give --seed")
        which: Pictures = "frames" if every_frame else "drawings" if pictures else "none"
        made = _shoot(clip, out, seed=seed, lines=lines or 540, delivery=delivery, name=name, pictures=which)
        if json:
            show_json({"clip": str(made), "truth": str(made.with_suffix(".json"))})
        return
    from dougagen.studio import HELD_OUT_SEEDS, profile_asked_for
    from dougagen.training.synthesis import synthesise

    if held_out:
        seed += HELD_OUT_SEEDS.start
    with Watch(unit="scenes") as watch:
        watch.begin("studio", scenes)
        entry = synthesise(
            out,
            seeds=range(seed, seed + scenes),
            lines=lines,
            profile=profile_asked_for(profile, seed=seed),
            workers=workers or os.cpu_count() or 1,
            on_progress=lambda done: watch.move(done, scenes, ""),
        )
    say(f"{scenes} scenes from seed {seed} in {quoted(out)}")
    if json:
        show_json({"out": str(out), "episode_id": entry.episode_id, "records": entry.records})


def _shoot(
    clip: str,
    out: Path,
    *,
    seed: int,
    lines: int,
    delivery: str | None,
    name: str | None,
    pictures: Pictures,
) -> Path:
    from dougagen.studio import plan_clip, shoot_clip

    if name is not None and (Path(name).name != name or not name):
        raise UsageError(f"--name must be a plain file name, got {name!r}")
    planned = plan_clip(clip, seed=seed, lines=lines, delivery=delivery)
    with Watch(unit="frames") as watch:
        watch.begin(clip, planned.plan.frames)
        path = shoot_clip(
            planned,
            out,
            file_name=name,
            pictures=pictures,
            on_progress=lambda done: watch.move(done, planned.plan.frames, ""),
        )
    say(f"{quoted(path)} with its truth beside it")
    return path
