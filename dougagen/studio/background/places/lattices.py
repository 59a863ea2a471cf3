"""Walls that are one pattern of raised cells: quilted leather, tiles, scales, leaded glass, panels.

They have outlines, flat tones, a shaded side and small gleams, as cels do, and are background all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from dougagen.studio.background.board.board import Board
from dougagen.studio.background.board.clipping import Points
from dougagen.studio.background.board.surface import Surface, front
from dougagen.studio.background.board.tones import any_color, jittered, lit, mixed
from dougagen.studio.cel.cel import Rgb

_MOST_CELLS = 700


def paint_lattice(board: Board, rng: np.random.Generator) -> None:
    """Cells from edge to edge in one to four tones, with studs, gleams or a frame around each."""
    ground = lit(any_color(rng), rng.uniform(0.25, 1.0))
    board.wash(ground)
    s = front(
        board, tilt=float(rng.choice([0.0, rng.normal(0, 0.08), rng.uniform(-0.8, 0.8)], p=[0.5, 0.3, 0.2]))
    )
    tones = _tones(rng, ground)
    step = float(np.exp(rng.uniform(np.log(0.05), np.log(0.35))))
    kind = str(rng.choice(["square", "diamond", "brick", "hexagon", "scale", "glass"]))
    style = _style(rng)
    for cell in _cells(kind, rng, step, board.aspect):
        _lay(s, rng, cell, tones[int(rng.integers(len(tones)))], style)
    if kind in ("square", "diamond") and rng.uniform() < 0.5:
        _studs(s, rng, ground, step, diagonal=kind == "diamond")


def _tones(rng: np.random.Generator, ground: Rgb) -> list[Rgb]:
    """One tone, near ones, or colours as far apart as those of leaded glass."""
    spread = float(rng.choice([0.0, rng.uniform(0.05, 0.3), rng.uniform(0.4, 1.0)], p=[0.4, 0.4, 0.2]))
    return [mixed(ground, any_color(rng), spread) for _ in range(int(rng.integers(1, 5)))]


@dataclass(frozen=True, slots=True)
class _Style:
    """How all cells of a wall are made."""

    inset: float
    """Size of a cell; what is left of 1 is joint."""
    bulk: float
    gloss: float
    """Both as in ``Board.body``."""
    fade: float
    """Light that is left at the lower end of a flat cell."""


def _style(rng: np.random.Generator) -> _Style:
    return _Style(
        inset=float(rng.choice([1.0, rng.uniform(0.8, 0.97)])),
        bulk=float(rng.choice([0.0, rng.uniform(0.05, 0.3)])),
        gloss=float(rng.choice([0.0, rng.uniform(0.2, 0.7)], p=[0.7, 0.3])),
        fade=float(rng.choice([1.0, rng.uniform(0.7, 1.1)])),
    )


def _lay(s: Surface, rng: np.random.Generator, cell: Points, tone: Rgb, style: _Style) -> None:
    middle = cell.mean(axis=0)
    inset = (cell - middle) * style.inset + middle
    color = jittered(rng, tone, 2)
    if style.bulk or style.gloss:
        s.body(inset, color, bulk=style.bulk, gloss=style.gloss, shade=0.8)
    else:
        s.shape(inset, color, to=lit(color, style.fade))


def _studs(s: Surface, rng: np.random.Generator, ground: Rgb, step: float, *, diagonal: bool) -> None:
    color = mixed(ground, any_color(rng), rng.uniform(0.2, 1.0))
    radius = step * float(rng.uniform(0.04, 0.12))
    for i, v in enumerate(np.arange(-0.5, 1.6, step / (2 if diagonal else 1))):
        for u in np.arange(-0.6, s.board.aspect + 0.6, step):
            s.disc(u + (step / 2 if diagonal and i % 2 else 0.0), float(v), radius, color)


def _cells(kind: str, rng: np.random.Generator, step: float, aspect: float) -> Iterator[Points]:
    """Outlines in heights of the board, over the board and a margin of half of it."""
    if kind == "glass":
        yield from _shards(rng, step, aspect)
        return
    shape = _outline(kind, step)
    across = step * (2.0 if kind == "brick" else 1.0)
    down = step * {"diamond": 0.5, "hexagon": 0.866, "scale": 0.5}.get(kind, 1.0)
    shifted = kind != "square"
    for i, v in enumerate(np.arange(-0.5, 1.5 + down, down)):
        for u in np.arange(-0.6, aspect + 0.6 + across, across):
            yield shape + np.array([u + (across / 2 if shifted and i % 2 else 0.0), v])


def _outline(kind: str, step: float) -> Points:
    h = step / 2
    if kind == "brick":
        return np.array([[-step, -h], [step, -h], [step, h], [-step, h]])
    if kind == "diamond":
        return np.array([[0, -h], [h, 0], [0, h], [-h, 0]])
    if kind == "square":
        return np.array([[-h, -h], [h, -h], [h, h], [-h, h]])
    a = np.linspace(0, 2 * np.pi, 6, endpoint=False) + np.pi / 6
    if kind == "scale":
        a = np.linspace(0, 2 * np.pi, 20, endpoint=False)
    return np.stack([np.cos(a), np.sin(a)], 1) * (step / np.sqrt(3) if kind == "hexagon" else 0.56 * step)


def _shards(rng: np.random.Generator, step: float, aspect: float) -> Iterator[Points]:
    """Cells around points strewn at random (Voronoi)."""
    wide = aspect + 0.4
    count = int(np.clip(1.6 * wide / step**2, 12, _MOST_CELLS))
    grid = cv2.Subdiv2D((0, 0, 10_001, 10_001))
    strewn = rng.uniform([0, 0], [wide, 1.4], (count, 2)) * (10_000 / wide)
    for x, y in strewn.astype(np.float32):
        grid.insert((float(x), float(y)))
    for facet in grid.getVoronoiFacetList([])[0]:
        yield np.clip(np.asarray(facet, np.float64), -2_000, 12_000) * (wide / 10_000) - 0.2
