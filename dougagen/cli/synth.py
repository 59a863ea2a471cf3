"""``dougagen synth``: pictures of productions that never were, with exact truth."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dougagen.cli import completion, options
from dougagen.cli.console import Watch, say, show_json
from dougagen.cli.groups import Options, given, with_groups
from dougagen.cli.owners import Owner
from dougagen.errors import UsageError, quoted

if TYPE_CHECKING:
    from dougagen.shards import LedgerEntry
    from dougagen.studio import Pictures

Scenes = Annotated[
    int | None, typer.Option(min=1, help="How many stills."), Owner("training.synthesis:seeds_of.scenes")
]
Seed = Annotated[
    int | None,
    typer.Option(min=0, help="Seed of the clip, or of the first still; 1000000 and up are held out."),
    Owner("training.synthesis:seeds_of.first"),
]
Lines = Annotated[
    int | None,
    typer.Option(
        min=120,
        max=2160,
        help="Whole frames of this height; default: frames or windows of many heights.",
    ),
]
ProfileName = Annotated[
    str | None,
    typer.Option(
        help="training (default): windows, rare classes raised. natural: whole frames, the thesis's shares."
    ),
]
HeldOut = Annotated[
    bool,
    typer.Option("--held-out", help="Scenes of the evaluation family instead; --seed counts from its first."),
]
Clip = Annotated[
    str | None,
    typer.Option(
        help="Shoot a clip instead of stills: dialogue, action, walk, reel, or a category such as "
        "'zoom over twos'; any other word lists them.",
        metavar="NAME",
        autocompletion=completion.clips,
    ),
]
EveryFrame = Annotated[
    bool,
    typer.Option("--every-frame", help="These pictures for all frames, not a drawing's first alone."),
]
BesideClip = Annotated[
    bool, typer.Option("--pictures", help="Beside a clip, also its true cel masks and douga as PNG.")
]
AsShards = Annotated[
    bool,
    typer.Option("--shards", help="The drawings of a clip as shards instead of a film, with exact truth."),
]
Workers = Annotated[int | None, typer.Option(min=1, help="Processes; default: one a core.")]


class ClipOptions(Options):
    """Of a clip alone."""

    name: Annotated[str | None, typer.Option(help="Name of the clip's files; default: its own.")]
    delivery: Annotated[
        str | None,
        typer.Option(
            help="How a clip is coded: h264, hevc-10bit, mpeg2-telecined, vfr …; default: its own way.",
            autocompletion=completion.deliveries,
        ),
    ]


@with_groups
def synth(
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Folder of the dataset, or of the clip.", show_default=False)
    ],
    *,
    scenes: Scenes = None,
    seed: Seed = None,
    lines: Lines = None,
    profile: ProfileName = None,
    held_out: HeldOut = False,
    clip: Clip = None,
    of_clip: ClipOptions,
    pictures: BesideClip = False,
    every_frame: EveryFrame = False,
    shards: AsShards = False,
    workers: Workers = None,
    json: options.Json = False,
) -> None:
    """Draw studio scenes as shards, or shoot a clip with its truth beside it.

    Example:  dougagen synth --out studio/ --scenes 500
    """
    if shards:
        _shots(clip, out, held_out=held_out, json=json, **given(seed=seed, lines=lines))
        return
    if clip is not None:
        if held_out:
            raise UsageError("--held-out is for stills", remedy="clips have their own seeds: give --seed")
        which: Pictures = "frames" if every_frame else "drawings" if pictures else "none"
        path = _shoot(clip, out, of_clip, which, seed=seed, lines=lines)
        if json:
            show_json({"clip": str(path), "truth": str(path.with_suffix(".json"))})
        return
    from dougagen.training.synthesis import seeds_of, synthesise

    seeds = seeds_of(held_out=held_out, **given(scenes=scenes, first=seed))
    with Watch(unit="scenes") as watch:
        watch.begin("studio", len(seeds))
        entry = synthesise(
            out,
            seeds=seeds,
            lines=lines,
            profile=profile,
            workers=workers,
            on_progress=lambda done: watch.move(done, len(seeds), ""),
        )
    say(f"{len(seeds)} scenes from seed {seeds.start} in {quoted(out)}")
    _say_entry(entry, out, json=json)


def _shoot(
    clip: str, out: Path, of_clip: ClipOptions, pictures: Pictures, *, seed: int | None, lines: int | None
) -> Path:
    from dougagen.studio import plan_clip, shoot_clip

    planned = plan_clip(clip, **given(seed=seed, lines=lines, delivery=of_clip.get("delivery")))
    with Watch(unit="frames") as watch:
        watch.begin(clip, planned.plan.frames)
        path = shoot_clip(
            planned,
            out,
            file_name=of_clip.get("name"),
            pictures=pictures,
            on_progress=lambda done: watch.move(done, planned.plan.frames, ""),
        )
    say(f"{quoted(path)} with its truth beside it")
    return path


def _shots(clip: str | None, out: Path, *, held_out: bool, json: bool, **said: int) -> None:
    from dougagen.training.shot_synthesis import synthesise_shots

    if clip is None:
        raise UsageError("--shards is for the drawings of a clip", remedy="name one: --clip dialogue")
    with Watch(unit="frames") as watch:
        watch.begin(clip, None)
        entry = synthesise_shots(
            out, clip=clip, held_out=held_out, on_progress=lambda done: watch.move(done, None, ""), **said
        )
    say(f"{entry.records} drawings of {clip} in {quoted(out)}")
    _say_entry(entry, out, json=json)


def _say_entry(entry: LedgerEntry, out: Path, *, json: bool) -> None:
    if json:
        show_json({"out": str(out), "episode_id": entry.episode_id, "records": entry.records})
