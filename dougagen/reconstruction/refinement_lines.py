"""Lines as they are drawn: one skeleton, one class a stroke, the width of ink or of a hairline (thesis 5.7).

The networks draw lines wider than they are (a class that is dear to miss is drawn rather too often, thesis
5.7). The skeleton says where a line is; how wide it is, the picture says: ink is the dark ridge between two
paints, and ends half way up its flanks, where the studio's truth ends it, too (dougagen/README.md#classes).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.morphology import skeletonize

from dougagen.domain import DougaClass
from dougagen.reconstruction.refinement_config import RefinementAt

Bools = NDArray[np.bool_]
Bytes = NDArray[np.uint8]

_SQUARE = np.ones((3, 3), np.uint8)
_NEIGHBOURS = np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1]], np.uint8)
_VISIBLE, _LAST_LINE = int(DougaClass.VISIBLE_LINE), int(DougaClass.HIGHLIGHT_LINE)
_COLOR_EDGE = int(DougaClass.COLOR_EDGE)
_INK_BLACK = 64
"""8-bit level of the brightest channel up to which paint is as dark as ink: a black fill has a border of
ink (dougagen/README.md#classes) that nobody can tell from the fill."""


@dataclass(frozen=True, slots=True, eq=False)
class Strokes:
    """What is left of the predicted lines."""

    visible: Bools
    """bool[H, W]: visible lines at their width."""
    hairlines: Bytes
    """uint8[H, W]: classes 2 to 4 on the skeletons of the other lines, else 0."""
    faint: Bools
    """bool[H, W]: those of them along which the picture has no edge, so that they alone separate areas."""


def ink_depth(color: Bytes, *, widest: int) -> Bytes:
    """uint8[H, W, 3] RGB -> uint8[H, W]: by how many levels a pixel is darker than the paint on both sides.

    The black top-hat of each channel, the largest of the three: a line of up to ``widest`` pixels fills up
    to the darker of its two flanks, so that a step between two paints has no depth.
    """
    kernel = np.ones((widest | 1, widest | 1), np.uint8)
    closed = cv2.morphologyEx(color, cv2.MORPH_CLOSE, kernel)
    depth = cv2.subtract(closed, color)  # [H, W, 3]
    return _brightest(depth)


def ink_of(depth: Bytes, *, least: int, reach: int) -> Bools:
    """uint8[H, W] depths -> bool[H, W]: at least ``least`` levels deep, and half as deep as the deepest
    pixel within ``reach``: alpha 0.5 of a line that was laid over its paint."""
    deepest = cv2.dilate(depth, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    ink: Bools = (depth >= least) & (depth >= deepest - deepest // 2)
    return ink


def skeleton_of(lines: Bools) -> Bools:
    """bool[H, W]: the lines eroded to one pixel (Zhang and Suen 1984, as in the thesis)."""
    thin: Bools = skeletonize(lines)  # type: ignore[no-untyped-call]
    return thin


def strokes_of(skeleton: Bools) -> tuple[int, NDArray[np.int32]]:
    """Label the skeleton between its junctions: count with the background, int32[H, W] of labels.

    A junction has three neighbours or more; its pixels are 0, as is what lies off the skeleton.
    """
    thin = skeleton.view(np.uint8)
    crowded = cv2.filter2D(thin, cv2.CV_8U, _NEIGHBOURS, borderType=cv2.BORDER_CONSTANT) >= 3
    count, labels = cv2.connectedComponents((skeleton & ~crowded).view(np.uint8), connectivity=8)
    return count, labels.astype(np.int32, copy=False)


def stroke_classes(skeleton: Bools, votes: Bytes, *, share: float, window: int) -> Bytes:
    """Give every pixel of a skeleton one class of its stroke: uint8[H, W], 0 off the skeleton.

    Args:
        votes: uint8[H, W] line classes 1 to 4 under the skeleton.
        share: a stroke with this share of one class, [0, 1], takes it whole; an outline that goes on as the
            edge of a shade does not, and there the votes within ``window`` pixels along it decide.
    """
    at = np.nonzero(skeleton)
    found = np.where((votes[at] >= 1) & (votes[at] <= 4), votes[at], _VISIBLE)  # [N]
    ballots = np.zeros((*skeleton.shape, 4), np.uint8)
    ballots[(*at, found - 1)] = 1
    around = cv2.boxFilter(ballots, cv2.CV_16U, (window, window), normalize=False)
    local = around[at].argmax(axis=1) + 1  # [N]
    count, labels = strokes_of(skeleton)
    label = labels[at]
    table = np.bincount(label.astype(np.int64) * 4 + found - 1, minlength=count * 4).reshape(count, 4)
    sure = table.max(axis=1) >= share * table.sum(axis=1)
    sure[0] = False  # junctions
    classes = np.zeros(skeleton.shape, np.uint8)
    classes[at] = np.where(sure[label], table.argmax(axis=1)[label] + 1, local)
    return classes


def without_spurs(skeleton: Bools, *, shortest: int) -> Bools:
    """Drop loose ends shorter than ``shortest`` pixels that hang on a junction: thinning grows them out of
    every bump of a wide line."""
    count, labels = strokes_of(skeleton)
    thin = skeleton.view(np.uint8)
    neighbours = cv2.filter2D(thin, cv2.CV_8U, _NEIGHBOURS, borderType=cv2.BORDER_CONSTANT)
    length = np.bincount(labels[skeleton], minlength=count)
    loose = np.zeros(count, np.bool_)
    loose[labels[skeleton & (neighbours == 1)]] = True
    joint = cv2.dilate((skeleton & (labels == 0)).view(np.uint8), _SQUARE).view(np.bool_)
    joined = np.zeros(count, np.bool_)
    joined[labels[joint]] = True
    drop = loose & joined & (length < shortest)
    drop[0] = False
    return skeleton & ~drop[labels]


def thickened(skeleton: Bools, width: int) -> Bools:
    """bool[H, W]: the skeleton at ``width`` pixels, centred for odd widths."""
    if width <= 1:
        return skeleton
    anchor = ((width - 1) // 2, (width - 1) // 2)
    return cv2.dilate(skeleton.view(np.uint8), np.ones((width, width), np.uint8), anchor=anchor).view(
        np.bool_
    )


def strokes_drawn(
    classes: Bytes, cel: Bools, color: Bytes | None, steps: Bytes | None, at: RefinementAt
) -> Strokes:
    """The predicted lines of uint8[H, W] classes as strokes, compared with what the picture shows."""
    predicted = (classes >= _VISIBLE) & (classes <= _LAST_LINE) & cel
    skeleton = without_spurs(skeleton_of(predicted), shortest=at.spur)
    if color is None or steps is None:
        drawn = stroke_classes(skeleton, classes, share=at.stroke_share, window=at.window)
        hairlines = np.where(drawn > _VISIBLE, drawn, 0).astype(np.uint8)
        visible = _without_picture(predicted, drawn, at) & cel
        return Strokes(visible, hairlines, hairlines > 0)
    ink = ink_of(ink_depth(color, widest=at.widest_ink), least=at.ink_contrast, reach=at.ink_reach) & cel
    near_ink = _near(ink)
    step = cv2.dilate(steps, _SQUARE)
    skeleton &= along(skeleton, near_ink | (step >= at.least_contrast), at.window) >= 0.5
    drawn = stroke_classes(skeleton, classes, share=at.stroke_share, window=at.window)
    inked = along(skeleton, near_ink, at.window)
    wet = skeleton & (((drawn == _VISIBLE) & (inked >= 0.5)) | (inked >= 0.8))
    black = cv2.erode(_brightest(color), np.ones((5, 5), np.uint8)) <= _INK_BLACK
    edge = step >= at.edge_contrast
    dry = skeleton & (drawn == _VISIBLE) & ~wet & (black | ~edge)
    rest = skeleton & ~wet & ~dry
    hairlines = np.where(rest, np.where(drawn == _VISIBLE, _COLOR_EDGE, drawn), 0).astype(np.uint8)
    visible = _with_ink(predicted, wet, dry, ink, at)
    if at.visible_width == "ink" and at.gap:
        visible |= _prolonged(wet, ink, at.gap)
    return Strokes(visible & cel, hairlines, rest & ~edge)


def along(skeleton: Bools, holds: Bools, window: int) -> NDArray[np.float32]:
    """float32[H, W]: at a skeleton's pixels the share of those within ``window`` for which ``holds``."""
    box = (window, window)
    true = cv2.boxFilter((skeleton & holds).view(np.uint8), cv2.CV_16U, box, normalize=False)
    every = cv2.boxFilter(skeleton.view(np.uint8), cv2.CV_16U, box, normalize=False)
    at = np.flatnonzero(skeleton)
    share = np.zeros(skeleton.size, np.float32)
    share[at] = true.ravel()[at] / every.ravel()[at]
    return share.reshape(skeleton.shape)


def _without_picture(predicted: Bools, drawn: Bytes, at: RefinementAt) -> Bools:
    """Visible lines at the predicted width where that is wanted, else at that of a hairline."""
    skeleton = drawn == _VISIBLE
    if at.visible_width != "kept":
        return thickened(skeleton, at.hairline)
    return skeleton | (predicted & thickened(skeleton, 4 * at.hairline + 1))


def _with_ink(predicted: Bools, wet: Bools, dry: Bools, ink: Bools, at: RefinementAt) -> Bools:
    """Visible lines: ``wet`` skeletons have ink beside them, ``dry`` ones have none that can be measured."""
    width = 2 * at.ink_reach + 1
    band = thickened(wet, width)
    if at.visible_width == "kept":
        return wet | dry | (predicted & (band | thickened(dry, width)))
    if at.visible_width == "fixed":
        return thickened(wet | dry, at.hairline)
    return (band & ink) | (wet & ~_near(ink)) | thickened(dry, at.hairline)


def _prolonged(wet: Bools, ink: Bools, gap: int) -> Bools:
    """The ink within ``gap`` pixels of where a stroke ends and that touches the stroke there."""
    thin = wet.view(np.uint8)
    ends = wet & (cv2.filter2D(thin, cv2.CV_8U, _NEIGHBOURS, borderType=cv2.BORDER_CONSTANT) <= 1)
    if not ends.any():
        return ends
    around = cv2.dilate(ends.view(np.uint8), np.ones((2 * gap + 1, 2 * gap + 1), np.uint8)).view(np.bool_)
    count, labels = cv2.connectedComponents((around & ink).view(np.uint8), connectivity=8)
    touched = np.zeros(count, np.bool_)
    touched[labels[_near(ends)]] = True
    touched[0] = False
    prolonged: Bools = touched[labels]
    return prolonged


def _brightest(color: Bytes) -> Bytes:
    """uint8[H, W, 3] -> uint8[H, W]; six times faster than NumPy's maximum over the last axis."""
    return cv2.max(cv2.max(color[..., 0], color[..., 1]), color[..., 2]).astype(np.uint8, copy=False)


def _near(pixels: Bools) -> Bools:
    return cv2.dilate(pixels.view(np.uint8), _SQUARE).view(np.bool_)
