"""A drawing taken apart into the layers that a studio makes it of: background, flat colour, colour patches,
shade, highlight, line. Laid over each other again they give the frame.

Colour and douga decide everything, no network. Where a pixel is mixed (the edge of a line, of a shade, of
the cel itself), it is divided into how much of the upper colour lies over the lower one, so that a line
carries no fringe of the paint beside it. What flat paint and clean ink leave unexplained (grain, gradients,
light, the noise of a codec) is the *camera* layer, as weak as it can be: hide it and the clean cel is left.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dougagen.domain import BOOK_CLASSES, LINE_CLASSES, PALETTE, CelMask, Douga, DougaClass, Triplet
from dougagen.errors import DougagenError
from dougagen.exports.areas import HIGHLIGHT, PATCH, SHADE, Areas, find_areas
from dougagen.exports.ink import inked_in, lines_of
from dougagen.exports.stack import Layer, Layers, blended, flattened, what_is_missing
from dougagen.exports.unmixing import Mask, Picture, continued, distance_to, grown, nearest_of, share_of

MOST_PIXELS = 36_000_000
"""Of a picture that is taken apart, which takes some 150 bytes a pixel; an 8K frame has 33 millions."""
_FAINT = 0.05  # of a share: less is noise
_CLOSE = 3  # rims around a cel, in which a plate is believed before the frame


@dataclass(frozen=True, slots=True, eq=False)
class _Sheet:
    """What all layers of one drawing are made from."""

    color: Picture
    mask: Mask
    classes: NDArray[np.uint8]
    inked: Mask
    """Where a line is to be seen."""
    areas: Areas
    rim: int
    """Pixels over which an edge may be mixed."""
    behind: Picture
    """uint8[H, W, 3]: the background, continued under the edge of the cel."""
    painted: Mask
    """Where paint lies: areas, and under the lines up to the middle of those at the edge of the cel."""


def decompose(triplet: Triplet, *, plate: Picture | None = None) -> Layers:
    """The layers of a drawing. ``plate`` is the background as uint8[H, W, 4], its alpha 0 where no drawing
    shows it; without one the background is transparent under the cel.

    Raises DougagenError for a picture of more than MOST_PIXELS.
    """
    require_room(triplet)
    box = _box_of(triplet) or (slice(0, 1), slice(0, 1))  # some pixel, where nothing was drawn
    part = _taken_apart(_cut(triplet, box), None if plate is None else plate[box], rim_of(triplet.height))
    background = np.dstack([triplet.color, np.full(triplet.color.shape[:2], 255, np.uint8)])
    return Layers(
        _laid_on(background, part.background, box),
        *(
            tuple(_laid_on(np.zeros_like(background), layer, box) for layer in layers)
            for layers in (part.cel, part.over)
        ),
    )


def _cut(triplet: Triplet, box: tuple[slice, slice]) -> Triplet:
    color, mask, classes = triplet.color, triplet.cel_mask.pixels, triplet.douga.classes
    return Triplet(color[box], CelMask(mask[box]), Douga(classes[box]))


def _taken_apart(triplet: Triplet, plate: Picture | None, rim: int) -> Layers:
    sheet = _sheet_of(triplet, rim)
    fills = {kind: _fill(sheet, kind) for kind in (PATCH, SHADE, HIGHLIGHT)}
    under = _over(sheet.behind, [_flat_hard(sheet), *(_hard(sheet, kind) for kind in fills)])
    line = lines_of(sheet.color, sheet.inked, under, rim=sheet.rim)
    flat = _flat(sheet, line[..., 3])
    cel = (
        Layer("flat color", "彩色", flat),
        Layer("color patches", "塗り分け", fills[PATCH]),
        Layer("shade", "影", fills[SHADE]),
        Layer("shade multiply", "影 乗算", _multiplied(sheet, fills[SHADE]), "multiply", visible=False),
        Layer("highlight", "ハイライト", fills[HIGHLIGHT]),
        Layer("line", "線", line),
    )
    background = Layer("background", "背景", _background(sheet, flat, plate))
    over = tuple(_over_the_cel(sheet))
    stacked = Layers(background, cel, over)
    camera = Layer("camera", "撮影", what_is_missing(sheet.color, flattened(stacked)))
    return Layers(
        background, cel, (*over, camera, Layer("douga", "動画", _douga_lines(triplet), visible=False))
    )


def require_room(triplet: Triplet) -> None:
    """Raises DougagenError for a picture that is too large to be taken apart in memory."""
    if triplet.width * triplet.height > MOST_PIXELS:
        what = f"a picture of {triplet.width}×{triplet.height} pixels is too large to be taken apart"
        raise DougagenError(what, remedy="write it smaller with --lines 2160")


def _box_of(triplet: Triplet) -> tuple[slice, slice] | None:
    """The part of the picture that has a cel or a book, with a margin; None where there is neither."""
    drawn = triplet.cel_mask.pixels | (triplet.douga.classes > 0)
    rows, columns = np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))
    if not rows.size:
        return None
    margin = 8 * rim_of(triplet.height)
    return (
        slice(max(0, int(rows[0]) - margin), int(rows[-1]) + 1 + margin),
        slice(max(0, int(columns[0]) - margin), int(columns[-1]) + 1 + margin),
    )


def rim_of(height: int) -> int:
    """Pixels over which an edge may be mixed in a picture of ``height`` lines."""
    return max(1, round(1.5 * height / 1080))


def _laid_on(ground: Picture, layer: Layer, box: tuple[slice, slice]) -> Layer:
    """The layer in the size of the whole picture, over what lies around the box."""
    ground[box] = layer.pixels
    return replace(layer, pixels=ground)


def cel_of(triplet: Triplet) -> Picture:
    """The cel alone, uint8[H, W, 4]: the frame's colour inside, its edge divided from the background."""
    layers = decompose(triplet)
    color, alpha = blended([layer for layer in layers.cel if layer.visible], layers.shape)
    whole = (alpha == 255) & triplet.cel_mask.pixels
    pixels = np.where(whole[..., None], triplet.color, color)
    return np.dstack([np.where(alpha[..., None] > 0, pixels, 0), alpha]).astype(np.uint8)


def _sheet_of(triplet: Triplet, rim: int) -> _Sheet:
    color, mask, classes = triplet.color, triplet.cel_mask.pixels, triplet.douga.classes
    inked = inked_in(color, classes, rim=rim)
    areas = find_areas(color, mask, classes, inked, rim=rim)
    outside = ~mask & ~np.isin(classes, BOOK_CLASSES)
    behind = continued(color, outside & ~grown(mask, rim), softness=2)
    has_area = areas.labels > 0
    painted = mask & (areas.nearest > 0) & (distance_to(has_area) <= distance_to(~mask))
    return _Sheet(color, mask, classes, inked, areas, rim, behind, painted)


def _over(lowest: Picture, layers: list[Picture]) -> Picture:
    """uint8[H, W, 3]: layers whose alpha is 0 or 255 laid over an opaque picture."""
    for layer in layers:
        lowest = np.where(layer[..., 3:] > 0, layer[..., :3], lowest)
    return lowest


def _rgba(color: Picture, alpha: NDArray[np.floating] | Mask) -> Picture:
    """Colour and a share in [0, 1] as RGBA, black where nothing lies."""
    opacity = np.rint(np.asarray(alpha, np.float32) * 255).astype(np.uint8)
    return np.dstack([np.where(opacity[..., None] > 0, color, np.uint8(0)), opacity])


def _flat_hard(sheet: _Sheet) -> Picture:
    return _rgba(sheet.areas.bases[sheet.areas.nearest], sheet.painted)


def _hard(sheet: _Sheet, kind: int) -> Picture:
    of_kind = sheet.painted & (sheet.areas.kinds[sheet.areas.nearest] == kind)
    return _rgba(sheet.areas.paints[sheet.areas.nearest], of_kind)


def _fill(sheet: _Sheet, kind: int) -> Picture:
    """A layer of all areas of one kind, its edges against the base as soft as the picture has them."""
    areas = sheet.areas
    near = areas.nearest
    of_kind = sheet.painted & (areas.kinds[near] == kind)
    if not of_kind.any():
        return np.zeros((*sheet.mask.shape, 4), np.uint8)
    free = sheet.painted & ~grown(sheet.inked, sheet.rim)
    seam = grown(of_kind, sheet.rim) & grown(sheet.painted & ~of_kind, sheet.rim) & free
    ours = _nearest_kind(sheet, of_kind)
    alpha = of_kind.astype(np.float32)
    paint, base = areas.paints[ours[seam]], areas.bases[ours[seam]]
    same = (areas.bases[near[seam]] == base).all(axis=1)
    share, clear = share_of(
        sheet.color[seam].astype(np.float32), paint.astype(np.float32), base.astype(np.float32)
    )
    share = np.where(share < _FAINT, 0, np.where(share > 1 - _FAINT, 1, share))
    alpha[seam] = np.where(same & clear, share, alpha[seam])
    return _rgba(areas.paints[np.where(of_kind, near, ours)], alpha)


def _nearest_kind(sheet: _Sheet, of_kind: Mask) -> NDArray[np.int32]:
    return nearest_of(np.where(of_kind, sheet.areas.nearest, 0).astype(np.int32))


def _flat(sheet: _Sheet, line: NDArray[np.uint8]) -> Picture:
    """Base colours, on under shades and lines; soft where the cel ends without an outline."""
    near = sheet.areas.nearest
    alpha = sheet.painted.astype(np.float32)
    edge = grown(sheet.painted, sheet.rim) & grown(~sheet.mask, sheet.rim) & (line == 0)
    top = sheet.areas.paints[near[edge]].astype(np.float32)
    share, clear = share_of(sheet.color[edge].astype(np.float32), top, sheet.behind[edge].astype(np.float32))
    share = np.where(share < _FAINT, 0, np.where(share > 1 - _FAINT, 1, share))
    alpha[edge] = np.where(clear, share, alpha[edge])
    return _rgba(sheet.areas.bases[near], alpha)


def _multiplied(sheet: _Sheet, shade: Picture) -> Picture:
    """The shade as factors over the base: white is none. Where a shade is brighter than its base in a
    channel, the factor ends at one."""
    ours = _nearest_kind(sheet, sheet.painted & (sheet.areas.kinds[sheet.areas.nearest] == SHADE))
    base = np.maximum(sheet.areas.bases[ours].astype(np.float32), 1)
    factors = np.clip(np.rint(np.float32(255) * sheet.areas.paints[ours] / base), 0, 255).astype(np.uint8)
    return _rgba(factors, shade[..., 3] / np.float32(255))


def _background(sheet: _Sheet, flat: Picture, plate: Picture | None) -> Picture:
    """What is outside the cel, on under its mixed edge. A plate, where there is one, is under the rest and
    around the cel, where lines that the mask has missed would stay behind."""
    open_ = (flat[..., 3] < 255) & ~np.isin(sheet.classes, BOOK_CLASSES)
    color = np.where((sheet.mask | grown(sheet.mask, sheet.rim))[..., None], sheet.behind, sheet.color)
    if plate is None:
        return _rgba(color, open_)
    known = plate[..., 3] > 0
    from_plate = known & (~open_ | grown(sheet.mask, _CLOSE * sheet.rim))
    return _rgba(np.where(from_plate[..., None], plate[..., :3], color), open_ | known)


def _over_the_cel(sheet: _Sheet) -> Iterator[Layer]:
    """The piece of a book that hides cel, where there is one."""
    book = ~sheet.mask & np.isin(sheet.classes, BOOK_CLASSES)
    if book.any():
        yield Layer("book", "BOOK", _rgba(sheet.color, book))


def _douga_lines(triplet: Triplet) -> Picture:
    """The lines in the colours of the douga, nothing between them."""
    classes = triplet.douga.classes
    return _rgba(PALETTE[classes], np.isin(classes, (*LINE_CLASSES, DougaClass.BOOK_LINE)))
