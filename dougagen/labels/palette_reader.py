"""Read an artist's picture as douga: the nearest palette colour, after un-mixing anti-aliased pixels.

The thesis (5.2) takes the closest palette colour pixel by pixel. That is right inside areas and wrong along
every anti-aliased line: half black on white is the grey of books, half purple on white is nearly the colour
of shading fills. So pixels are settled in this order:

1. flat pixels (in a 3×3 block of one colour) and pixels that hit a palette colour: the nearest colour in
   CIELAB; greys only where dougagen/README.md#classes lets them be a book;
2. every other pixel lies between two colours that are around it, and belongs to the nearer of the two; a
   line too thin to show its pure colour is looked for between a colour around it and each line colour;
3. what fits neither: the nearest colour again.
"""

from __future__ import annotations

from itertools import combinations

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain import ALSO_READ, BOOK_CLASSES, LINE_CLASSES, PALETTE, Douga, DougaClass
from dougagen.domain.arrays import described
from dougagen.errors import LabelError
from dougagen.labels.complaints import color_at_first, places

FLAT_RANGE = 6
"""8-bit levels: how far the pixels of a flat 3×3 block may lie apart."""
EXACT_DISTANCE = 2.0
"""CIELAB ΔE76: a pixel this near to a palette colour shows it pure; about one just visible step."""
UNSEEN_LINE_COST = 8.0
"""8-bit RGB distance that a line colour not seen around a pixel pays against two seen colours."""
UNSEEN_BOOK_LINE_COST = 4.0
"""The same for a book line beside a book fill: books end in one, so that it is likelier than a thin black."""
BOOK_LINE_REACH = 4
"""Pixels beside a book's grey within which a thin grey may be its line: a line at 1080 lines and one."""
LARGEST_RESIDUE = 40.0
"""8-bit RGB distance from the straight line beyond which a pixel is no mixture of two colours."""
FOREIGN_DISTANCE = 20.0
"""CIELAB ΔE76 from every palette colour beyond which a pixel is foreign to the palette. A flat area of it is
refused: somebody painted it, and the nearest colour would be a guess. Mixtures on the rims of lines are
foreign, too, and never flat: 0.7 % of the pixels of a dense drawing at 270 lines."""
FOREIGN_SHARE = 0.05
"""Share of the pixels that may be foreign before a picture is refused as no douga at all."""
UNDECIDED_SHARE = 0.05
"""Share of the pixels of a cel mask that may be neither black nor white (the thesis's are both only)."""
BLACK_BELOW, WHITE_FROM = 64, 192
"""8-bit levels of all three channels within which a pixel of a cel mask is meant as black, as white."""

ENTRY_COLORS = np.concatenate(
    [PALETTE, *(np.array(colors, np.uint8) for colors in ALSO_READ.values())]
).astype(np.uint8)
"""uint8[24, 3]: the ten written colours, then the others that are read."""
ENTRY_CLASSES = np.array(
    [*DougaClass, *(c for c, colors in ALSO_READ.items() for _ in colors)], dtype=np.uint8
)
"""uint8[24]: the class of each entry."""
_LINE_ENTRIES = np.flatnonzero(np.isin(ENTRY_CLASSES, LINE_CLASSES))
_EDGE_ENTRIES = frozenset(
    np.flatnonzero(np.isin(ENTRY_CLASSES, [*LINE_CLASSES, DougaClass.BOOK_LINE])).tolist()
)
_BOOK_LINES = np.flatnonzero(ENTRY_CLASSES == DougaClass.BOOK_LINE).tolist()
_BOOK_ENTRIES = np.isin(ENTRY_CLASSES, BOOK_CLASSES)
_UNSETTLED = 255
_BESIDE_BOOK = np.uint32(1 << 31)  # a bit that no entry has
_COLORS_AT_ONCE = 1 << 16  # a photograph has millions; 24 × 3 floats each
_SQUARE = np.ones((3, 3), np.uint8)


def read_douga(image: NDArray[np.uint8]) -> Douga:
    """Read uint8[H, W], [H, W, 3] RGB or [H, W, 4] RGBA (laid over white) as douga.

    A picture of written palette colours alone has nothing to un-mix and is read exactly, thin greys
    included. Raises LabelError where an area, or more than a twentieth of the picture, is foreign to the
    palette, and where nothing but transparency is in it.
    """
    _require_something(image)
    rgb = _over(image, 255)
    exact = _read_exact(rgb)
    if exact is not None:
        return Douga(exact)
    entries, distances = _nearest_entries(rgb)
    flat = _flat_pixels(rgb)
    _require_palette(rgb, distances > FOREIGN_DISTANCE, flat)
    return Douga(_settle_mixtures(rgb, _settle_pure(entries, distances, flat)))


def read_cel_mask(image: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Read uint8[H, W], RGB or RGBA (laid over black): bool[H, W], True where the picture is white.

    Raises LabelError where an area, or more than a twentieth of the picture, is neither black nor white, and
    where nothing but transparency is in it.
    """
    _require_something(image)
    rgb = _over(image, 0)
    undecided = ~((rgb.max(axis=2) < BLACK_BELOW) | (rgb.min(axis=2) >= WHITE_FROM))
    areas = undecided & _flat_pixels(rgb)
    if undecided.mean() > UNDECIDED_SHARE or areas.any():
        which = areas if areas.any() else undecided
        shown = f"{places(which)} ({color_at_first(which, rgb)})"
        raise LabelError(f"is not a cel mask: neither black nor white are {shown}")
    mask: NDArray[np.bool_] = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY) >= 128
    return mask


def reading_options() -> dict[str, object]:
    """Everything that changes how a picture is read, for the digest of imported records."""
    return {
        "colors": ENTRY_COLORS.tolist(),
        "classes": ENTRY_CLASSES.tolist(),
        "flat_range": FLAT_RANGE,
        "exact_distance": EXACT_DISTANCE,
        "unseen_line_cost": UNSEEN_LINE_COST,
        "unseen_book_line_cost": UNSEEN_BOOK_LINE_COST,
        "book_line_reach": BOOK_LINE_REACH,
        "largest_residue": LARGEST_RESIDUE,
    }


def _require_something(image: NDArray[np.uint8]) -> None:
    """A hidden layer saved by mistake is transparent all over, and would be read as an empty drawing."""
    if image.ndim == 3 and image.shape[2] == 4 and not image[..., 3].any():
        raise LabelError("is transparent all over: nothing was painted, or its layer was hidden")


def _require_palette(rgb: NDArray[np.uint8], foreign: NDArray[np.bool_], flat: NDArray[np.bool_]) -> None:
    areas = foreign & flat
    if areas.any():
        color = color_at_first(areas, rgb)
        raise LabelError(f"has colours far from every palette colour: {places(areas)} ({color})")
    if foreign.mean() > FOREIGN_SHARE:
        raise LabelError(
            f"is not a douga: {foreign.mean():.0%} of it are far from every palette colour: {places(foreign)}"
        )


def _over(image: NDArray[np.uint8], paper: int) -> NDArray[np.uint8]:
    """uint8[H, W, 3]: any kind of picture over a paper of one grey level."""
    if image.dtype != np.uint8 or image.ndim not in (2, 3) or image.shape[2:] not in ((), (3,), (4,)):
        raise LabelError(f"a label must be uint8[H, W], [H, W, 3] or [H, W, 4], got {described(image)}")
    if image.ndim == 2:
        return np.repeat(image[..., None], 3, axis=2)  # [H, W] -> [H, W, 3]
    if image.shape[2] == 3:
        return np.ascontiguousarray(image)
    alpha = image[..., 3:].astype(np.uint16)
    mixed = (image[..., :3] * alpha + paper * (255 - alpha) + 127) // 255
    return np.ascontiguousarray(mixed.astype(np.uint8))


def _packed(rgb: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """uint8[..., 3] -> uint32[...], one number a colour."""
    wide = rgb.astype(np.uint32)
    return (wide[..., 0] << 16 | wide[..., 1] << 8 | wide[..., 2]).astype(np.uint32)


def _read_exact(rgb: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """uint8[H, W] classes where every pixel is a written palette colour, else None."""
    colors = _packed(rgb)
    written = _packed(PALETTE)
    order = np.argsort(written)
    places = np.searchsorted(written[order], colors).clip(max=len(written) - 1)
    if not np.array_equal(written[order][places], colors):
        return None
    classes: NDArray[np.uint8] = order[places].astype(np.uint8)
    return classes


def _nearest_entries(rgb: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Index into ENTRY_COLORS and ΔE76 of the nearest, uint8 and float32[H, W]; found once a colour.

    A table of all colours (80 MB, touched only where a picture has a colour) is half as dear as sorting two
    million pixels, and its size does not follow the picture's.
    """
    packed = _packed(rgb)
    present = np.zeros(1 << 24, np.bool_)
    present[packed] = True
    colors = np.flatnonzero(present)  # [N]
    nearest, distances = np.empty(1 << 24, np.uint8), np.empty(1 << 24, np.float32)
    for some in np.array_split(colors, -(-len(colors) // _COLORS_AT_ONCE)):
        unpacked = np.stack([some >> 16 & 255, some >> 8 & 255, some & 255], axis=1).astype(np.uint8)
        gaps = _cielab(unpacked)[:, None, :] - _cielab(ENTRY_COLORS)[None, :, :]  # [n, 24, 3]
        apart = np.linalg.norm(gaps, axis=2)  # [n, 24]
        nearest[some], distances[some] = apart.argmin(axis=1), apart.min(axis=1)
    return nearest[packed], distances[packed]


def _cielab(colors: NDArray[np.uint8]) -> NDArray[np.float32]:
    """uint8[N, 3] sRGB -> float32[N, 3] L*a*b* (D65)."""
    lab = cv2.cvtColor(colors[None].astype(np.float32) / 255, cv2.COLOR_RGB2Lab)  # [1, N, 3]
    return np.asarray(lab[0], dtype=np.float32)


def _flat_pixels(rgb: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """bool[H, W]: pixels covered by some 3×3 block of one colour. An anti-aliased rim is one pixel wide."""
    spread = cv2.subtract(cv2.dilate(rgb, _SQUARE), cv2.erode(rgb, _SQUARE)).max(axis=2)
    centers = (spread <= FLAT_RANGE).astype(np.uint8)
    flat: NDArray[np.bool_] = cv2.dilate(centers, _SQUARE).astype(np.bool_)
    return flat


def _settle_pure(
    entries: NDArray[np.uint8], distances: NDArray[np.float32], flat: NDArray[np.bool_]
) -> NDArray[np.uint8]:
    """uint8[H, W]: the entry of each pixel that shows one colour pure, _UNSETTLED for the others."""
    exact = distances <= EXACT_DISTANCE
    grey = _BOOK_ENTRIES[entries]
    pure = np.where(grey, _book_pixels(entries, exact, grey, flat), flat | exact)
    return np.where(pure, entries, np.uint8(_UNSETTLED))


def _book_pixels(
    entries: NDArray[np.uint8], exact: NDArray[np.bool_], grey: NDArray[np.bool_], flat: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """bool[H, W]: greys that are a book, in a connected region holding a 3×3 block of grey.

    The rim of a black line is grey too and would join every line that touches a book to its region;
    so pixels next to black carry no connection. The rim of a book line on white passes through the greys
    of book fills; so only a book line may be narrower than the block, and only beside one.
    """
    black = (ENTRY_CLASSES[entries] == DougaClass.VISIBLE_LINE).astype(np.uint8)
    connected = grey & (flat | ~cv2.dilate(black, _SQUARE).astype(np.bool_))
    count, labels = cv2.connectedComponents(connected.astype(np.uint8), connectivity=8)
    holds_block = np.zeros(count, dtype=np.bool_)
    holds_block[labels[connected & flat]] = True
    holds_block[0] = False  # label 0 is everything that is not grey
    beside = cv2.dilate((connected & flat).astype(np.uint8), _SQUARE, iterations=BOOK_LINE_REACH)
    hairline = exact & (ENTRY_CLASSES[entries] == DougaClass.BOOK_LINE) & beside.astype(np.bool_)
    books: NDArray[np.bool_] = holds_block[labels] & (flat | hairline)
    return books


def _settle_mixtures(rgb: NDArray[np.uint8], settled: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """uint8[H, W] classes: settled pixels by their entry, the others un-mixed."""
    classes = np.append(ENTRY_CLASSES, np.zeros(_UNSETTLED - len(ENTRY_CLASSES) + 1, np.uint8))[settled]
    rows, columns = np.nonzero(settled == _UNSETTLED)
    if not len(rows):
        return classes
    around = _entries_around(settled, rows, columns)
    pixels = rgb[rows, columns].astype(np.float32)  # [N, 3]
    result = np.empty(len(rows), dtype=np.uint8)
    sets, members = np.unique(around, return_inverse=True)
    order = np.argsort(members, kind="stable")
    for entry_set, chosen in zip(sets, np.split(order, np.cumsum(np.bincount(members))[:-1]), strict=True):
        present = [e for e in range(len(ENTRY_COLORS)) if int(entry_set) >> e & 1]
        result[chosen] = _unmixed(pixels[chosen], present, beside_book=bool(entry_set & _BESIDE_BOOK))
    classes[rows, columns] = result
    return classes


def _entries_around(
    settled: NDArray[np.uint8], rows: NDArray[np.intp], columns: NDArray[np.intp]
) -> NDArray[np.uint32]:
    """uint32[N]: bit e is set where entry e is pure within one pixel, or within two if fewer than two entries
    are within one; the last bit where a book fill is not farther than its line is wide."""
    near, far = np.zeros(len(rows), np.uint32), np.zeros(len(rows), np.uint32)
    for entry in np.unique(settled[settled != _UNSETTLED]):
        shown = (settled == entry).astype(np.uint8)
        bit = np.uint32(1 << int(entry))
        once = cv2.dilate(shown, _SQUARE)
        near |= np.where(once[rows, columns], bit, np.uint32(0))
        far |= np.where(cv2.dilate(once, _SQUARE)[rows, columns], bit, np.uint32(0))
    around = np.where(np.bitwise_count(near) >= 2, near, far)
    books = np.isin(settled, np.flatnonzero(ENTRY_CLASSES == DougaClass.BOOK_FILL)).astype(np.uint8)
    beside_book = cv2.dilate(books, _SQUARE, iterations=BOOK_LINE_REACH)[rows, columns].astype(np.bool_)
    marked: NDArray[np.uint32] = np.where(beside_book, around | _BESIDE_BOOK, around)
    return marked


def _unmixed(pixels: NDArray[np.float32], present: list[int], *, beside_book: bool) -> NDArray[np.uint8]:
    """uint8[N] classes of float32[N, 3] colours that lie between two of the entries around them.

    A soft line of two pixels never shows its colour: half a book line is as grey as a thin black one. Beside
    a book fill it is the book's (measured: line F1 of soft drawings 0.996 without, 1.000 with).
    """
    present = sorted(present, key=lambda entry: entry in _EDGE_ENTRIES)  # lines last: a tie goes to them
    pairs = [(a, b, 0.0) for a, b in combinations(present, 2)]
    pairs += [
        (a, int(line), UNSEEN_LINE_COST) for a in present for line in _LINE_ENTRIES if line not in present
    ]
    if beside_book:
        unseen = [line for line in _BOOK_LINES if line not in present]
        pairs += [(a, line, UNSEEN_BOOK_LINE_COST) for a in present for line in unseen]
    best = np.full(len(pixels), LARGEST_RESIDUE, dtype=np.float32)
    classes = _nearest_outside_books(pixels)
    for a, b, cost in pairs:
        start, end = ENTRY_COLORS[a].astype(np.float32), ENTRY_COLORS[b].astype(np.float32)
        along = end - start
        share = ((pixels - start) @ along / (along @ along)).clip(0, 1)  # [N]: 0 at a, 1 at b
        residue = np.linalg.norm(pixels - start - share[:, None] * along, axis=1) + cost
        better = residue < best
        best[better] = residue[better]
        nearer = np.where(share >= 0.5, ENTRY_CLASSES[b], ENTRY_CLASSES[a])  # half covered is line
        classes[better] = nearer[better]
    return classes


def _nearest_outside_books(pixels: NDArray[np.float32]) -> NDArray[np.uint8]:
    """uint8[N] classes of float32[N, 3] colours by CIELAB alone; a lone grey is no book."""
    candidates = np.flatnonzero(~_BOOK_ENTRIES)
    colors = _cielab(pixels.astype(np.uint8))
    gaps = colors[:, None, :] - _cielab(ENTRY_COLORS[candidates])[None, :, :]
    nearest: NDArray[np.uint8] = ENTRY_CLASSES[candidates[np.linalg.norm(gaps, axis=2).argmin(axis=1)]]
    return nearest
