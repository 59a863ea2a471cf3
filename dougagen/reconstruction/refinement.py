"""Refinement (thesis 5.7): what a network sees pixel by pixel → line art as one draws it.

Lines become strokes of one class and of the width of their ink, or of a hairline; areas take one fill each.
The thesis found its areas between the predicted lines alone and lost 6 points of accuracy where a line had
a gap: two areas that leak into each other take one fill. Here the picture is asked as well. Fills are flat,
so that an area also ends where its paint does, and where two fills meet without a line, the line is drawn.
Without the picture only the lines separate, and an area of mixed evidence stays as it was predicted.

Needs no network: classes in, classes out.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain import CLASS_COUNT, DougaClass, hairline_width
from dougagen.domain.arrays import require_array
from dougagen.errors import ConfigError
from dougagen.reconstruction.refinement_areas import Areas, areas_of, meeting_lines, paint_steps
from dougagen.reconstruction.refinement_lines import Strokes, strokes_drawn, thickened

Bools = NDArray[np.bool_]
Bytes = NDArray[np.uint8]

VISIBLE_WIDTHS = ("ink", "kept", "fixed")
_FIRST_LINE, _LAST_LINE = int(DougaClass.VISIBLE_LINE), int(DougaClass.HIGHLIGHT_LINE)
_BOOK_LINE, _BOOK_FILL = int(DougaClass.BOOK_LINE), int(DougaClass.BOOK_FILL)


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

    def hairline_at(self, lines: int) -> int:
        """Pixels in a frame of ``lines``; the default width is the domain's own rule."""
        return hairline_width(lines) if self.hairline == 3 else max(1, round(self.hairline * lines / 1080))


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
    ("wide", 0, 1e9),
    ("hint_share", 0, 1),
)


def refine(
    classes: Bytes,
    cel: Bools,
    *,
    color: Bytes | None = None,
    probabilities: NDArray[np.float16] | Bytes | None = None,
    config: RefinementConfig | None = None,
) -> Bytes:
    """Predicted classes → uint8[H, W] refined ones.

    Books stay as they are, and so does what lies off the cel: class 0, except books.

    Args:
        classes: uint8[H, W] of ``DougaClass``.
        cel: bool[H, W].
        color: uint8[H, W, 3] RGB of the same picture; without it widths are predicted or fixed ones.
        probabilities: [10, H, W], float16 in [0, 1] or uint8 in [0, 255]; without them every pixel votes for
            its class alone.

    Raises DomainError where shapes or types do not fit. About 0.1 s for a 1080p drawing on one core.
    """
    config = config or RefinementConfig()
    require_array("refine(classes)", classes, np.uint8, ("H", "W"))
    require_array("refine(cel)", cel, np.bool_, classes.shape)
    if color is not None:
        require_array("refine(color)", color, np.uint8, (*classes.shape, 3))
    if probabilities is not None:
        kind = np.uint8 if probabilities.dtype == np.uint8 else np.float16
        require_array("refine(probabilities)", probabilities, kind, (CLASS_COUNT, *classes.shape))
    window = _window_of(cel)
    if window is None:
        return classes.copy()
    refined = classes.copy()
    refined[window] = _refined(
        np.ascontiguousarray(classes[window]),
        np.ascontiguousarray(cel[window]),
        None if color is None else np.ascontiguousarray(color[window]),
        None if probabilities is None else probabilities[:, *window],
        config,
        classes.shape[0],
    )
    return refined


def _refined(
    classes: Bytes,
    cel: Bools,
    color: Bytes | None,
    probabilities: NDArray[np.float16] | Bytes | None,
    config: RefinementConfig,
    lines: int,
) -> Bytes:
    """The flow: strokes, areas between them, and the lines where areas meet without one."""
    hairline = config.hairline_at(lines)
    book = (classes == _BOOK_LINE) | (classes == _BOOK_FILL)
    steps = None if color is None else paint_steps(color)
    strokes = strokes_drawn(
        classes,
        cel & ~book,
        color,
        steps,
        hairline=hairline,
        width=config.visible_width,
        ink_contrast=config.ink_contrast,
        edge_contrast=config.edge_contrast,
        least_contrast=config.least_contrast,
        share=config.stroke_share,
        spur=config.spur * lines / 1080,
        gap=config.gap * lines / 1080,
        lines=lines,
    )
    free = cel & ~book & ~strokes.visible
    areas = areas_of(
        classes,
        free & ~strokes.faint,
        color,
        steps,
        probabilities,
        edge_contrast=config.edge_contrast,
        faint_contrast=config.faint_contrast,
        speck=config.speck * (lines / 1080) ** 2,
        mixed_share=config.mixed_share,
        hint_share=config.hint_share,
        wide=config.wide * (lines / 1080) ** 2,
    )
    drawn = np.where(cel, areas.fills, 0).astype(np.uint8)
    _draw_hairlines(drawn, strokes, areas, free, hairline)
    drawn[strokes.visible] = DougaClass.VISIBLE_LINE
    drawn[~cel] = 0
    return np.where(book, classes, drawn)


def _draw_hairlines(drawn: Bytes, strokes: Strokes, areas: Areas, free: Bools, hairline: int) -> None:
    """Lines of classes 2 to 4 into ``drawn``: on the edge of paint where there is one, else on the stroke."""
    reach = hairline + 1
    edges = meeting_lines(areas, strokes.hairlines, free, reach=reach)
    at_edge = thickened(edges > 0, 2 * reach + 1)
    left = np.where(at_edge, 0, strokes.hairlines)
    for line in range(_FIRST_LINE + 1, _LAST_LINE + 1):
        skeleton = (edges == line) | (left == line)
        if skeleton.any():
            drawn[thickened(skeleton, hairline) & free] = line


def _window_of(cel: Bools) -> tuple[slice, slice] | None:
    """Rows and columns of the cel with a margin; None where there is no cel."""
    x, y, width, height = cv2.boundingRect(cel.view(np.uint8))
    if not width:
        return None
    margin = 8
    return (
        slice(max(0, y - margin), min(cel.shape[0], y + height + margin)),
        slice(max(0, x - margin), min(cel.shape[1], x + width + margin)),
    )
