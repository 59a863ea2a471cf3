"""How often the rare things of a design happen: the knobs that a profile turns (natural, training, held out).

A ``DesignRanges`` goes in where a subject is designed, ``random_thing(rng, ranges=…)`` in ``cast.py`` or
``frame_subjects(rng, …, ranges=…)`` in ``framing.py``; it travels in the subject's ``Guide`` and every
drawing asks it there. The defaults of the class are the ``natural`` profile.
"""

from __future__ import annotations

from dataclasses import dataclass

from dougagen.errors import ConfigError


@dataclass(frozen=True, slots=True)
class DesignRanges:
    """Shares are of designs or poses, in [0, 1]; factors multiply a chance or a size, ≥ 0."""

    highlights: float = 1.0
    """Factor on the chance of a highlight, and on its size up to 2 (classes 4 and 8)."""
    patches: float = 1.0
    """Factor on the chance of patterns, stripes, emblems, blush (class 7, its border class 3)."""
    unlined: float = 0.02
    """Share of designs without any line: all their borders are color edges (class 3)."""
    unlined_parts: float = 0.06
    """Share of inner parts (trims, bands, collars, locks) whose border is not inked (class 3)."""
    unshaded: float = 0.16
    """Share of designs that are painted flat."""
    two_shades: float = 0.2
    """Share of designs with a second, darker shade."""
    shade_depth: float = 1.0
    """Factor on how far shades reach (classes 2 and 6)."""
    soft: float = 0.1
    """Share of designs whose shades have soft edges; the truth lies in the middle of the edge."""
    gradients: float = 0.16
    """Share of designs with an air-brushed gradient over hair, skin or cloth; it has no class."""
    dark: float = 1.0
    """Factor on the chance of black and very dark base colours (class 0 whatever their value)."""
    rim: float = 0.12
    """Share of designs with a thin highlight along the lit edge."""
    action: float = 0.5
    """Share of characters who sit, run, crouch, reach, … and do not just stand."""
    behind: float = 0.1
    """Share of poses seen from behind."""
    extreme: float = 0.12
    """Share of poses with the head far up or down."""
    characters: float = 0.66
    """Share of subjects that are characters."""
    empty: float = 0.07
    """Share of frames without a subject."""
    crowd: float = 0.05
    """Share of frames with a crowd."""

    def __post_init__(self) -> None:
        for name in self.__slots__:
            value = getattr(self, name)
            high = float("inf") if name in _FACTORS else 1.0
            if not 0.0 <= value <= high:
                wanted = "at least 0" if name in _FACTORS else "in [0, 1]"
                raise ConfigError(f"DesignRanges.{name} must be {wanted}, got {value}")

    def chance(self, share: float, factor: float) -> float:
        """``share`` times ``factor``, as a probability."""
        return min(1.0, share * factor)


_FACTORS = frozenset(("highlights", "patches", "shade_depth", "dark"))
NATURAL = DesignRanges()
"""The thesis's class frequencies, nearly: the table is in the studio's note."""
