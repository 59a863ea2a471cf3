"""Lines of pixels as strokes: the middle line of each, and how wide it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.exports.curves import Points
from dougagen.exports.unmixing import Mask

MOST_PIXELS = 200_000
"""Of middle lines that are followed in one picture, the longest lines first; a drawing of 1080 lines has some
20,000, and noise that was taken for lines has no use as strokes."""
_AROUND = ((-1, 0), (0, 1), (1, 0), (0, -1), (-1, 1), (1, 1), (1, -1), (-1, -1))
_STRAIGHT = np.cos(np.radians(45))  # two branches go on into each other where they turn by less
_LOOK_BACK = 6  # px from a crossing: the direction of a branch
_OTHER_WIDTH = 1.35  # times the width of a stroke begin another one
_SPECK = 4  # square pixels; what is smaller is no line
_SHORTEST = 6  # px of a piece with a width of its own


@dataclass(frozen=True, slots=True, eq=False)
class Stroke:
    """The middle of a line, pixel by pixel, and its width."""

    points: Points
    width: float
    """Pixels."""
    closed: bool = False


def strokes_of(lines: Mask) -> tuple[list[Stroke], int]:
    """The strokes of bool[H, W], and how many pixels of middle lines were left out: specks, or too many."""
    from skimage.morphology import skeletonize

    if not lines.any():
        return [], 0
    thin: Mask = skeletonize(lines)  # type: ignore[no-untyped-call]
    middle, left_out = _longest(thin)
    framed = np.pad(lines.view(np.uint8), 1)  # a line ends at the edge of the picture
    depth = cv2.distanceTransform(framed, cv2.DIST_L2, 5)[1:-1, 1:-1]
    rows, columns = np.nonzero(middle)
    # a line of n pixels is ceil(n / 2) deep: on average half a pixel is lost
    widths = 2 * depth[rows, columns] - 0.5
    points = np.stack([columns, rows], axis=1).astype(np.float32) + 0.5
    strokes = [
        stroke
        for chain in _joined(_without_spurs(_branches(middle), widths), points)
        for stroke in _of_one_width(points[chain], widths[chain])
    ]
    kept = [stroke for stroke in strokes if len(stroke.points) * stroke.width >= _SPECK]
    specks = sum(len(stroke.points) for stroke in strokes) - sum(len(stroke.points) for stroke in kept)
    return kept, left_out + specks


def _longest(middle: Mask) -> tuple[Mask, int]:
    """The connected middle lines with most pixels, MOST_PIXELS at most, and how many pixels are left out."""
    total = int(middle.sum())
    if total <= MOST_PIXELS:
        return middle, 0
    count, found, stats, _ = cv2.connectedComponentsWithStats(middle.view(np.uint8), connectivity=8)
    sizes = stats[1:, cv2.CC_STAT_AREA].astype(np.int64)
    order = np.argsort(-sizes, kind="stable")
    fits = np.cumsum(sizes[order]) <= MOST_PIXELS
    kept = np.zeros(count, bool)
    kept[order[fits] + 1] = True
    return kept[found], total - int(sizes[order[fits]].sum())


def _neighbours(middle: Mask) -> list[list[int]]:
    """Of each pixel, numbered row by row, those that it is linked to; no diagonal where a corner leads there
    too."""
    numbers = np.full((middle.shape[0] + 2, middle.shape[1] + 2), -1, np.int64)
    rows, columns = np.nonzero(middle)
    numbers[rows + 1, columns + 1] = np.arange(len(rows))
    sides = np.stack([numbers[rows + 1 + dy, columns + 1 + dx] for dy, dx in _AROUND], axis=1)
    for diagonal, (one, other) in zip(range(4, 8), ((0, 1), (1, 2), (2, 3), (3, 0)), strict=True):
        sides[(sides[:, one] >= 0) | (sides[:, other] >= 0), diagonal] = -1
    return [[number for number in side if number >= 0] for side in sides.tolist()]


def _branches(middle: Mask) -> list[list[int]]:
    """Chains of pixels between ends and crossings, and closed ones, which end where they begin."""
    linked = _neighbours(middle)
    seen: set[tuple[int, int]] = set()
    chains = []

    def follow(start: int, step: int) -> list[int]:
        chain = [start, step]
        seen.update(((start, step), (step, start)))
        while len(linked[chain[-1]]) == 2 and chain[-1] != start:
            one, other = linked[chain[-1]]
            ahead = other if one == chain[-2] else one
            seen.update(((chain[-1], ahead), (ahead, chain[-1])))
            chain.append(ahead)
        return chain

    for plain in (False, True):  # from ends and crossings first; what is left are rings
        for pixel, others in enumerate(linked):
            if (len(others) == 2) == plain:
                chains += [follow(pixel, other) for other in others if (pixel, other) not in seen]
    return chains + [[pixel] for pixel, others in enumerate(linked) if not others]


def _without_spurs(chains: list[list[int]], widths: NDArray[np.float32]) -> list[list[int]]:
    """Without the short branches that a middle line puts out towards the bumps of an edge."""
    meets: dict[int, int] = defaultdict(int)
    for chain in chains:
        for end in (chain[0], chain[-1]):
            meets[end] += 1

    def spur(chain: list[int]) -> bool:
        free = [meets[chain[0]] == 1, meets[chain[-1]] == 1]
        crossing = chain[-1] if free[0] else chain[0]
        return sum(free) == 1 and len(chain) <= 1 + widths[crossing]

    return [chain for chain in chains if len(chain) == 1 or not spur(chain)]


def _joined(chains: list[list[int]], points: Points) -> list[list[int]]:
    """Chains that go straight on over a crossing made one."""
    ends: dict[int, list[tuple[int, bool]]] = defaultdict(list)
    for number, chain in enumerate(chains):
        if len(chain) > 1 and chain[0] != chain[-1]:
            ends[chain[0]].append((number, False))
            ends[chain[-1]].append((number, True))
    partner: dict[tuple[int, bool], tuple[int, bool]] = {}
    for pixel, meeting in ends.items():
        partner |= _pairs(pixel, meeting, chains, points)
    return list(_threaded(chains, partner))


def _pairs(
    pixel: int, meeting: list[tuple[int, bool]], chains: list[list[int]], points: Points
) -> dict[tuple[int, bool], tuple[int, bool]]:
    """Which ends at a crossing go on into each other, the straightest first."""
    away = []
    for number, backwards in meeting:
        chain = chains[number]
        there = (
            chain[max(-1 - _LOOK_BACK, -len(chain))] if backwards else chain[min(_LOOK_BACK, len(chain) - 1)]
        )
        way = points[there] - points[pixel]
        away.append(way / max(float(np.linalg.norm(way)), 1e-6))
    straight = sorted(
        (-float(-away[i] @ away[j]), i, j) for i in range(len(meeting)) for j in range(i + 1, len(meeting))
    )
    pairs: dict[tuple[int, bool], tuple[int, bool]] = {}
    for turned, i, j in straight:
        one, other = meeting[i], meeting[j]
        if -turned > _STRAIGHT and one not in pairs and other not in pairs and one[0] != other[0]:
            pairs[one], pairs[other] = other, one
    return pairs


def _threaded(
    chains: list[list[int]], partner: dict[tuple[int, bool], tuple[int, bool]]
) -> Iterator[list[int]]:
    """Each chain once, with all that it goes on into."""
    used: set[int] = set()

    def run(number: int, backwards: bool) -> list[int]:
        """From one end of a chain on and on; ``backwards``: from its last pixel to its first."""
        thread: list[int] = []
        while number not in used:
            used.add(number)
            chain = chains[number][::-1] if backwards else chains[number]
            thread += chain[1:] if thread else chain
            following = partner.get((number, not backwards))
            if following is None:
                break
            number, backwards = following
        return thread

    for number, _ in enumerate(chains):
        for backwards in (False, True):
            if number not in used and (number, backwards) not in partner:
                yield run(number, backwards)
    for number, _ in enumerate(chains):  # rings of several chains
        if number not in used:
            yield run(number, False)


def _of_one_width(points: Points, widths: NDArray[np.float32]) -> Iterator[Stroke]:
    """The chain cut where it becomes much wider or narrower; pieces share the point between them."""
    closed = len(points) > 2 and bool((points[0] == points[-1]).all())
    calm = cv2.blur(widths.reshape(-1, 1).astype(np.float32), (1, 7)).ravel() if len(widths) > 7 else widths
    start, mean = 0, float(calm[0])
    cuts = [0]
    for place, width in enumerate(calm.tolist()):
        other = width > _OTHER_WIDTH * mean + 0.3 or mean > _OTHER_WIDTH * width + 0.3
        if other and place - start >= _SHORTEST:
            cuts.append(place)
            start, mean = place, width
        else:
            mean += (width - mean) / (place - start + 1)
    if len(cuts) == 1:
        yield Stroke(points, max(1.0, float(np.median(widths))), closed)
        return
    for one, other_cut in zip(cuts, [*cuts[1:], len(points) - 1], strict=True):
        piece = slice(one, other_cut + 1)
        yield Stroke(points[piece], max(1.0, float(np.median(widths[piece]))))
