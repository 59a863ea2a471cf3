"""SEED → SCENE: one still of a production that never was, with its exact truth.

design → douga → paint → background and books → composite → colour script → text → delivery. Every step draws
from a generator of its own, so that a change to one of them leaves the others' pictures as they were.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dougagen.domain import CelMask, Douga, DougaClass, Triplet
from dougagen.studio.casting import cast_shot
from dougagen.studio.cel.cel import Cel, Recolor, Rgb
from dougagen.studio.cel.colors import dark_costume, other_role
from dougagen.studio.cel.douga_truth import cel_mask_of, douga_of
from dougagen.studio.cel.hand import AS_DESIGNED, Hand, another_hand
from dougagen.studio.cel.legibility import UNDECIDABLE, is_undecidable
from dougagen.studio.cel.sheet import CelSheet
from dougagen.studio.delivery.stills import deliver, plan_delivery
from dougagen.studio.family import Family, family_of, profile_of
from dougagen.studio.framing import Placed
from dougagen.studio.profiles import Profile
from dougagen.studio.stand.composite import (
    background_out_of_focus,
    bars,
    cel_out_of_focus,
    composited,
    visible_coverage,
)
from dougagen.studio.stand.effects import apply_effects
from dougagen.studio.stand.lettering import text_layer


@dataclass(frozen=True, slots=True)
class Window:
    """The piece of a frame that is drawn, in pixels."""

    lines: int
    """Height of the whole frame: it sets line widths and the size of the subjects."""
    height: int
    width: int


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A still and what should be said of it."""

    triplet: Triplet
    flags: tuple[str, ...] = ()
    """``undecidable`` where the picture does not show its truth."""


def whole_frame(lines: int) -> Window:
    """The whole 16:9 frame of ``lines``."""
    return Window(lines, lines, 2 * round(lines * 8 / 9))


def random_window(rng: np.random.Generator, *, largest: int = 540) -> Window:
    """A window of at most ``largest`` lines of a frame between 400 and 1080 lines."""
    lines = int(rng.choice([400, 480, 540, 576, 720, 900, 1080], p=[0.06, 0.14, 0.2, 0.08, 0.22, 0.05, 0.25]))
    height = min(lines, largest)
    wide = 4 / 3 if rng.uniform() < 0.15 else 16 / 9
    return Window(lines, height, 2 * round(height * wide / 2))


def draw_cel(
    placed: tuple[Placed, ...],
    window: Window,
    *,
    repaint: Callable[[Rgb], Recolor] | None = None,
    hand: Hand = AS_DESIGNED,
) -> Cel:
    """All subjects on one cel, the first at the back; ``repaint`` and ``hand`` as in ``CelSheet``."""
    sheet = CelSheet(height=window.height, width=window.width, lines=window.lines, repaint=repaint, hand=hand)
    for one in placed:
        sheet.placement = hand.placement(one.placement)
        one.subject.draw(sheet, one.pose)
    return sheet.developed()


def make_scene(
    seed: int, *, window: Window | None = None, delivered: bool = True, profile: Profile | None = None
) -> Triplet:
    """The triplet of ``shoot_scene``."""
    return shoot_scene(seed, window=window, delivered=delivered, profile=profile).triplet


def shoot_scene(
    seed: int, *, window: Window | None = None, delivered: bool = True, profile: Profile | None = None
) -> Scene:
    """The scene of ``seed``; the same seed, window and profile give the same bytes.

    Effects, text and delivery fall on the composite, never on a layer alone: otherwise a network
    learns their traces instead of drawings. ``delivered=False`` leaves out all three. The family goes by
    the seed (``profile_of``).
    """
    profile = profile_of(seed, profile)
    dice = Dice(seed, profile)
    window = window or _window(dice)
    composite = set_up(dice, window)
    color = finished(dice, composite) if delivered else composite.color
    flags = (UNDECIDABLE,) if is_undecidable(color, composite.mask, lines=window.lines) else ()
    if delivered:
        color = deliver(color, plan_delivery(dice.of("delivery"), codecs=dice.family.codecs))
    return Scene(Triplet(color, CelMask(composite.mask), Douga(composite.classes)), flags)


def _window(dice: Dice) -> Window:
    if dice.profile.lines:
        return whole_frame(dice.profile.lines)
    window = random_window(dice.of("window"), largest=dice.profile.largest)
    return whole_frame(window.lines) if dice.profile.whole_frames else window


_STEPS = ("window", "cast", "background", "book", "focus", "effects", "text", "delivery", "roles", "hand")


@dataclass(frozen=True, slots=True)
class Dice:
    """A generator for each step of a production; other profiles have other productions at the same seed."""

    seed: int
    profile: Profile

    @property
    def family(self) -> Family:
        """Those who draw it."""
        return family_of(self.profile)

    def of(self, step: str) -> np.random.Generator:
        """The generator of one of the steps, from its beginning."""
        house = zlib.crc32(self.profile.name.encode())
        return np.random.default_rng([self.seed, house, _STEPS.index(step)])


@dataclass(slots=True, eq=False)
class Composite:
    """The composite on the stand with its truth; text and bars still take from both."""

    color: NDArray[np.uint8]
    mask: NDArray[np.bool_]
    classes: NDArray[np.uint8]
    cel_alpha: NDArray[np.float32] = field(repr=False)
    """float32[H, W], 0 … 1: what of the cel is seen."""


def set_up(dice: Dice, window: Window) -> Composite:
    """Background, cel and book, each in its focus: here picture and truth agree to the pixel."""
    profile, size = dice.profile, {"height": window.height, "width": window.width}
    cast = cast_shot(dice.of("cast"), profile, lines=window.lines, **size)
    family = dice.family
    if cast.paper is None:
        background = _background(dice, **size)
    else:
        background = np.full((window.height, window.width, 3), cast.paper, np.uint8)
    sharp = cel = draw_cel(cast.placed, window, repaint=_roles(dice), hand=_hand(dice))
    rng = dice.of("book")
    book = family.book(rng, **size) if rng.uniform() < profile.book else None
    rng = dice.of("focus")
    if rng.uniform() < profile.background_out_of_focus:
        background = background_out_of_focus(rng, background, lines=window.lines)
    elif rng.uniform() < profile.cel_out_of_focus:
        cel = cel_out_of_focus(rng, sharp, lines=window.lines)
    coverage = None if book is None else np.ascontiguousarray(book[..., 3])
    mask, classes = cel_mask_of(cel, coverage), douga_of(sharp, coverage, lines=window.lines)
    if cel is not sharp:
        classes[~mask & (classes < DougaClass.BOOK_FILL) & (classes != DougaClass.BOOK_LINE)] = 0
    alpha = visible_coverage(cel, book).astype(np.float32) * np.float32(1 / 255)
    return Composite(composited(cel, background, book), mask, classes, alpha)


def _background(dice: Dice, *, height: int, width: int) -> NDArray[np.uint8]:
    """As the family paints, or as the profile wants some of them."""
    rng, profile = dice.of("background"), dice.profile
    if profile.patterned or profile.joined:
        draw = rng.uniform()
        if draw < profile.patterned:
            return dice.family.pattern_wall(rng, height=height, width=width)
        if draw < profile.patterned + profile.joined:
            return dice.family.joined(rng, height=height, width=width)
    return dice.family.background(rng, height=height, width=width)


def _hand(dice: Dice) -> Hand:
    rng, share = dice.of("hand"), dice.profile.other_hands
    return another_hand(rng) if rng.uniform() < share else AS_DESIGNED


def _roles(dice: Dice) -> Callable[[Rgb], Recolor] | None:
    """What the profile does to the paints of a scene; None leaves them as designed."""
    others, dark = dice.profile.other_roles, dice.profile.dark_costumes
    if not others + dark:
        return None
    rng = dice.of("roles")

    def role(_base: Rgb) -> Recolor:
        draw = rng.uniform()
        if draw < others:
            return other_role(rng)
        return dark_costume(rng) if draw < others + dark else _as_designed

    return role


def _as_designed(color: Rgb) -> Rgb:
    return color


def finished(dice: Dice, composite: Composite) -> NDArray[np.uint8]:
    """The picture of ``composite`` with effects, text and bars; the two last take from its truth too."""
    lit = _lit(dice.of("effects"), dice.profile, composite)
    return _burnt_in(dice.of("text"), dice.profile, composite, lit)


def _lit(rng: np.random.Generator, profile: Profile, composite: Composite) -> NDArray[np.uint8]:
    if rng.uniform() >= profile.effects:
        return composite.color
    return apply_effects(rng, composite.color, cel_alpha=composite.cel_alpha)


def _burnt_in(
    rng: np.random.Generator, profile: Profile, composite: Composite, color: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """``color`` with text and bars; where they cover the cel the truth becomes background: they are none."""
    height, width = composite.mask.shape
    covered = np.zeros((height, width), np.bool_)
    with_bars = rng.uniform() < profile.bars
    if rng.uniform() < profile.text:
        text = text_layer(rng, height=height, width=width)
        color, covered = text.over(color), text.covered
    if with_bars:
        rows, columns = bars(rng, height=height, width=width)
        framed = np.zeros_like(color)
        framed[rows, columns] = color[rows, columns]
        outside = np.ones((height, width), np.bool_)
        outside[rows, columns] = False
        color, covered = framed, covered | outside
    composite.mask[covered] = False
    composite.classes[covered] = DougaClass.FLAT_AREA
    return color
