"""What the camera, the background and a sliding cel do in a shot, by the words of a storyboard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from dougagen.studio.clips.camera import REST, Point, View, eased, linear, move, shaken, slow_out

CameraWork = Literal[
    "still",
    "pan",
    "tilt",
    "background pans",
    "zoom",
    "pan and zoom",
    "shake",
    "roll",
    "cel slides",
    "layers pan",
    "turn",
    "stop and go",
]
"""``layers pan``: painted layers pass behind and before a cel that stays, each at its own speed. ``turn``: a
turn by up to a quarter of a right angle. ``stop and go``: a pan that starts and stops without ease."""


@dataclass(frozen=True, slots=True)
class Slides:
    """Where layers lie at each frame, in world pixels from their place; empty = they stay."""

    backdrop: tuple[Point, ...] = ()
    cel: tuple[Point, ...] = ()
    heading: float = 1.0
    """−1 or 1: to which side of the screen whoever walks or drives goes."""


def views_for(
    rng: np.random.Generator, work: CameraWork, *, frames: int, speed: float, height: int, width: int
) -> tuple[View, ...]:
    """The camera's path: at most ``speed`` pixels a frame, and never further than most of a field."""
    if work in ("still", "background pans", "cel slides", "layers pan"):
        return (REST,) * frames
    if work == "stop and go":
        return _stop_and_go(rng, frames=frames, speed=speed)
    if work == "turn":
        return _turned(rng, frames=frames)
    start, stop = _span(rng, frames)
    way = min(speed * (stop - start) / 1.5, 0.9 * width)  # an eased move is 1.5 times as fast in its middle
    ease = (eased, linear, slow_out)[rng.choice(3, p=[0.5, 0.35, 0.15])]
    if work == "pan":
        lean = float(rng.choice([0.0, rng.uniform(-0.25, 0.25)]))
        side = float(rng.choice([-1, 1]))
        end = View(side * way, lean * way)
        return move(frames, REST, end, start=start, stop=stop, ease=ease)
    if work == "tilt":
        end = View(0.0, float(rng.choice([-1, 1])) * min(way, 0.7 * height))
        return move(frames, REST, end, start=start, stop=stop, ease=ease)
    near = float(rng.uniform(1.12, 1.5))
    aim = View(float(rng.uniform(-0.08, 0.08)) * width, float(rng.uniform(-0.1, 0.1)) * height, near)
    if work == "roll":
        aim = View(aim.x, aim.y, near, float(rng.choice([-1, 1]) * rng.uniform(0.02, 0.07)))
        return move(frames, View(zoom=1.12), aim, start=start, stop=stop, ease=ease)
    if work == "zoom":
        ends = (REST, aim) if rng.uniform() < 0.6 else (aim, REST)
        return move(frames, *ends, start=start, stop=stop, ease=ease)
    if work == "pan and zoom":
        far = View(float(rng.choice([-1, 1])) * way, 0.0, near)
        return move(frames, REST, far, start=start, stop=stop, ease=ease)
    start = int(rng.integers(3, max(frames // 2, 4)))
    size = height * float(rng.uniform(0.006, 0.02))
    jolts = start + int(rng.integers(10, 24))
    every = int(rng.choice([1, 2], p=[0.7, 0.3]))
    return shaken(rng, (REST,) * frames, size=size, start=start, stop=jolts, every=every)


def slides_for(rng: np.random.Generator, work: CameraWork, *, frames: int, speed: float) -> Slides:
    """What moves by itself under the camera: the cel to where it is heading, or the background against it."""
    side = float(rng.choice([-1, 1]))
    if work in ("background pans", "layers pan"):
        lean = float(rng.choice([0.0, rng.uniform(-0.2, 0.2)]))
        path = tuple((-side * speed * i, lean * speed * i) for i in range(frames))
        return Slides(backdrop=path, heading=side)
    if work == "cel slides":
        start, stop = _span(rng, frames)
        way = speed * (stop - start)
        views = move(frames, View(-side * way / 2), View(side * way / 2), start=start, stop=stop, ease=linear)
        return Slides(cel=tuple((view.x, view.y) for view in views), heading=side)
    return Slides(heading=side)


def _stop_and_go(rng: np.random.Generator, *, frames: int, speed: float) -> tuple[View, ...]:
    """Two or three moves at full speed from the first frame to the last, and rests between them."""
    views: list[View] = []
    x = y = 0.0
    side, lean = float(rng.choice([-1, 1])), float(rng.choice([0.0, rng.uniform(-0.3, 0.3)]))
    while len(views) < frames:
        views += [View(x, y)] * int(rng.integers(5, 12))
        pace = side * speed * float(rng.uniform(0.5, 1.2))
        for _ in range(int(rng.integers(6, 16))):
            x, y = x + pace, y + lean * pace
            views.append(View(x, y))
        side = -side if rng.uniform() < 0.4 else side
    return tuple(views[:frames])


def _turned(rng: np.random.Generator, *, frames: int) -> tuple[View, ...]:
    """A turn of the camera, as close as it needs to be to stay on the painting's middle."""
    start, stop = _span(rng, frames)
    side, far = float(rng.choice([-1, 1])), float(rng.uniform(0.12, 0.4))
    begin, end = (
        View(zoom=1.1, turn=-side * far / 2),
        View(zoom=float(rng.uniform(1.0, 1.3)), turn=side * far / 2),
    )
    return move(frames, begin, end, start=start, stop=stop, ease=(eased, linear)[int(rng.integers(2))])


def _span(rng: np.random.Generator, frames: int) -> tuple[int, int]:
    """When a move begins and ends: often after a hold and before one."""
    start = int(rng.choice([0, int(rng.integers(0, max(frames // 4, 1)))]))
    stop = frames - 1 - int(rng.choice([0, int(rng.integers(0, max(frames // 4, 1)))]))
    return start, stop
