"""Framing: how large the subjects are in the frame, and where (the shot sizes of a storyboard)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dougagen.studio.design.ranges import NATURAL, DesignRanges
from dougagen.studio.design.subject import Pose, Subject, placement
from dougagen.studio.family import TRAINING_FAMILY, Family


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """A subject, where it stands in the picture, and its pose there."""

    subject: Subject
    placement: NDArray[np.float64]
    """float64[2, 3]: from the subject's coordinates to pixels."""
    pose: Pose


_CHARACTER_SIZES = (
    # name, share, pixels of one unit as a share of the frame's lines (a head is about one unit high), and
    # the height of the head's centre as a share of the frame's
    ("extreme close-up", 0.12, (1.1, 2.6), (0.25, 0.75)),
    ("close-up", 0.26, (0.55, 1.0), (0.3, 0.62)),
    ("bust", 0.28, (0.28, 0.5), (0.22, 0.5)),
    ("medium", 0.18, (0.15, 0.27), (0.1, 0.45)),
    ("long", 0.16, (0.06, 0.14), (0.3, 0.6)),
)
_TALL = 5.2
"""Units from the middle of the head to the soles of somebody who stands, about."""
_LARGEST_CROWD = 30


def random_pose(rng: np.random.Generator, ranges: DesignRanges = NATURAL) -> Pose:
    """Any pose: mostly facing the camera's side, mostly eyes open, mouth often closed."""
    is_extreme = bool(rng.uniform() < ranges.extreme)
    return Pose(
        yaw=float(np.clip(rng.normal(0, 0.45), -1, 1)),
        pitch=float(
            rng.choice([-1.0, 1.0]) * rng.uniform(1.0, 1.9)
            if is_extreme
            else np.clip(rng.normal(0, 0.35), -1, 1)
        ),
        tilt=float(np.clip(rng.normal(0, 0.12), -0.4, 0.4)),
        is_behind=bool(rng.uniform() < ranges.behind),
        mouth=float(rng.choice([0.0, rng.uniform(0.1, 1.0)])),
        eyes=float(rng.choice([1.0, rng.uniform(0.0, 1.0), 0.0], p=[0.72, 0.18, 0.1])),
        gaze=float(rng.uniform(-1, 1)),
        sway=float(rng.uniform(-1, 1)),
        gesture=float(rng.uniform(-1, 1)),
    )


def frame_subjects(
    rng: np.random.Generator,
    *,
    lines: int,
    height: int,
    width: int,
    family: Family = TRAINING_FAMILY,
    ranges: DesignRanges = NATURAL,
) -> tuple[Placed, ...]:
    """Who is in a window of ``height`` × ``width`` pixels of a frame of ``lines``, from back to front."""
    some = 1.0 - ranges.empty - ranges.crowd
    cast = rng.choice(
        ["nobody", "one", "two", "several", "crowd"],
        p=[ranges.empty, 0.55 * some, 0.3 * some, 0.15 * some, ranges.crowd],
    )
    if cast == "nobody":
        return ()
    casting = _Casting(lines, height, width, family, ranges)
    if cast == "crowd":
        return _crowd(rng, casting)
    count = {"one": 1, "two": 2, "several": int(rng.integers(3, 6))}[str(cast)]
    placed = [_one(rng, casting) for _ in range(count)]
    return tuple(sorted(placed, key=lambda p: abs(float(p.placement[1, 1]))))


@dataclass(frozen=True, slots=True)
class _Casting:
    """For which window, from which family, by which ranges."""

    lines: int
    height: int
    width: int
    family: Family
    ranges: DesignRanges


def _one(rng: np.random.Generator, casting: _Casting) -> Placed:
    if rng.uniform() < casting.ranges.characters:
        return _person(rng, casting)
    lines, height, width = casting.lines, casting.height, casting.width
    turn = float(rng.normal(0, 0.24))
    mirrored = bool(rng.uniform() < 0.5)
    x, y = width * rng.uniform(0.08, 0.92), height * rng.uniform(0.15, 0.85)
    subject = casting.family.thing(rng, ranges=casting.ranges)
    scale = lines * float(np.exp(rng.uniform(np.log(0.1), np.log(0.85))))
    return Placed(
        subject, placement(scale, x, y, turn=turn, mirrored=mirrored), random_pose(rng, casting.ranges)
    )


def _person(rng: np.random.Generator, casting: _Casting) -> Placed:
    lines, height, width = casting.lines, casting.height, casting.width
    shares = [share for _, share, _, _ in _CHARACTER_SIZES]
    name, _, (low, high), heads = _CHARACTER_SIZES[rng.choice(len(_CHARACTER_SIZES), p=shares)]
    scale = lines * float(np.exp(rng.uniform(np.log(low), np.log(high))))
    x, y = width * rng.uniform(0.08, 0.92), height * rng.uniform(*heads)
    if height < lines and rng.uniform() < 0.5:  # a window lies anywhere in its frame
        y = height * rng.uniform(0.15, 0.85) - scale * float(rng.choice([0.0, rng.uniform(0.0, 2.2)]))
    elif name == "extreme close-up" and rng.uniform() < 0.45:  # chest, hands, cloth
        y -= scale * rng.uniform(0.6, 2.4)
    elif name == "long":  # feet on the ground
        y = height * rng.uniform(0.65, 1.2) - _TALL * scale
    turn = float(rng.normal(0, 0.2 if rng.uniform() < 0.12 else 0.05))
    at = placement(scale, x, y, turn=turn, mirrored=bool(rng.uniform() < 0.5))
    person = casting.family.person(rng, ranges=casting.ranges)
    return Placed(person, at, random_pose(rng, casting.ranges))


def _crowd(rng: np.random.Generator, casting: _Casting) -> tuple[Placed, ...]:
    """Rows of people, the nearest cut by the lower edge of the frame, a few designs over and over."""
    height, width = casting.height, casting.width
    designs = [casting.family.person(rng, ranges=casting.ranges) for _ in range(int(rng.integers(3, 6)))]
    unit = casting.lines * float(rng.uniform(0.06, 0.15))
    count = int(rng.integers(2, 4))
    nearest = height - unit * rng.uniform(1.2, 4.5)
    step = unit * rng.uniform(0.9, 1.7)
    rows = []
    for row in range(count):
        size = unit * (1.0 - 0.14 * (count - 1 - row))
        y = nearest - step * (count - 1 - row)
        gap = size * rng.uniform(1.2, 2.3)
        for x in np.arange(rng.uniform(-gap, 0), width + gap, gap):
            subject = designs[rng.integers(len(designs))]
            at = placement(size, x + rng.normal(0, 0.15 * unit), y + rng.normal(0, 0.15 * unit),
                           mirrored=bool(rng.uniform() < 0.5))  # fmt: skip
            rows.append(Placed(subject, at, random_pose(rng, casting.ranges)))
    return tuple(rows[-_LARGEST_CROWD:])


def crowd_of_things(
    rng: np.random.Generator, *, lines: int, height: int, width: int, family: Family, ranges: DesignRanges
) -> tuple[Placed, ...]:
    """A few designs of things, toys or animals over and over, strewn or in rows; people stand before some."""
    designs = [family.thing(rng, ranges=ranges) for _ in range(int(rng.integers(1, 4)))]
    unit = lines * float(np.exp(rng.uniform(np.log(0.025), np.log(0.12))))
    spread, aside = rng.uniform(0.15, 0.6, 2)
    middle = np.array([width * rng.uniform(0.2, 0.8), height * rng.uniform(0.25, 0.8)])
    placed = []
    for _ in range(int(rng.integers(6, _LARGEST_CROWD))):
        x, y = middle + rng.uniform(-1, 1, 2) * (width * spread, height * aside)
        at = placement(unit * rng.uniform(0.8, 1.2), x, y, turn=float(rng.normal(0, 0.15)),
                       mirrored=bool(rng.uniform() < 0.5))  # fmt: skip
        placed.append(Placed(designs[rng.integers(len(designs))], at, random_pose(rng, ranges)))
    if rng.uniform() < 0.6:
        casting = _Casting(lines, height, width, family, ranges)
        people = _crowd(rng, casting) if rng.uniform() < 0.5 else (_person(rng, casting),)
        placed.extend(people[: _LARGEST_CROWD // 2])
    return tuple(placed)
