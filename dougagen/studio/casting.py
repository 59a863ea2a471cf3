"""Who is in the shot: nobody, the usual cast, a cel that fills the picture, or a cel on flat paper."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dougagen.studio.cel.cel import Rgb
from dougagen.studio.cel.colors import rgb
from dougagen.studio.design.subject import placement
from dougagen.studio.family import family_of
from dougagen.studio.framing import Placed, crowd_of_things, frame_subjects, random_pose
from dougagen.studio.profiles import Profile


@dataclass(frozen=True, slots=True, eq=False)
class Cast:
    """Subjects from back to front, and the paper below them where there is no background."""

    placed: tuple[Placed, ...]
    paper: Rgb | None = None


def cast_shot(rng: np.random.Generator, profile: Profile, *, lines: int, height: int, width: int) -> Cast:
    """The cast of a window of ``height`` × ``width`` pixels of a frame of ``lines``."""
    ranges = replace(profile.ranges, empty=0.0)  # decided here: nobody means nobody
    family = family_of(profile)
    draw = rng.uniform()
    if draw < profile.nobody:
        return Cast(())
    if draw < profile.nobody + profile.filling:
        is_thing = profile.filling_things > 0 and rng.uniform() < profile.filling_things
        somebody = family.thing(rng, ranges=ranges) if is_thing else family.person(rng, ranges=ranges)
        at = (_near_thing if is_thing else _filling)(rng, height=height, width=width)
        return Cast((Placed(somebody, at, random_pose(rng, ranges)),))
    if profile.crowds_of_things > 0 and rng.uniform() < profile.crowds_of_things:
        return Cast(
            crowd_of_things(rng, lines=lines, height=height, width=width, family=family, ranges=ranges)
        )
    placed = frame_subjects(rng, lines=lines, height=height, width=width, family=family, ranges=ranges)
    on_paper = draw < profile.nobody + profile.filling + profile.paper
    return Cast(placed, _paper(rng) if on_paper else None)


def _filling(rng: np.random.Generator, *, height: int, width: int) -> NDArray[np.float64]:
    """Where somebody stands who is so near that nothing else is seen: a face, a head of hair, a chest."""
    reach = 0.5 * float(np.hypot(height, width))
    x, y, radius = [(0.0, 0.1, 0.42), (0.0, -0.25, 0.4), (0.0, 1.2, 0.45)][rng.choice(3, p=[0.4, 0.3, 0.3])]
    scale = reach / radius * float(rng.uniform(0.55, 1.1))  # larger ones show nothing but one flat colour
    mirrored = bool(rng.uniform() < 0.5)
    return placement(scale, width / 2 - scale * x, height / 2 - scale * y, mirrored=mirrored)


def _near_thing(rng: np.random.Generator, *, height: int, width: int) -> NDArray[np.float64]:
    """A thing so near that it reaches over at least one edge: a fender, a lid, the flank of an animal."""
    scale = float(np.hypot(height, width)) * float(np.exp(rng.uniform(np.log(0.45), np.log(1.6))))
    x, y = rng.normal(0, 0.4, 2)
    turn = float(rng.normal(0, 0.3))
    return placement(
        scale, width / 2 - scale * x, height / 2 - scale * y, turn=turn, mirrored=bool(rng.uniform() < 0.5)
    )


def _paper(rng: np.random.Generator) -> Rgb:
    """White, grey, cream or a test colour."""
    saturation = float(rng.choice([0.0, rng.uniform(0.0, 0.12), rng.uniform(0.0, 0.6)]))
    return rgb(rng.uniform(), saturation, rng.uniform(0.6, 1.0))
