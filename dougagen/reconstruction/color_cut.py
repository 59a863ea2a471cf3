"""The cel mask, cut along the colours of its own picture (GrabCut: Rother, Kolmogorov and Blake 2004).

A cel is painted in a few flat colours and the background in others, and within one picture they mean the
same everywhere. The network sees figures but reads the picture at a few hundred lines and is unsure of
sleeves, tables and dark corners. So what it is certain of teaches two mixtures of colours, one for cel and
one for background, and the cheapest cut between them follows the edges of the picture. The mixtures are
learned on a small picture; a second cut, on one of twice the height, moves the border to the drawn edge.
A cut that would turn a large part of the picture is not believed: the network's mask stands.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import interpolate

from dougagen.errors import ConfigError
from dougagen.reconstruction.side_by_side import side_by_side

IsWrong = Callable[[NDArray[np.float64]], NDArray[np.bool_]]

_FEWEST = 50
"""Pixels a side needs for a mixture of five colours."""
_SMALL = 0.02
"""Share of the picture below which a side must hold that many certain pixels: a few hundred that are doubtful
on a face which fills the picture taught a background that took 72 % of it."""
_WIDEST = 4
"""Times as wide as high: a strip of a million columns would be a graph of gigabytes."""
_LARGEST_ODDS = 5.5
"""The network's log odds count up to here; levels of 8 bits end there too."""


@dataclass(frozen=True, slots=True)
class ColorCutConfig:
    """Options of the cut; the defaults were chosen on studio scenes outside the held-out family."""

    lines: int = 360
    """Height at which the border is cut. At 480 and 720 lines the boundary is no better, at a higher cost."""
    learning_lines: int = 180
    """Height at which the colours are learned. 120 to 480 lines give the same IoU within 0.02; the cost goes
    with the square."""
    border: int = 3
    """Pixels of the larger picture on either side of the first cut where the second may run."""
    certain: float = 0.97
    """Likelihood from which a pixel is cel for certain, and below 1 − it background. 0.8 corrects half as
    much; 0.99 and none let the cut take a figure for the background now and then."""
    rounds: int = 4
    """Of learning the colours anew and cutting again."""
    least_belief: float = 0.25
    """A piece of cel stays where the network's mean likelihood in it is at least this: else a red cloud is
    cel because a red ribbon is."""
    most_belief: float = 0.85
    """A piece of background stays where it is at most this."""
    weight: float = 2.0
    """Log odds that the cut speaks with."""
    network_weight: float = 0.5
    """With which the network's log odds count beside it. Fitted with ``weight`` by logistic regression; the
    constant term was left out, which would stand for how much cel a studio scene shows."""
    most_turned: float = 0.3
    """Share of the picture up to which the cut may overrule the network; where it wants more it has learned
    the wrong side, and nothing of it is heard. A figure that fills the picture and has a hole in its flat
    paint was taken for background whole. IoU on 100 held-out scenes .880 to .903 with the weights of 0.7.0;
    no set that was measured, and no weights, lost by it."""
    most_added: float = 0.12
    """Share of the picture up to which the areas of the cel may add to it before the cut. Where they want
    more they take a bare wall for a figure that fills the frame, the cut learns its colours as those of the
    cel, and nothing of it is heard: of 140 validation scenes none wants more than .1."""

    def __post_init__(self) -> None:
        if not 32 <= self.learning_lines <= self.lines <= 2160:
            raise ConfigError(f"a color cut needs 32 ≤ learning_lines ≤ lines ≤ 2160, got {self}")
        if not (1 <= self.rounds <= 20 and 1 <= self.border <= 100):
            raise ConfigError(f"a color cut needs rounds in [1, 20] and border in [1, 100], got {self}")
        shares = (self.certain, self.least_belief, self.most_belief, self.most_turned, self.most_added)
        if not all(0 <= share <= 1 for share in shares) or self.certain < 0.5:
            raise ConfigError(f"a color cut needs shares in [0, 1] and certain in [0.5, 1], got {self}")
        if not (0 <= self.weight <= 20 and 0 < self.network_weight <= 1):
            raise ConfigError(f"a color cut needs weights in [0, 20] and (0, 1], got {self}")


def settled_odds(odds: Tensor, pictures: NDArray[np.uint8], config: ColorCutConfig) -> Tensor:
    """The network's log odds and what the colours say, together.

    Args:
        odds: float [N, 1, H, W], log odds that a pixel is cel.
        pictures: uint8 [N, H, W, 3], RGB.

    Returns float [N, 1, H, W] on the device of ``odds``.
    """
    height, width = pictures.shape[1:3]
    likelihood = torch.sigmoid(odds.float())
    small = interpolate(likelihood, cut_size(height, width, config.learning_lines), mode="area")
    signs = side_by_side(partial(cut_by_color, config=config), pictures, small[:, 0].cpu().numpy())
    cut = torch.from_numpy(np.stack(signs))[:, None].to(odds.device)  # [N, h, w] -> [N, 1, h, w]
    cut = interpolate(cut, (height, width), mode="bilinear", align_corners=False)
    heard = config.network_weight * odds.clamp(-_LARGEST_ODDS, _LARGEST_ODDS)
    settled = heard + config.weight * cut
    turned = ((settled > 0) != (odds > 0)).float().mean(dim=(1, 2, 3), keepdim=True)  # [N, 1, 1, 1]
    return torch.where(turned <= config.most_turned, settled, heard)


def cut_by_color(
    picture: NDArray[np.uint8], likelihood: NDArray[np.float32], config: ColorCutConfig
) -> NDArray[np.float32]:
    """Which pixels are cel: float32 [h, w], 1 for cel and −1 for background, at most ``config.lines`` high.

    Args:
        picture: uint8 [H, W, 3], RGB, of any size.
        likelihood: float32 [a, b] in [0, 1], the same picture at ``config.learning_lines`` or fewer.

    Where the network believes in nothing or in everything there are no two sides to learn from; then the
    likelihood itself comes back, from −1 to 1.
    """
    size = cut_size(picture.shape[0], picture.shape[1], config.lines)
    marks = _marks(likelihood, config.certain)
    if not _can_teach(marks):
        return at_size(2.0 * likelihood - 1.0, size)
    mixtures = np.zeros((2, 1, 65))  # five colours with mean, covariance and share each, for either side
    cv2.setRNGSeed(0)  # of this thread: the mixtures begin with k-means
    _cut(picture, marks, mixtures, rounds=config.rounds, mode=cv2.GC_INIT_WITH_MASK)
    is_cel = _is_cel(marks)
    is_cel &= ~_pieces(is_cel, likelihood, lambda belief: belief < config.least_belief)
    is_cel |= _pieces(~is_cel, likelihood, lambda belief: belief > config.most_belief)
    marks = _border_marks(at_size(is_cel.astype(np.float32), size) >= 0.5, config.border)
    if size != likelihood.shape and _fewest(marks) >= _FEWEST:
        _cut(picture, marks, mixtures, rounds=1, mode=cv2.GC_EVAL_FREEZE_MODEL)
    return np.where(_is_cel(marks), np.float32(1), np.float32(-1))


def _cut(
    picture: NDArray[np.uint8], marks: NDArray[np.uint8], mixtures: NDArray, *, rounds: int, mode: int
) -> None:
    """Cut the picture at the size of ``marks``, which take the result; ``mixtures`` take what was learned."""
    small = at_size(picture, marks.shape)
    # Distances in Lab are those of the eye: held-out IoU .890 against .860 in RGB, on dark scenes above all.
    colors = cv2.cvtColor(small, cv2.COLOR_RGB2LAB)
    cv2.grabCut(colors, marks, None, mixtures[0], mixtures[1], rounds, mode)  # type: ignore[call-overload]


def _marks(likelihood: NDArray[np.float32], certain: float) -> NDArray[np.uint8]:
    probably = np.where(likelihood > 0.5, cv2.GC_PR_FGD, cv2.GC_PR_BGD)
    marks = np.where(likelihood > certain, cv2.GC_FGD, probably)
    return np.where(likelihood < 1 - certain, cv2.GC_BGD, marks).astype(np.uint8)


def _border_marks(is_cel: NDArray[np.bool_], border: int) -> NDArray[np.uint8]:
    """Certain everywhere but within ``border`` pixels of where cel and background meet."""
    levels, disc = is_cel.view(np.uint8), np.ones((2 * border + 1, 2 * border + 1), np.uint8)
    inside, outside = cv2.erode(levels, disc) > 0, cv2.dilate(levels, disc) == 0
    probably = np.where(is_cel, cv2.GC_PR_FGD, cv2.GC_PR_BGD)
    return np.where(inside, cv2.GC_FGD, np.where(outside, cv2.GC_BGD, probably)).astype(np.uint8)


def _is_cel(marks: NDArray[np.uint8]) -> NDArray[np.bool_]:
    return (marks == cv2.GC_FGD) | (marks == cv2.GC_PR_FGD)


def _can_teach(marks: NDArray[np.uint8]) -> bool:
    """Whether the smaller side is large enough, or sure enough, to learn its colours from."""
    if _fewest(marks) < _FEWEST:
        return False
    is_small = _fewest(marks) < _SMALL * marks.size
    smaller = cv2.GC_FGD if _is_cel(marks).sum() < marks.size / 2 else cv2.GC_BGD
    return not is_small or int((marks == smaller).sum()) >= _FEWEST


def _fewest(marks: NDArray[np.uint8]) -> int:
    """Pixels of the smaller side."""
    cels = int(_is_cel(marks).sum())
    return min(cels, marks.size - cels)


def _pieces(area: NDArray[np.bool_], likelihood: NDArray[np.float32], is_wrong: IsWrong) -> NDArray[np.bool_]:
    """bool [h, w]: the connected pieces of ``area`` whose mean likelihood is wrong."""
    count, regions = cv2.connectedComponents(area.view(np.uint8), connectivity=4)
    pixels = np.bincount(regions.ravel(), minlength=count)
    belief = np.bincount(regions.ravel(), likelihood.ravel(), count) / np.maximum(pixels, 1)
    wrong = is_wrong(belief)
    wrong[0] = False  # what is not of the area
    found: NDArray[np.bool_] = wrong[regions]
    return found


def at_size(array: NDArray, size: tuple[int, ...]) -> NDArray:
    """The same at another size (lines, columns); pictures are made smaller by area, masks larger by slope."""
    if array.shape[:2] == size:
        return np.ascontiguousarray(array)
    smooth = cv2.INTER_AREA if size[0] < array.shape[0] else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(array, (size[1], size[0]), interpolation=smooth))


def cut_size(height: int, width: int, lines: int) -> tuple[int, int]:
    """Lines and columns of a cut: those of the picture where it is smaller; a strip takes no more of them."""
    scale = min(1.0, lines / height, _WIDEST * lines / width)
    return max(1, round(height * scale)), max(1, round(width * scale))
