"""Books: painted layers in front of the cel, from tree trunks to table edges, and what one sees through.

How a book is marked (for ``scene`` and ``clip``): its alpha, ``book[..., 3]``, is the coverage, exact in
every pixel, also where it is partial: edges out of focus, glass, smoke, shafts of light. Semi-transparent
foreground is background (thesis 5.1): ``255 − alpha`` of the cel is still seen, so a pixel is cel when the
cel's coverage is ≥ 128 **and** the book's alpha is < 128, as ``cel_mask_of(cel, coverage)`` has it. Under
smoke of alpha ≥ 0.5 the truth is background (class 9 in the douga), under a pane of alpha 0.2 it stays cel.
``is_veil`` tells the two kinds apart where a scene wants to.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dougagen.studio.background.board.board import Board, random_look
from dougagen.studio.background.board.surface import front
from dougagen.studio.background.board.tones import wood_color
from dougagen.studio.background.foreground import FOREGROUNDS, developed
from dougagen.studio.background.veils import paint_veil

COVER = (0.03, 0.35)
"""Share of the picture that a book covers."""
VEIL_SHARE = 0.12
"""Of the books: glass, smoke, light, rain, lace."""
_OUTLINED_SHARE = 0.4
_SHARES = np.array([share for _, share in FOREGROUNDS]) / sum(share for _, share in FOREGROUNDS)


def paint_book(rng: np.random.Generator, *, height: int, width: int) -> NDArray[np.uint8]:
    """A layer for the front: uint8[height, width, 4] RGBA, straight alpha, covering a share in ``COVER``."""
    veil = rng.uniform() < VEIL_SHARE
    for _ in range(12):
        if veil:
            layer = paint_veil(rng, height=height, width=width)
            if COVER[0] <= layer[..., 3].mean() / 255 <= COVER[1]:
                return layer
            continue
        outlined = bool(rng.uniform() < _OUTLINED_SHARE)
        board = Board(rng, height=height, width=width, look=random_look(rng, outlined=outlined))
        FOREGROUNDS[rng.choice(len(FOREGROUNDS), p=_SHARES)][0](board, rng)
        alpha = board.finished_cover()
        if COVER[0] <= alpha.mean() / 255 <= COVER[1]:
            return developed(rng, board.finished(), alpha, outlined=outlined)
    board = Board(rng, height=height, width=width, look=random_look(rng, outlined=False))
    front(board).shape([[-1, 0.85], [4, 0.85], [4, 2], [-1, 2]], wood_color(rng))
    return developed(rng, board.finished(), board.finished_cover(), outlined=False)


def is_veil(book: NDArray[np.uint8]) -> bool:
    """Whether a book (uint8[H, W, 4]) is something one sees through: hardly opaque anywhere."""
    alpha = book[..., 3]
    touched = alpha > 8
    return bool(touched.any() and (alpha[touched] < 245).mean() > 0.9)
