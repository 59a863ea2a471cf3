"""What a production is like on the whole: how often a cel, a book, text or an effect is in the picture.

``NATURAL`` follows the thesis's class frequencies (chapter 5; dougagen/README.md#classes), for evaluation.
``TRAINING`` raises what is rare there, so that a network meets it. ``HELD_OUT`` is the family that no
network may learn from (``held_out``).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from dougagen.errors import ConfigError
from dougagen.studio.design.ranges import DesignRanges


@dataclass(frozen=True, slots=True)
class Profile:
    """Shares of pictures in [0, 1] that have something; a scene draws each by its seed."""

    name: str
    is_held_out: bool = False
    """Subjects, lines, backgrounds and codecs of the family that is kept for evaluation."""
    whole_frames: bool = False
    """Whole frames, or windows of them, which show more cel a pixel and are quicker to draw."""
    largest: int = 540
    """Lines of a window, at most."""
    lines: int = 0
    """Of whole frames; 0: of many heights."""
    ranges: DesignRanges = field(default_factory=DesignRanges)
    """What the designs are like. ``ranges.empty`` stands back behind ``nobody``."""
    nobody: float = 0.07
    """No cel at all: "somebody is always there" must not be learned."""
    filling: float = 0.03
    """The cel fills the picture."""
    paper: float = 0.02
    """Cel on flat paper: a background without anything that gives it away."""
    book: float = 0.0
    """A painted layer in front."""
    other_roles: float = 0.0
    """Of paints moved as a whole to where the shades or highlights of others lie (``other_role``)."""
    dark_costumes: float = 0.0
    """Of paints moved as a whole to near-black (``dark_costume``)."""
    other_hands: float = 0.0
    """Of scenes that another hand draws: facets, wavering contours, other proportions (``cel.hand``)."""
    filling_things: float = 0.0
    """Of the cels that fill the picture: things, seen so near that their parts are the picture."""
    crowds_of_things: float = 0.0
    """A crowd of things, toys, animals, with or without people among them."""
    patterned: float = 0.0
    """Backgrounds that are one pattern of cells (``lattices``)."""
    joined: float = 0.0
    """Backgrounds of two: one is seen through, above or beside the other."""
    effects: float = 0.55
    text: float = 0.10
    bars: float = 0.03
    """Black bars beside, or above and below."""
    background_out_of_focus: float = 0.06
    """Beside what the background painter blurs himself."""
    cel_out_of_focus: float = 0.03

    def __post_init__(self) -> None:
        shares = (
            self.nobody, self.filling, self.paper, self.book, self.effects, self.text, self.bars,
            self.background_out_of_focus, self.cel_out_of_focus, self.other_roles, self.dark_costumes,
            self.other_hands, self.filling_things, self.crowds_of_things, self.patterned, self.joined,
        )  # fmt: skip
        if not all(0 <= share <= 1 for share in shares) or self.nobody + self.filling + self.paper > 1:
            raise ConfigError(f"the shares of profile {self.name!r} must be in [0, 1]")


_NATURAL_RANGES = DesignRanges(highlights=1.3, shade_depth=1.35)
NATURAL = Profile("natural", whole_frames=True, book=0.015, ranges=_NATURAL_RANGES)
TRAINING = Profile(
    "training",
    book=0.2,
    ranges=DesignRanges(
        highlights=2.2,
        patches=2.5,
        unlined=0.06,
        unlined_parts=0.2,
        unshaded=0.1,
        two_shades=0.3,
        rim=0.22,
    ),
)
RELATIONS = replace(TRAINING, name="relations", other_roles=0.45, filling=0.06)
"""For the douga network: what is the base in one design is the shade of another."""
FRAMES = Profile(
    "frames",
    whole_frames=True,
    lines=480,
    book=0.2,
    nobody=0.12,
    filling=0.09,
    paper=0.07,
    effects=0.65,
    other_roles=0.25,
    dark_costumes=0.12,
    other_hands=0.5,
    filling_things=0.5,
    crowds_of_things=0.07,
    patterned=0.1,
    joined=0.14,
    ranges=replace(TRAINING.ranges, dark=1.8, crowd=0.14),
)
"""For a network that reads the whole figure: whole frames of one height, with more of what cel masks lose:
crowds, dark paint in dim light. Pictures without a cel and cels on flat paper are as frequent as figures that
fill the frame: with twice as many of those a bare stage was read as cel from edge to edge."""
HELD_OUT = Profile("held-out", is_held_out=True, whole_frames=True, book=0.015, ranges=_NATURAL_RANGES)

PROFILES = {profile.name: profile for profile in (NATURAL, TRAINING, FRAMES, RELATIONS)}
"""What may be asked for by name; the held-out family goes by its seeds alone."""


def profile_named(name: str) -> Profile:
    """``natural``, ``training``, ``frames`` or ``relations``. Raises ConfigError."""
    try:
        return PROFILES[name]
    except KeyError:
        raise ConfigError(f"unknown profile {name!r}", remedy=f"one of {', '.join(PROFILES)}") from None
