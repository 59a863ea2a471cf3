"""Things on walls, drawn in the wall's own metres: windows, curtains, doors, shelves, boards."""

from __future__ import annotations

import numpy as np

from dougagen.studio.background.board.clipping import Points
from dougagen.studio.background.board.surface import Surface
from dougagen.studio.background.board.tones import any_color, jittered, lit, mixed, wood_color
from dougagen.studio.background.places.painted_people import paint_poster
from dougagen.studio.cel.cel import Rgb
from dougagen.studio.cel.colors import rgb


def paint_window(s: Surface, rng: np.random.Generator, u: float, v: float, w: float, h: float) -> None:
    """Frame, view, glazing bars, a gleam on the glass."""
    frame = (
        any_color(rng)
        if rng.uniform() < 0.4
        else (wood_color(rng) if rng.uniform() < 0.5 else (235, 235, 230))
    )
    bar = rng.uniform(0.02, 0.06)
    s.rect(u, v, w, h, frame)
    a, b, cw, ch = u + bar, v + bar, w - 2 * bar, h - 2 * bar
    top, low, hills, hill = window_view(rng)
    if rng.uniform() < 0.15:
        top = low = (255, 255, 255)
    s.rect(a, b, cw, ch, top, to=low)
    if rng.uniform() < 0.6:
        for line in hills:
            s.fill(line * [cw, ch] + [a, b], hill)
    if rng.uniform() < 0.4:
        for _ in range(int(rng.integers(1, 4))):
            x, width = a + cw * rng.uniform(0, 0.8), cw * rng.uniform(0.03, 0.12)
            s.fill(
                np.array(
                    [[x, b + ch], [x + width, b + ch], [x + width + 0.25 * ch, b], [x + 0.25 * ch, b]]
                ).clip([a, b], [a + cw, b + ch]),
                lit(mixed(top, low, 0.5), 1.2),
            )
    for i in range(1, int(rng.integers(1, 4))):
        s.rect(u + w * i / 3 if i < 2 else u + w * 2 / 3, v, bar * 0.8, h, frame)
    if rng.uniform() < 0.6:
        s.rect(u, v + h * rng.uniform(0.3, 0.6), w, bar * 0.8, frame)
    if rng.uniform() < 0.2:  # a blind
        slat = any_color(rng)
        drop = h * rng.uniform(0.2, 1.0)
        for y in np.arange(v, v + drop, max(h / 18, 0.04)):
            s.rect(u, float(y), w, max(h / 26, 0.025), slat)
    s.rect(u - 0.04, v + h, w + 0.08, 0.05, lit(frame, 0.92))


def hang_curtains(s: Surface, rng: np.random.Generator, u: float, v: float, w: float, h: float) -> None:
    """Two curtains drawn aside, or one before all, in folds of two tones."""
    color = any_color(rng)
    share = rng.uniform(0.15, 0.5)
    fold = rng.uniform(0.05, 0.14)
    for side in (0, 1):
        start = u - 0.1 if side == 0 else u + w * (1 - share) + 0.1
        width = w * share
        n = max(int(width / fold), 2)
        flare = rng.uniform(0.8, 1.15)
        top = np.linspace(start, start + width, n + 1)
        low = start + (0 if side == 0 else width) + (top - start - (0 if side == 0 else width)) * flare
        s.shape([[top[0], v - 0.05], [top[-1], v - 0.05], [low[-1], v + h], [low[0], v + h]], color)
        for i in range(n):
            t0, t1 = top[i], top[i] + (top[i + 1] - top[i]) * 0.45
            b0, b1 = low[i], low[i] + (low[i + 1] - low[i]) * rng.uniform(0.3, 0.6)
            s.fill([[t0, v], [t1, v], [b1, v + h * rng.uniform(0.9, 1.0)], [b0, v + h]], lit(color, 0.82))
            s.edge([[t0, v], [b0, v + h * rng.uniform(0.6, 1.0)]], color)
    s.rect(u - 0.15, v - 0.09, w + 0.3, 0.05, wood_color(rng))


def paint_door(s: Surface, rng: np.random.Generator, u: float, v: float, w: float, h: float) -> None:
    """A frame, a leaf with panels or a pane, a knob."""
    color = wood_color(rng) if rng.uniform() < 0.6 else any_color(rng)
    s.rect(u - 0.06, v - 0.06, w + 0.12, h + 0.06, lit(color, 0.8))
    s.rect(u, v, w, h, color, to=lit(color, 0.88))
    rows = int(rng.integers(0, 4))
    for i in range(rows):
        ph = h / rows
        panel = lit(color, 0.88) if rng.uniform() < 0.7 else (205, 225, 230)
        s.rect(u + 0.15 * w, v + i * ph + 0.12 * ph, 0.7 * w, 0.76 * ph, panel)
    s.disc(u + (0.9 if rng.uniform() < 0.5 else 0.1) * w, v + 0.52 * h, 0.035, (215, 190, 110))


def paint_bookshelf(s: Surface, rng: np.random.Generator, u: float, v: float, w: float, h: float) -> None:
    """Boards with books, boxes and gaps."""
    wood = wood_color(rng) if rng.uniform() < 0.7 else any_color(rng)
    s.rect(u, v, w, h, wood)
    board = 0.03
    rows = max(int(h / rng.uniform(0.28, 0.45)), 1)
    row = (h - board) / rows
    family = any_color(rng)
    mono = rng.uniform(0, 0.8)
    for i in range(rows):
        top = v + board + i * row
        inner = row - board
        s.rect(u + board, top, w - 2 * board, inner, lit(wood, 0.45))
        x = u + board
        end = u + w - board
        while x < end - 0.05:
            kind = rng.uniform()
            if kind < 0.07:
                x += rng.uniform(0.05, 0.3)
                continue
            if kind < 0.13:
                width, tall = rng.uniform(0.12, 0.35), inner * rng.uniform(0.3, 0.8)
            else:
                width, tall = rng.uniform(0.025, 0.075), inner * rng.uniform(0.6, 0.95)
            width = min(width, end - x)
            color = mixed(any_color(rng), family, mono)
            s.rect(x, top + inner - tall, width, tall, color, to=lit(color, 0.85))
            if kind > 0.75:
                s.bar(x, top + inner - 0.8 * tall, width, 0.12 * tall, mixed(color, (240, 235, 210), 0.7))
            x += width


def decorate_cabinet(s: Surface, rng: np.random.Generator, u: float, v: float, w: float, h: float) -> None:
    """Doors or drawers with handles on a front that is already painted."""
    color = wood_color(rng) if rng.uniform() < 0.5 else any_color(rng)
    columns, rows = max(int(w / rng.uniform(0.35, 0.7)), 1), max(int(h / rng.uniform(0.25, 0.8)), 1)
    handle = (200, 190, 160) if rng.uniform() < 0.5 else lit(color, 0.4)
    for i in range(columns):
        for j in range(rows):
            cw, ch = w / columns, h / rows
            x, y = u + i * cw, v + j * ch
            s.rect(x + 0.03 * cw, y + 0.04 * ch, 0.94 * cw, 0.92 * ch, color, to=lit(color, 0.9))
            s.rect(x + 0.42 * cw, y + 0.2 * ch, 0.16 * cw, 0.05 * ch, handle)


def paint_lockers(s: Surface, rng: np.random.Generator, u: float, v: float, w: float, h: float) -> None:
    """Tall metal doors with slits."""
    color = any_color(rng)
    n = max(int(w / 0.38), 1)
    for i in range(n):
        x = u + i * w / n
        s.rect(x, v, w / n, h, jittered(rng, color, 3), to=lit(color, 0.9))
        for k in range(4):
            s.bar(x + 0.1, v + 0.15 + 0.05 * k, w / n - 0.2, 0.018, lit(color, 0.5))
        s.rect(x + 0.04, v + h * 0.5, 0.05, 0.16, lit(color, 0.6))


def paint_shoji(s: Surface, rng: np.random.Generator, u: float, v: float, w: float, h: float) -> None:
    """Paper doors in a grid of laths."""
    wood, paper = wood_color(rng), (248, 244, rng.integers(215, 246))
    doors = max(round(w / 0.9), 1)
    columns, rows = int(rng.integers(2, 6)), int(rng.integers(4, 10))
    for i in range(doors):
        x, dw = u + i * w / doors, w / doors
        s.rect(x, v, dw, h, wood)
        s.rect(x + 0.04, v + 0.04, dw - 0.08, h * 0.8, (int(paper[0]), int(paper[1]), int(paper[2])))
        for k in range(1, columns):
            s.bar(x + 0.04 + (dw - 0.08) * k / columns - 0.008, v + 0.04, 0.016, h * 0.8, wood)
        for k in range(1, rows):
            s.bar(x + 0.04, v + 0.04 + h * 0.8 * k / rows - 0.008, dw - 0.08, 0.016, wood)


def hang_picture(s: Surface, rng: np.random.Generator, u: float, v: float, w: float, h: float) -> None:
    """A framed picture, poster, calendar or notice: flat shapes inside, sometimes lines of writing."""
    if rng.uniform() < 0.7:
        s.rect(
            u - 0.04, v - 0.04, w + 0.08, h + 0.08, wood_color(rng) if rng.uniform() < 0.6 else any_color(rng)
        )
    ground = any_color(rng)
    s.rect(u, v, w, h, ground)
    if rng.uniform() < 0.15:
        paint_poster(s, rng, u, v, w, h)
        return
    for _ in range(int(rng.integers(1, 6))):
        color = any_color(rng)
        if rng.uniform() < 0.5:
            r = min(w, h) * rng.uniform(0.1, 0.3)
            s.disc(
                u + rng.uniform(r, w - r), v + rng.uniform(r, h - r), r, color, squash=rng.uniform(0.6, 1.0)
            )
        else:
            x, y = rng.uniform(0, 0.7) * w, rng.uniform(0, 0.7) * h
            s.bar(u + x, v + y, rng.uniform(0.1, 1.0) * (w - x), rng.uniform(0.05, 0.6) * (h - y), color)
    if rng.uniform() < 0.5:
        write_lines(s, rng, u + 0.08 * w, v + 0.7 * h, 0.84 * w, 0.25 * h, lit(ground, 0.3))


def write_lines(
    s: Surface, rng: np.random.Generator, u: float, v: float, w: float, h: float, color: Rgb
) -> None:
    """Writing that nobody can read: letters of a few bars, in rows."""
    rows = int(rng.integers(1, 6))
    line = h / rows
    size = line * float(rng.uniform(0.5, 0.8))
    width = float(rng.uniform(0.55, 1.0))
    columns = int(np.clip(w / (size * (width + 0.15)), 1, 24))
    marks = []
    for j in range(rows):
        for i in range(int(columns * rng.uniform(0.5, 1.0))):
            if rng.uniform() < 0.9:
                corner = np.array([u + i * size * (width + 0.15), v + (j + 0.15) * line])
                marks.append(_glyph(rng) * (size * width, size) + corner)
    if marks:
        s.scatter(np.concatenate(marks), color)


def _glyph(rng: np.random.Generator) -> Points:
    """Bars in a square, as many as a letter or a character has: float64[N, 4, 2]."""
    thick, bars = rng.uniform(0.07, 0.16), []
    for _ in range(int(rng.integers(2, 7))):
        a, b = np.sort(rng.uniform(0, 1, 2))
        at = rng.uniform(0, 1 - thick)
        box = np.array([[a, at], [max(b, a + 0.3), at], [max(b, a + 0.3), at + thick], [a, at + thick]])
        bars.append(box if rng.uniform() < 0.5 else box[:, ::-1])
    return np.stack(bars)


def hang_blackboard(s: Surface, rng: np.random.Generator, u: float, v: float, w: float, h: float) -> None:
    """Green, black or white board with a frame, a tray and writing."""
    white = rng.uniform() < 0.25
    color = (
        (240, 242, 240)
        if white
        else rgb(rng.uniform(0.38, 0.5), rng.uniform(0.1, 0.6), rng.uniform(0.15, 0.45))
    )
    s.rect(u - 0.05, v - 0.05, w + 0.1, h + 0.1, wood_color(rng) if not white else (190, 195, 200))
    s.rect(u, v, w, h, color, to=lit(color, 1.08))
    chalk = (40, 40, 60) if white else (235, 240, 235)
    if rng.uniform() < 0.7:
        write_lines(s, rng, u + 0.1 * w, v + 0.1 * h, w * rng.uniform(0.3, 0.8), h * 0.7, chalk)
    s.rect(u, v + h + 0.03, w, 0.06, wood_color(rng))


def hang_things(s: Surface, rng: np.random.Generator, u: float, v: float, w: float, h: float) -> None:
    """A clock, notices pinned up, a shelf with pots and bottles, a lamp."""
    kind = rng.choice(["clock", "notices", "shelf", "lamp"])
    if kind == "clock":
        r = rng.uniform(0.12, 0.25)
        s.disc(u + w / 2, v + h / 2, r, any_color(rng))
        s.disc(u + w / 2, v + h / 2, r * 0.85, (250, 248, 240))
        for a, length in zip(rng.uniform(0, 6.3, 2), (0.5, 0.75), strict=True):
            s.stroke(
                [
                    [u + w / 2, v + h / 2],
                    [u + w / 2 + r * length * np.cos(a), v + h / 2 + r * length * np.sin(a)],
                ],
                (30, 30, 30),
                2.5,
            )
    elif kind == "notices":
        s.rect(u, v, w, h, wood_color(rng))
        for _ in range(int(rng.integers(4, 14))):
            a, b = rng.uniform(0.02, 0.8) * w, rng.uniform(0.02, 0.7) * h
            s.rect(
                u + a,
                v + b,
                rng.uniform(0.08, 0.18) * w,
                rng.uniform(0.1, 0.28) * h,
                mixed(any_color(rng), (255, 255, 255), 0.6),
            )
    elif kind == "shelf":
        for i in range(int(rng.integers(1, 4))):
            y = v + h * (i + 1) / 3
            x = u + 0.05
            while x < u + w - 0.15:
                width, tall = rng.uniform(0.05, 0.18), h * rng.uniform(0.08, 0.26)
                color = any_color(rng)
                s.rect(x, y - tall, width, tall, color, to=lit(color, 0.8))
                if rng.uniform() < 0.4:
                    s.rect(x + 0.3 * width, y - tall - 0.05, 0.4 * width, 0.05, lit(color, 0.9))
                x += width + rng.uniform(0.0, 0.15)
            s.rect(u, y, w, 0.04, wood_color(rng))
    else:
        s.disc(u + w / 2, v + h / 2, rng.uniform(0.1, 0.25), (255, 244, 205))
        s.rect(u + w / 2 - 0.01, v - 1.0, 0.02, 1.0 + h / 2 - 0.2, (60, 60, 60))


def window_view(rng: np.random.Generator) -> tuple[Rgb, Rgb, tuple[Points, ...], Rgb]:
    """What is seen through a small window: two colours of sky, hills or roofs (0 … 1), their colour."""
    hue = rng.uniform(0.5, 0.65)
    top, low = rgb(hue, rng.uniform(0.1, 0.7), rng.uniform(0.6, 1.0)), rgb(hue, rng.uniform(0.0, 0.3), 1.0)
    if rng.uniform() < 0.25:
        top, low = rgb(hue, 0.7, rng.uniform(0.05, 0.3)), rgb(hue, 0.6, 0.35)
    n = int(rng.integers(4, 12))
    xs = np.linspace(0, 1, n)
    line = np.stack([xs, rng.uniform(0.5, 0.9) + rng.normal(0, 0.06, n)], 1)
    return (
        top,
        low,
        (np.concatenate([line, [[1, 1], [0, 1]]]),),
        mixed(top, rgb(rng.uniform(0.2, 0.6), 0.4, 0.45), 0.7),
    )
