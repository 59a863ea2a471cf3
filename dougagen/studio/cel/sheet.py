"""A cel under the lamp: flat paint and ink drawn from outlines, and the exact truth of both.

Everything is drawn ``oversampling`` times larger with hard edges: for every sub-pixel the sheet knows the
colour, whether it is ink, which part of the design it belongs to and how that part is painted there.
``developed`` brings it to picture size: colour and coverage by area, truth from the sub-pixel in the middle.
The line art is not drawn beside the picture but *read off the paint* (``douga_truth``), so the two
cannot disagree.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain import DougaClass
from dougagen.studio.cel.airbrush import BrushStroke, air_brush, fade
from dougagen.studio.cel.cel import DEEP, Cel, Paint, Recolor, Rgb
from dougagen.studio.cel.hand import AS_DESIGNED, Hand
from dougagen.studio.cel.strokes import Ink, Points, tapered_strip

Box = tuple[int, int, int, int]
"""left, top, right, bottom in sub-pixels, half-open."""
_SUBPIXEL_BITS = 4
"""cv2 draws polygons on a grid of 1/16 of a sub-pixel."""
_FAR = float(1 << 20)
"""Sub-pixels: nothing is drawn further out, so that cv2's fixed point cannot overflow."""
_SEEN_PATCH = 12
"""8-bit levels by which a patch differs from its base in some channel, at least."""


def oversampling_for(height: int) -> int:
    """Fewer lines need more sub-pixels for smooth edges: 4 below 480 lines, 3 below 900, else 2."""
    return 4 if height < 480 else 3 if height < 900 else 2


class CelSheet:
    """A sheet of celluloid of ``height`` × ``width`` pixels; coordinates are (x, y) in pixels.

    ``placement`` maps the coordinates that a subject draws in to the sheet (a 2×3 affine matrix);
    line widths are in pixels at 1080 lines whatever the placement, and never under one pixel of the sheet.
    ``lines`` is the height of the whole frame where the sheet is only a window of it.
    """

    def __init__(
        self,
        *,
        height: int,
        width: int,
        lines: int | None = None,
        oversampling: int | None = None,
        repaint: Callable[[Rgb], Recolor] | None = None,
        hand: Hand = AS_DESIGNED,
    ) -> None:
        """``repaint`` is asked once for every base colour, in the order in which they are laid, and says what
        becomes of it and of all that is painted on it; without it the style guide's colours stand. ``hand``
        draws every outline and line."""
        self.height, self.width = height, width
        self._hand = hand
        self._repaints = repaint
        self._recolors: dict[Rgb, Recolor] = {}
        lines = lines or height
        self.oversampling = oversampling or oversampling_for(lines)
        tall, wide = height * self.oversampling, width * self.oversampling
        self._paint = np.zeros((tall, wide, 4), np.uint8)  # RGB and 255 where there is cel
        self._fill = np.zeros((tall, wide), np.int32)  # part << 8 | kind
        self._pen = np.zeros((tall, wide), np.uint16)  # 0 = no ink, else place in _inks
        self._inks: dict[tuple[Rgb, int], int] = {}  # colour and the part that was being drawn
        self._parts = 0
        self._boxes: dict[int, Box] = {}
        self._bases: dict[int, Rgb] = {}
        self._kin: dict[int, int] = {}
        self._soft: dict[int, float] = {}  # part → width of its soft edges, pixels of the sheet
        self._brushes: list[BrushStroke] = []
        self._used: Box = (wide, tall, 0, 0)  # all that was ever drawn lies in it
        self.line_scale = lines / 1080
        """Pixels of the sheet for one pixel at 1080 lines."""
        self.placement: NDArray[np.float64] = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])

    @property
    def scale(self) -> float:
        """How many pixels of the sheet one unit of the current placement takes."""
        a = self.placement[:, :2]
        return float(np.sqrt(abs(a[0, 0] * a[1, 1] - a[0, 1] * a[1, 0])))

    # ---- what a subject draws with ------------------------------------------------------------
    def part(self, outline: Points, paint: Paint, ink: Ink | None, *, within: int | None = None) -> int:
        """Fill a closed ``outline`` with the base colour, ink it, and return the new part's number.

        With ``within`` the part (its ink too) is cut to an earlier part: an iris within an eye.
        """
        self._parts += 1
        number = self._parts
        self._bases[number] = paint.base
        base = self._recolored(number, paint.base)
        outline = self._hand.outline(outline)
        polygon = self._placed(outline)
        box = self._boxes[number] = self._box(polygon, within=within)
        fill = number << 8 | int(DougaClass.FLAT_AREA)
        if within is None:
            cv2.fillPoly(self._paint, [_fixed(polygon)], (*base, 255), cv2.LINE_8, _SUBPIXEL_BITS)
            cv2.fillPoly(self._fill, [_fixed(polygon)], fill, cv2.LINE_8, _SUBPIXEL_BITS)
            cv2.fillPoly(self._pen, [_fixed(polygon)], 0, cv2.LINE_8, _SUBPIXEL_BITS)
        elif (mask := self._mask([polygon], box, within=within)) is not None:
            self._lay(box, mask, base, fill=fill)
            np.copyto(self._pen[box[1] : box[3], box[0] : box[2]], np.uint16(0), where=mask)
        if ink is not None:
            # clipped to the new part alone a line would lose its outer half
            self._stroke(np.concatenate([outline, outline[:1]]), ink, within=within, beside=number)
        return number

    def shade(self, part: int, outline: Points, color: Rgb, *, deep: bool = False) -> None:
        """Paint the pixels of ``part`` inside ``outline`` as shade; ink is kept."""
        self._repaint(part, outline, color, int(DougaClass.SHADING_FILL) + (DEEP if deep else 0))

    def highlight(self, part: int, outline: Points, color: Rgb) -> None:
        """Paint the pixels of ``part`` inside ``outline`` as highlight; ink is kept."""
        self._repaint(part, outline, color, int(DougaClass.HIGHLIGHT_FILL))

    def patch(self, part: int, outline: Points, color: Rgb) -> None:
        """Paint a pattern, blush or colour patch inside a part's base; ink is kept.

        A patch that nobody tells from the base is none: its class would be noise.
        """
        base = self._bases.get(part, color)
        if max(abs(a - b) for a, b in zip(base, color, strict=True)) < _SEEN_PATCH:
            return
        self._repaint(part, outline, color, int(DougaClass.COLOR_FILL))

    def stroke(self, path: Points, ink: Ink, *, within: int | None = None) -> None:
        """Ink an open ``path``; with ``within`` only where that part lies."""
        self._stroke(self._hand.path(path), ink, within=within, beside=None)

    def _stroke(self, path: Points, pen: Ink, *, within: int | None, beside: int | None) -> None:
        ink = self._hand.ink(pen)
        if ink is None:
            return
        width = max(ink.width * self.line_scale, 1.0) * self.oversampling
        path_px = _thinned(self._placed(path), least=max(1.5, 0.3 * width))
        # fillPoly paints the border of a polygon too: one sub-pixel more than its width (measured)
        strips = list(tapered_strip(path_px, ink, width=width - 1))
        if not strips:
            return
        self._lay_ink(strips, ink.color, within=within, beside=beside)

    def solid(self, outline: Points, color: Rgb, *, within: int | None = None) -> None:
        """A spot of ink: lashes, brows, mouths, blacks thinner than a fill. All of it is visible line."""
        self._lay_ink([self._placed(self._hand.outline(outline))], color, within=within)

    def join(self, part: int, other: int) -> None:
        """``part`` belongs to the same piece of the design as ``other``, like two locks of one head of hair.

        Where they meet without ink, base against shade is a shading line and base against base no edge.
        """
        self._kin[part] = self._kin.get(other, other)

    def soften(self, part: int, width: float) -> None:
        """Shades and highlights of ``part`` fade over ``width`` units; truth keeps the middle of the edge."""
        self._soft[part] = width * self.scale

    def brush(self, part: int, start: Points, end: Points, color: Rgb, strength: float) -> None:
        """Air brush over ``part``: nothing at ``start``, ``strength`` (0 … 1) of ``color`` from ``end`` on.

        A gradient without an edge has no class: the truth does not change.
        """
        ends = self._placed(np.stack([start, end])) / self.oversampling
        self._brushes.append(BrushStroke(part, ends[0], ends[1], self._recolored(part, color), strength))

    # ---- the finished cel ------------------------------------------------------------------------
    def developed(self) -> Cel:
        """The cel at picture size."""
        height, width, n = self.height, self.width, self.oversampling
        cel = Cel(
            color=np.zeros((height, width, 3), np.uint8),
            coverage=np.zeros((height, width), np.uint8),
            ink=np.zeros((height, width), np.bool_),
            part=np.zeros((height, width), np.uint16),
            kind=np.zeros((height, width), np.uint8),
            paint=np.zeros((height, width, 3), np.uint8),
        )
        left, top, right, bottom = self._used
        if right <= left or bottom <= top:
            return cel
        at = (slice(top // n, -(-bottom // n)), slice(left // n, -(-right // n)))
        fine = tuple(slice(side.start * n, side.stop * n) for side in at)
        sample = (*(slice(side.start + n // 2, side.stop, n) for side in fine),)
        fill, paint = self._fill[sample], self._paint.view(np.uint32)[..., 0]
        cel.kind[at], cel.paint[at] = fill & 0xFF, _rgb(np.ascontiguousarray(paint[sample]))
        # an outline reaches half its width beyond the fill: there it belongs to the part it was drawn for
        owners = np.array([0, *(part for _, part in self._inks)], np.uint16)
        part = np.where(fill > 0, (fill >> 8).astype(np.uint16), owners[self._pen[sample]])
        if self._kin:
            piece = np.arange(self._parts + 1, dtype=np.uint16)
            piece[list(self._kin)] = list(self._kin.values())
            part = piece[part]
        cel.part[at] = part
        # the ink is laid over the paint for the lens and lifted again: a copy costs more than all else here
        pen = self._pen[fine]
        inked = pen > 0
        spots = np.nonzero(inked)
        inks = np.array([(0, 0, 0, 0), *((*color, 255) for color, _ in self._inks)], np.uint8).view(np.uint32)
        under, paint = paint[fine][spots], paint[fine]
        paint[spots] = inks[pen[spots], 0]
        reduced = self._reduced(self._paint[fine])
        paint[spots] = under
        cel.color[at], cel.coverage[at] = _rgb(reduced), reduced[..., 3]
        ink_share = self._reduced(inked.view(np.uint8) * np.uint8(255))
        cel.ink[at] = ink_share >= 128
        if self._soft:
            ink_touched = np.zeros((height, width), np.bool_)
            ink_touched[at] = ink_share > 0
            for number, soft_width in self._soft.items():
                if (window := self._window(number)) is not None:
                    fade(cel, number, window, width=soft_width, ink_touched=ink_touched)
        for one in self._brushes:
            if (window := self._window(one.part)) is not None:
                air_brush(cel, one, window)
        return cel

    def _window(self, part: int) -> tuple[slice, slice] | None:
        """Where ``part`` lies in the picture."""
        left, top, right, bottom = self._boxes[part]
        n = self.oversampling
        rows = slice(max(top // n, 0), min(-(-bottom // n), self.height))
        columns = slice(max(left // n, 0), min(-(-right // n), self.width))
        return (rows, columns) if rows.stop > rows.start and columns.stop > columns.start else None

    def _reduced(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """``picture`` at picture size, by area; cv2 is five times quicker by halves than by fours."""
        for factor in (2, 2) if self.oversampling == 4 else (self.oversampling,):
            size = (picture.shape[1] // factor, picture.shape[0] // factor)
            picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
        return picture

    def _recolored(self, part: int, color: Rgb) -> Rgb:
        """What ``color`` on ``part`` becomes, by what its base colour became."""
        base = self._bases.get(part)
        if self._repaints is None or base is None:
            return color
        if base not in self._recolors:
            self._recolors[base] = self._repaints(base)
        return self._recolors[base](color)

    # ---- the hand ----------------------------------------------------------------------------
    def _placed(self, points: Points) -> Points:
        pts = np.asarray(points, np.float64)
        placed: Points = (pts @ self.placement[:, :2].T + self.placement[:, 2]) * self.oversampling
        placed = self._hand.strayed(placed, scale=self.line_scale * self.oversampling)
        return np.minimum(np.maximum(placed, -_FAR), _FAR)

    def _box(self, points: Points, *, within: int | None) -> Box:
        """The box of ``points`` in sub-pixels, cut to the part ``within`` or the sheet; noted as used."""
        low, high = points.min(axis=0), points.max(axis=0)
        if within is None:
            left, top, right, bottom = 0, 0, self._fill.shape[1], self._fill.shape[0]
        else:
            left, top, right, bottom = self._boxes.get(within, (0, 0, 0, 0))
        box = (
            int(max(low[0] - 1, left)),
            int(max(low[1] - 1, top)),
            int(min(high[0] + 3, right)),
            int(min(high[1] + 3, bottom)),
        )
        if within is None and box[0] < box[2] and box[1] < box[3]:
            used = self._used
            self._used = (
                min(used[0], box[0]),
                min(used[1], box[1]),
                max(used[2], box[2]),
                max(used[3], box[3]),
            )
        return box

    def _mask(
        self, polygons: list[Points], box: Box, *, within: int, beside: int | None = None
    ) -> NDArray[np.bool_] | None:
        """The pixels in ``box`` of polygons and of the parts ``within`` or ``beside``; None off the sheet."""
        left, top, right, bottom = box
        if right <= left or bottom <= top:
            return None
        mask = np.zeros((bottom - top, right - left), np.uint8)
        for polygon in polygons:
            cv2.fillPoly(mask, [_fixed(polygon - (left, top))], 1, cv2.LINE_8, _SUBPIXEL_BITS)
        inside = cv2.inRange(self._fill[top:bottom, left:right], within << 8, within << 8 | 0xFF)
        if beside is not None:
            here = self._fill[top:bottom, left:right]
            cv2.bitwise_or(inside, cv2.inRange(here, beside << 8, beside << 8 | 0xFF), dst=inside)
        cv2.bitwise_and(mask, inside, dst=mask)
        return mask.view(np.bool_)

    def _lay_ink(
        self, polygons: list[Points], color: Rgb, *, within: int | None, beside: int | None = None
    ) -> None:
        """Only the pen's number is laid down: its colour goes over the paint when the cel is developed."""
        pen = self._inks.setdefault((color, self._parts), len(self._inks) + 1)
        box = self._box(np.concatenate(polygons), within=within)
        if within is None:
            for polygon in polygons:
                cv2.fillPoly(self._pen, [_fixed(polygon)], pen, cv2.LINE_8, _SUBPIXEL_BITS)
            return
        mask = self._mask(polygons, box, within=within, beside=beside)
        if mask is not None:
            np.copyto(self._pen[box[1] : box[3], box[0] : box[2]], np.uint16(pen), where=mask)

    def _lay(self, box: Box, mask: NDArray[np.bool_], color: Rgb, *, fill: int) -> None:
        at = (slice(box[1], box[3]), slice(box[0], box[2]))
        opaque = np.array([*color, 255], np.uint8).view(np.uint32)[0]  # four bytes at once: 40 times quicker
        np.copyto(self._paint.view(np.uint32)[..., 0][at], opaque, where=mask)
        np.copyto(self._fill[at], np.int32(fill), where=mask)

    def _repaint(self, part: int, outline: Points, color: Rgb, kind: int) -> None:
        polygon = self._placed(self._hand.outline(outline))
        box = self._box(polygon, within=part)
        mask = self._mask([polygon], box, within=part)
        if mask is not None:
            mask &= self._pen[box[1] : box[3], box[0] : box[2]] == 0
            self._lay(box, mask, self._recolored(part, color), fill=part << 8 | kind)


def _rgb(paint: NDArray[Any]) -> NDArray[np.uint8]:
    """uint8[H, W, 3] of uint8[H, W, 4] or of the same as uint32[H, W]; cv2 is quicker than a slice."""
    four = paint.view(np.uint8).reshape(*paint.shape[:2], 4)
    return np.asarray(cv2.cvtColor(four, cv2.COLOR_RGBA2RGB), np.uint8)


def _fixed(points: Points) -> NDArray[np.int32]:
    """Points on cv2's grid; a fillPoly sample lies on the pixel's corner: shifted to its middle."""
    fixed: NDArray[np.int32] = np.rint((points - 0.5) * (1 << _SUBPIXEL_BITS)).astype(np.int32)
    return fixed


def _thinned(path: Points, *, least: float) -> Points:
    """``path`` without points nearer than ``least`` to the one before: they cost and are not seen."""
    if len(path) < 3:
        return path
    step = np.diff(path, axis=0)
    beat = np.floor(np.cumsum(np.hypot(step[:, 0], step[:, 1])) / least)
    keep = np.concatenate([[True], np.diff(beat, prepend=-1.0) > 0])
    keep[-1] = True
    thinned: Points = path[keep]
    return thinned
