"""``dougagen train colorizer``: shards in, weights of a colouriser out."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dougagen.cli.console import Watch, counted, say, show_json, warn
from dougagen.cli.groups import given
from dougagen.cli.loss_curve import curve_of
from dougagen.errors import UsageError, quoted

if TYPE_CHECKING:
    from dougagen.colorization import ColorizerTrained, ColorProgress

COLORIZER = "colorizer"
_FOLDER = Path("trained")


def refuse_lines(lines: str | None) -> None:
    """Raises UsageError where --lines stands beside a network that reads pictures."""
    if lines is not None:
        raise UsageError("--lines is for a colorizer", remedy="train colorizer --lines …, or leave it out")


def train_a_colorizer(
    config: str | None,
    said: Mapping[str, Any],
    beside: Mapping[str, Any],
    shards: Sequence[Path],
    lines: str | None,
    out: Path | None,
    *,
    stop_at: float | None,
    json: bool,
) -> None:
    """What ``train colorizer`` does; ``beside`` is what a colouriser has no use for."""
    if beside:
        option = next(iter(beside)).replace("_", "-")
        raise UsageError(f"--{option} is for cel and douga", remedy="a colorizer learns from --shards alone")
    if not shards:
        raise UsageError(
            "a colorizer learns from shards", remedy="give --shards DIR, which extract or synth made"
        )
    from dougagen.colorization import LineKind, PaintedPool, colorizer_config, train_colorizer

    chosen = colorizer_config(config or "ours", **said, **given(lines=lines))
    say(f"reading {', '.join(quoted(folder) for folder in shards)}")
    pool = PaintedPool.read(*shards, kind=LineKind(chosen.lines))
    for reason, count in pool.left_out.items():
        warn(f"{counted(count, 'record')} left out: {reason}")
    with Watch(unit="steps") as watch:
        watch.begin(f"{chosen.system} on {chosen.lines} lines: {counted(len(pool), 'picture')}", chosen.steps)

        def moved(progress: ColorProgress) -> None:
            total = chosen.steps or round(progress.step / max(progress.fraction, 1e-9))
            watch.move(progress.step, total, f"loss {progress.loss:.4f}")

        left = None if stop_at is None else stop_at - time.monotonic()
        result = train_colorizer(chosen, pool, out=out or _FOLDER, progress=moved, stop_after=left)
    _say(result, json=json)


def _say(result: ColorizerTrained, *, json: bool) -> None:
    say(
        f"{quoted(result.weights)}: {counted(result.steps, 'step')} in {result.seconds / 60:.1f} min, "
        f"loss {result.loss:.4f} {curve_of(result.log)}".rstrip()
    )
    if not result.is_finished:
        say("stopped with a checkpoint before the end of the run: the same command carries on")
    if json:
        show_json(
            {
                "weights": str(result.weights),
                "best": None,
                "log": str(result.log),
                "steps": result.steps,
                "seconds": result.seconds,
                "loss": result.loss,
                "finished": result.is_finished,
            }
        )
