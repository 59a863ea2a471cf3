"""Facades and skylines: rows of windows, shop fronts, towers, lights at night."""

from __future__ import annotations

import numpy as np

from dougagen.studio.background.board.board import Board
from dougagen.studio.background.board.shapes import rounded
from dougagen.studio.background.board.surface import Surface, front
from dougagen.studio.background.board.texture import as_grey, fractal_noise, seamless
from dougagen.studio.background.board.tones import (
    any_color,
    jittered,
    leaf_palette,
    lit,
    mixed,
    plaster_color,
    wood_color,
)
from dougagen.studio.background.places.claddings import lay_bricks
from dougagen.studio.background.places.foliage import hedge, leaf_tile, paint_canopy
from dougagen.studio.background.places.furniture import hang_picture, paint_door, write_lines
from dougagen.studio.background.places.roadside import any_outdoors
from dougagen.studio.background.places.skies import any_hour, paint_mountains, paint_sea, paint_sky
from dougagen.studio.cel.cel import Rgb
from dougagen.studio.cel.colors import rgb


def paint_facade(
    s: Surface, rng: np.random.Generator, w: float, h: float, color: Rgb, *, night: bool, near: bool
) -> None:
    """Rows of windows, ledges, a shop front below."""
    floor = rng.uniform(2.6, 3.4)
    rows = int(np.clip(h / floor, 1, 12))
    floor = h / rows
    columns = int(np.clip(w / rng.uniform(1.4, 3.5), 1, 10))
    cell = w / columns
    ww, wh = cell * rng.uniform(0.35, 0.8), floor * rng.uniform(0.3, 0.6)
    glass = rgb(rng.uniform(0.5, 0.65), rng.uniform(0.1, 0.5), rng.uniform(0.3, 0.95))
    frame = lit(color, 1.25) if rng.uniform() < 0.5 else lit(color, 0.5)
    lamp = rgb(rng.uniform(0.08, 0.17), rng.uniform(0.1, 0.6), 1.0)
    ledge, balcony = rng.uniform() < 0.4, rng.uniform() < 0.25
    glow = 1.0 / max(s.light, 0.2)
    if near and rng.uniform() < 0.3:
        _signboard(s, rng, w, h)
    for j in range(rows):
        v = j * floor + 0.25 * floor
        if ledge:
            s.bar(0, (j + 1) * floor - 0.15, w, 0.15, lit(color, 0.8))
        if j == rows - 1 and rng.uniform() < 0.6:
            _shop(s, rng, w, h, floor, night=night)
            break
        for i in range(columns):
            u = i * cell + (cell - ww) / 2
            lighted = night and rng.uniform() < 0.45
            pane = (
                jittered(rng, lamp, 8) if lighted else jittered(rng, lit(glass, 0.4) if night else glass, 8)
            )
            if lighted:
                pane = mixed(pane, (255, 255, 255), min(0.25 * glow - 0.25, 0.4))
            target = Surface(s.board, s.matrix, 1.0) if lighted else s
            if near:
                s.rect(u - 0.08, v - 0.08, ww + 0.16, wh + 0.16, frame)
                target.rect(u, v, ww, wh, pane, to=lit(pane, 0.85))
                s.bar(u + ww / 2 - 0.03, v, 0.06, wh, frame)
                _lived_in(s, rng, u, v, ww, wh)
            else:
                target.bar(u, v, ww, wh, pane)
            if balcony and near and j < rows - 1:
                s.rect(u - 0.3, v + 0.6 * wh, ww + 0.6, 0.55 * wh, lit(color, 0.93))


def _lived_in(s: Surface, rng: np.random.Generator, u: float, v: float, w: float, h: float) -> None:
    """What makes one window differ from the next: a curtain, a blind, a cooler, washing."""
    kind = rng.choice(["nothing", "curtain", "blind", "cooler", "washing"], p=[0.52, 0.2, 0.1, 0.12, 0.06])
    if kind == "curtain":
        cloth = mixed(any_color(rng), (240, 238, 230), 0.5)
        for x in (u, u + 0.72 * w):
            s.bar(x, v, 0.28 * w, h, cloth)
    elif kind == "blind":
        s.bar(u, v, w, h * rng.uniform(0.3, 0.95), mixed(any_color(rng), (225, 222, 210), 0.6))
    elif kind == "cooler":
        s.body(rounded(u + 0.1 * w, v + h + 0.12, 0.7, 0.5, 0.03), (214, 216, 214), bulk=0.08)
        s.disc(u + 0.1 * w + 0.25, v + h + 0.37, 0.18, (150, 154, 156))
    elif kind == "washing":
        for x in np.arange(u, u + w, 0.28):
            s.bar(float(x), v + 0.6 * h, 0.22, rng.uniform(0.3, 0.7), any_color(rng))


def _signboard(s: Surface, rng: np.random.Generator, w: float, h: float) -> None:
    """A tall board with letters from top to bottom."""
    sign, u, v = any_color(rng), rng.uniform(0.02, 0.9) * w, rng.uniform(0.05, 0.4) * h
    length = rng.uniform(0.2, 0.45) * h
    s.body(rounded(u, v, 0.8, length, 0.02), sign, bulk=0)
    ink = lit(sign, 0.2 if sum(sign) > 380 else 1.8)
    write_lines(s, rng, u + 0.08, v + 0.1, 0.64, length - 0.2, ink)


def _shop(s: Surface, rng: np.random.Generator, w: float, h: float, floor: float, *, night: bool) -> None:
    top, w = h - floor, min(w, 7.0)
    sign = any_color(rng)
    s.rect(0.1 * w, top + 0.1 * floor, 0.8 * w, 0.2 * floor, sign)
    write_lines(
        s, rng, 0.2 * w, top + 0.1 * floor, 0.5 * w, 0.2 * floor, lit(sign, 0.2 if sum(sign) > 380 else 1.8)
    )
    inside = (255, 240, 200) if night else lit(any_color(rng), 0.7)
    target = Surface(s.board, s.matrix, 1.0) if night else s
    target.rect(0.12 * w, top + 0.35 * floor, 0.5 * w, 0.6 * floor, inside)
    paint_door(s, rng, 0.7 * w, top + 0.35 * floor, min(1.2, 0.2 * w), 0.63 * floor)
    if rng.uniform() < 0.5:
        one, other = any_color(rng), (240, 238, 230)
        n = 10
        for i in range(n):
            u0, u1 = 0.1 * w + 0.8 * w * i / n, 0.1 * w + 0.8 * w * (i + 1) / n
            s.shape(
                [
                    [u0, top + 0.3 * floor],
                    [u1, top + 0.3 * floor],
                    [u1, top + 0.46 * floor],
                    [u0, top + 0.46 * floor],
                ],
                one if i % 2 else other,
            )
    elif rng.uniform() < 0.5:
        hang_picture(s, rng, 0.2 * w, top + 0.45 * floor, 0.7, 0.8)


def paint_skyline(board: Board, rng: np.random.Generator) -> None:
    """Buildings one behind the other, seen from afar or above; lights at night."""
    hour = any_hour(rng)
    night = hour == "night"
    _, low = paint_sky(board, rng, hour)
    horizon = float(rng.uniform(0.5, 0.95))
    if rng.uniform() < 0.3:
        paint_mountains(board, rng, horizon, low, hour)
    plane = front(board, zoom=float(rng.choice([1.0, rng.uniform(1.0, 2.5)])), y=horizon)
    base = rgb(rng.uniform(0.5, 0.75), rng.uniform(0.1, 0.5), 0.12) if night else plaster_color(rng)
    layers = int(rng.integers(2, 5))
    lamp = rgb(rng.uniform(0.07, 0.16), rng.uniform(0.2, 0.6), 1.0)
    for i in range(layers):
        near = (i + 1) / layers
        u = -0.4
        width = rng.uniform(0.04, 0.1) * (0.6 + near)
        while u < board.aspect + 0.4:
            w, h = width * rng.uniform(0.5, 2.0), rng.uniform(0.06, 0.42) * (0.5 + 0.6 * near)
            color = mixed(jittered(rng, base, 14), low, 0.55 * (1 - near) if not night else 0.35 * (1 - near))
            _tower(plane, rng, (u, horizon + 0.08 * near - h, w, h + 0.6), color, lamp, night=night)
            u += w * rng.uniform(0.8, 1.3)
    if rng.uniform() < 0.3:
        paint_sea(board, rng, min(horizon + 0.09, 0.98), low, hour)
    if night and not board.look.outlined:
        for _ in range(int(rng.integers(0, 14))):
            board.glow(
                (board.wide * rng.uniform(), board.tall * rng.uniform(horizon - 0.2, 1)),
                board.tall * rng.uniform(0.02, 0.1),
                lamp,
                0.6,
            )


def _tower(
    s: Surface,
    rng: np.random.Generator,
    box: tuple[float, float, float, float],
    color: Rgb,
    lamp: Rgb,
    *,
    night: bool,
) -> None:
    u, v, w, h = box
    s.rect(u, v, w, h, color, to=lit(color, 0.8))
    if rng.uniform() < 0.3:
        s.bar(u + 0.7 * w, v, 0.3 * w, h, lit(color, 0.75))
    if rng.uniform() < 0.25:
        s.rect(u + 0.3 * w, v - 0.02, 0.3 * w, 0.02, lit(color, 0.9))
    columns, rows = int(rng.integers(2, 6)), int(np.clip(min(h, 0.6) / 0.025, 2, 16))
    cw, ch = w / columns, min(h, 0.6) / rows
    if cw * s.board.tall < 3:
        return
    dark = lit(color, 0.7) if rng.uniform() < 0.5 else lit(color, 1.25)
    corner = np.array([[0.22, 0.3], [0.78, 0.3], [0.78, 0.75], [0.22, 0.75]])
    i, j = (a.ravel() for a in np.meshgrid(np.arange(columns), np.arange(rows)))
    panes = (np.stack([i, j], 1)[:, None] + corner) * (cw, ch) + (u, v)  # [N, 4, 2]
    if not night:
        s.scatter(panes, dark)
        return
    on = rng.uniform(size=len(panes)) < rng.uniform(0.1, 0.7)
    for k in range(3):
        s.scatter(panes[on & (np.arange(len(panes)) % 3 == k)], jittered(rng, lamp, 14))


def paint_frontage(board: Board, rng: np.random.Generator) -> None:
    """Houses seen straight on, wall to wall: bricks, boards, siding, windows, shops, the foot of a hedge."""
    plane = front(
        board, zoom=float(rng.uniform(0.12, 0.42)), tilt=float(rng.choice([0.0, rng.normal(0, 0.06)]))
    )
    night = bool(rng.uniform() < 0.2)
    light = 0.35 if night else 1.0
    board.cover[:] = 255
    board.wash(lit(plaster_color(rng), light))
    drop = rng.uniform(0.6, 4.5)
    u = -9.0 - rng.uniform(0, 4)
    while u < 11 * board.aspect / 1.6:
        w, h = float(rng.uniform(3.5, 9)), float(rng.uniform(9, 12))
        corner = np.array([[1, 0, u], [0, 1, drop - h], [0, 0, 1]])
        _house_front(Surface(board, plane.matrix @ corner, light), rng, w, h, night=night)
        u += w + float(rng.choice([0.0, rng.uniform(0.1, 1.0)]))
    ground = Surface(board, plane.matrix @ np.array([[1, 0, -20.0], [0, 1, drop], [0, 0, 1]]), light)
    paving = rgb(rng.uniform(), 0.1, rng.uniform(0.3, 0.8))
    ground.rect(0, 0, 60, 12, paving)
    ground.rect(0, 0, 60, 0.15, lit(paving, 0.8))
    u = -9.0
    while u < 16 and rng.uniform() < 0.93:
        u += any_outdoors(rng)(ground, rng, 20 + u, rng.uniform(0.0, 0.6)) + rng.uniform(0.3, 6.0)
    if rng.uniform() < 0.35:
        edge = ground.placed([[20, 0], [21, 0]])
        y0, metre = float(edge[0, 1]), float(np.linalg.norm(edge[1] - edge[0]))
        radius = metre * float(rng.uniform(0.12, 0.4))
        palette = [lit(c, light) for c in leaf_palette(rng)]
        paint_canopy(
            board, rng, hedge(rng, board.wide, y0, radius, depth=radius), palette, leaf_tile(rng, board)
        )


def _house_front(s: Surface, rng: np.random.Generator, w: float, h: float, *, night: bool) -> None:
    color = plaster_color(rng) if rng.uniform() < 0.7 else any_color(rng)
    kind = rng.choice(["plain", "bricks", "siding", "boards", "tiles"], p=[0.35, 0.2, 0.2, 0.1, 0.15])
    s.rect(0, 0, w, h, color, to=lit(color, 0.92))
    if kind in ("bricks", "tiles"):
        brick = wood_color(rng) if kind == "bricks" else color
        lay_bricks(s, rng, w, h, brick, size=float(rng.uniform(0.15, 0.35)), square=kind == "tiles")
    elif kind in ("siding", "boards"):
        step = rng.uniform(0.12, 0.4)
        for a in np.arange(0, h if kind == "siding" else w, step):
            if kind == "siding":
                s.rect(0, float(a), w, step, color, to=lit(color, 0.82))
            else:
                s.rect(float(a), 0, step, h, jittered(rng, color, 6), to=lit(color, 0.82))
    grain = as_grey(seamless(fractal_noise(rng, 256, 256, 60, octaves=6)))
    s.texture(0, 0, w, h, grain, size=6.0, strength=0.6 * s.board.look.texture)
    paint_facade(s, rng, w, h, color, night=night, near=True)
    for _ in range(int(rng.integers(0, 4))):  # pipes, meters, posters
        u = rng.uniform(0, 0.9) * w
        if rng.uniform() < 0.5:
            s.rect(u, 0, 0.09, h, lit(color, 0.75))
        else:
            hang_picture(s, rng, u, h - rng.uniform(1.2, 2.2), rng.uniform(0.3, 0.8), rng.uniform(0.4, 1.0))
