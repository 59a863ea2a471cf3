"""The options of refinement, and what they come to in a picture of so many lines."""

from __future__ import annotations

from dataclasses import dataclass

from dougagen.domain import hairline_width
from dougagen.errors import ConfigError

VISIBLE_WIDTHS = ("ink", "kept", "fixed")
_WIDEST_INK = 13  # pixels at 1080 lines, as the two below
_INK_REACH = 4
_WINDOW = 15


@dataclass(frozen=True, slots=True)
class RefinementConfig:
    """Options of refinement; the defaults are written here and nowhere else. Lengths are in pixels at 1080
    lines and scale with the height."""

    hairline: float = 3.0
    """Width of line classes 2 to 4 (thesis 5.7, dougagen/README.md#classes)."""
    visible_width: str = "ink"
    """Of visible lines: ``ink`` is the width of the ink in the picture, ``kept`` the predicted one,
    ``fixed`` that of a hairline, as in the thesis."""
    ink_contrast: int = 16
    """8-bit levels by which ink is darker than the darker paint beside it."""
    edge_contrast: int = 20
    """8-bit levels over two pixels from which two paints are two areas; airbrush and light stay below."""
    faint_contrast: int = 10
    """The same inside an area whose pixels do not agree on a fill by ``mixed_share``."""
    least_contrast: int = 8
    """8-bit levels: a predicted line along which the picture shows less than this is dropped."""
    stroke_share: float = 0.7
    """A stroke between two junctions takes one class where it has this share of its pixels, [0.5, 1]."""
    spur: float = 8.0
    """Loose ends shorter than this come from thinning and are dropped."""
    gap: float = 16.0
    """A line that ends goes on along ink for up to this length."""
    speck: float = 20.0
    """Square pixels: smaller areas join the nearest larger one."""
    mixed_share: float = 0.75
    """An area whose best fill has less than this share of its pixels, [0, 1], also ends at edges of
    ``faint_contrast``; without the picture it stays as predicted."""
    second_share: float = 0.02
    """An area that votes for a second fill by this share, [0, 1], is asked whether it has two paints …"""
    two_paints: float = 1.5
    """… which lie this many times as far from each other as both scatter; 0: nobody asks."""
    wide: float = 40_000.0
    """Square pixels: an area of at least this size that is mixed still is a shade where it is darker than
    its neighbour, a highlight where it is lighter."""
    hint_share: float = 0.35
    """If it has this share of pixels that say so, [0, 1]."""

    def __post_init__(self) -> None:
        if self.visible_width not in VISIBLE_WIDTHS:
            wanted = ", ".join(VISIBLE_WIDTHS)
            raise ConfigError(f"visible_width must be one of {wanted}, got {self.visible_width!r}")
        for name, low, high in _BOUNDS:
            value = getattr(self, name)
            if not low <= value <= high:
                raise ConfigError(f"refinement option {name} must be in [{low:g}, {high:g}], got {value}")

    def at(self, lines: int) -> RefinementAt:
        """The options for a picture of ``lines``."""

        def pixels(length: float) -> float:
            return length * lines / 1080

        area = (lines / 1080) ** 2
        return RefinementAt(
            hairline=hairline_width(lines) if self.hairline == 3 else max(1, round(pixels(self.hairline))),
            visible_width=self.visible_width,
            ink_contrast=self.ink_contrast,
            edge_contrast=self.edge_contrast,
            faint_contrast=self.faint_contrast,
            least_contrast=self.least_contrast,
            stroke_share=self.stroke_share,
            spur=round(pixels(self.spur)),
            gap=round(pixels(self.gap)) if pixels(self.gap) >= 1 else 0,
            speck=self.speck * area,
            mixed_share=self.mixed_share,
            second_share=self.second_share,
            two_paints=self.two_paints,
            wide=self.wide * area,
            hint_share=self.hint_share,
            widest_ink=max(5, round(pixels(_WIDEST_INK))),
            ink_reach=max(1, round(pixels(_INK_REACH))),
            window=round(pixels(_WINDOW)) | 1,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RefinementAt:
    """``RefinementConfig`` in the pixels of one picture: what each field means is said there."""

    hairline: int
    """Pixels, as every length here."""
    visible_width: str
    ink_contrast: int
    edge_contrast: int
    faint_contrast: int
    least_contrast: int
    stroke_share: float
    spur: int
    gap: int
    """0: a line that ends does not go on."""
    speck: float
    """Square pixels."""
    mixed_share: float
    second_share: float
    two_paints: float
    wide: float
    """Square pixels."""
    hint_share: float
    widest_ink: int
    """The widest line that still is one, and not a dark area."""
    ink_reach: int
    """How far from its skeleton the ink of a line may lie."""
    window: int
    """A stretch of a stroke that is asked together; odd."""


_BOUNDS = (
    ("hairline", 1, 60),
    ("ink_contrast", 1, 255),
    ("edge_contrast", 1, 255),
    ("faint_contrast", 1, 255),
    ("least_contrast", 0, 255),
    ("stroke_share", 0.5, 1),
    ("spur", 0, 1000),
    ("gap", 0, 1000),
    ("speck", 0, 1e6),
    ("mixed_share", 0, 1),
    ("second_share", 0, 1),
    ("two_paints", 0, 100),
    ("wide", 0, 1e9),
    ("hint_share", 0, 1),
)
