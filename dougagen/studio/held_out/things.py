"""The held-out family's things: dragons, masks, airships and still lifes, by the held-out brush."""

from __future__ import annotations

import numpy as np

from dougagen.studio.cel.cel import Paint
from dougagen.studio.cel.strokes import Points, ellipse, smooth
from dougagen.studio.design.curves import xy
from dougagen.studio.design.ranges import DesignRanges
from dougagen.studio.design.subject import Pose, Subject
from dougagen.studio.held_out.brush import Brush, HeldOutDesign, poly, random_brush_guide


def random_held_out_thing(rng: np.random.Generator, *, ranges: DesignRanges) -> Subject:
    """A thing that fills about [−1, 1]."""
    drawing = (draw_dragon, draw_mask, draw_airship, draw_still_life)[rng.integers(4)]
    return HeldOutDesign(drawing, random_brush_guide(rng, ranges))


def draw_dragon(b: Brush, rng: np.random.Generator, pose: Pose) -> None:
    """A long body in waves, belly plates, a mane, whiskers."""
    skin, mane, _, belly, trim, accent = b.guide.paints
    t = np.linspace(0, 1, 60)
    phase = rng.uniform(0, 6) + 0.8 * pose.gesture
    path = np.stack([-1.0 + 2.0 * t, 0.45 * np.sin(2.2 * np.pi * t + phase) * (0.4 + 0.6 * t)], axis=1)
    way = np.gradient(path, axis=0)
    normal = np.stack([-way[:, 1], way[:, 0]], axis=1) / np.hypot(way[:, 0], way[:, 1])[:, None]
    wide = (0.03 + 0.17 * np.sin(np.pi * np.clip(0.05 + 0.85 * t, 0, 1)))[:, None]
    for i in range(4, 54, 4):  # fins along the back
        root, tip = path[i], path[i] - normal[i] * (wide[i] + 0.1) - 0.06 * way[i] / np.hypot(*way[i])
        b.part(np.array([root - 0.05 * way[i] * 20, tip, root + 0.05 * way[i] * 20]), trim)
    outline = np.concatenate([path - normal * wide, (path + normal * wide)[::-1]])
    body = b.part(outline, skin)
    under = np.concatenate([path + normal * wide * 0.35, (path + normal * wide * 1.2)[::-1]])
    if b.guide.marks:
        b.sheet.patch(body, under, belly.base)
    else:
        b.part(under, belly, within=body, bold=False)
    for i in range(3, 58, 3):
        b.line(tuple(path[i] + normal[i] * wide[i] * 0.4), tuple(path[i] + normal[i] * wide[i]))
    b.block(body, np.concatenate([path, (path + normal * wide)[::-1]]), skin, share=0.5)
    x, y = path[-1]
    for k in range(5):
        a = 2.2 + 0.45 * k
        tuft = poly(
            (x, y), (x + 0.38 * np.cos(a), y - 0.34 * np.sin(a) + 0.05 * pose.sway), (x - 0.05, y + 0.1)
        )
        b.part(tuft, mane)
    head = poly(
        (x - 0.14, y - 0.14),
        (x + 0.05, y - 0.2),
        (x + 0.34, y - 0.05),
        (x + 0.36, y + 0.04),
        (x + 0.1, y + 0.06),
        (x + 0.28, y + 0.12 + 0.1 * pose.mouth),
        (x - 0.02, y + 0.18),
        (x - 0.16, y + 0.1),
    )
    skull = b.part(head, skin)
    b.block(skull, head, skin, share=0.35)
    eye = b.part(ellipse(x + 0.07, y - 0.08, 0.05, 0.03 + 0.02 * pose.eyes, steps=18), accent, within=skull)
    b.sheet.highlight(eye, ellipse(x + 0.06, y - 0.09, 0.014, 0.014, steps=8), (255, 255, 255))
    b.line((x + 0.3, y - 0.02), (x + 0.5, y + 0.1 * pose.sway - 0.1), (x + 0.62, y + 0.12))


def draw_mask(b: Brush, _rng: np.random.Generator, pose: Pose) -> None:
    """A festival mask in close-up: horns, brows, fangs, cords."""
    shell, hair, dark, _, trim, accent = b.guide.paints
    tilt = 0.12 * pose.sway
    for side in (-1.0, 1.0):
        cord = smooth(
            np.array([[side * 0.7, 0.0], [side * 0.95, 0.4 + tilt], [side * 0.8, 1.0]]), closed=False, steps=8
        )
        b.part(np.concatenate([cord - xy(0.04, 0), (cord + xy(0.04, 0))[::-1]]), accent)
        horn = poly(
            (side * 0.28, -0.72), (side * 0.52, -1.2), (side * 0.6, -1.15), (side * 0.55, -0.55), round_by=5
        )
        b.block(b.part(horn, trim), horn, trim, share=0.4)
    outline = poly(
        (0, -0.85),
        (0.5, -0.72),
        (0.78, -0.2),
        (0.62, 0.5),
        (0.28, 0.95),
        (0, 1.02),
        (-0.28, 0.95),
        (-0.62, 0.5),
        (-0.78, -0.2),
        (-0.5, -0.72),
        round_by=6,
    )
    face = b.part(outline, shell)
    b.block(face, outline, shell, share=0.32, teeth=3)
    for side in (-1.0, 1.0):
        brow = poly((side * 0.1, -0.22), (side * 0.6, -0.5), (side * 0.62, -0.34), (side * 0.14, -0.08))
        b.part(brow, hair, within=face)
        socket = poly(
            (side * 0.16, -0.02), (side * 0.34, -0.16), (side * 0.56, -0.1), (side * 0.4, 0.06), round_by=4
        )
        eye = b.part(socket, accent, within=face)
        b.part(ellipse(side * 0.36, -0.05, 0.07, 0.09 * pose.eyes + 0.01, steps=18), dark, within=eye)
        b.sheet.patch(face, poly((side * 0.3, 0.3), (side * 0.66, 0.16), (side * 0.5, 0.46)), accent.base)
        b.line((side * 0.14, 0.2), (side * 0.34, 0.44), (side * 0.3, 0.62), weight=1.4, within=face)
    nose = poly((0.0, 0.0), (0.16, 0.3), (0.0, 0.38), (-0.16, 0.3))
    b.block(b.part(nose, shell, within=face), nose, shell, share=0.5)
    drop = 0.1 + 0.18 * pose.mouth
    mouth = b.part(
        poly((-0.36, 0.56), (0.0, 0.5), (0.36, 0.56), (0.2, 0.6 + drop), (-0.2, 0.6 + drop)),
        dark,
        within=face,
    )
    for side in (-1.0, 1.0):
        b.part(
            poly((side * 0.2, 0.53), (side * 0.3, 0.54), (side * 0.24, 0.72)),
            hair if sum(hair.base) > 500 else trim,
            within=mouth,
        )
    b.glint(face, (-0.3, -0.66), (-0.1, -0.74), (-0.12, -0.62), (-0.28, -0.54), paint=shell)


def draw_airship(b: Brush, rng: np.random.Generator, pose: Pose) -> None:
    """A hull of ribs, a gondola, propellers, banners."""
    hull_paint, plate, frame, cloth, trim, accent = b.guide.paints
    for side in (-1.0, 1.0):
        fin = poly((-0.75, side * 0.1), (-1.05, side * 0.5), (-0.85, side * 0.48), (-0.5, side * 0.2))
        b.block(b.part(fin, trim), fin, trim, share=0.4)
    outline = ellipse(0.0, -0.1, 1.0, 0.36, steps=60)
    ship = b.part(outline, hull_paint)
    if b.guide.marks:
        b.sheet.patch(ship, poly((-1, -0.08), (1, -0.12), (1, 0.0), (-1, 0.04)), accent.base)
    b.block(ship, outline, hull_paint, share=0.38)
    for k in np.linspace(-0.85, 0.85, int(rng.integers(5, 10))):
        bend = 0.36 * np.sqrt(1 - k * k)
        b.line((k, -0.1 - bend), (k + 0.05, -0.1), (k, -0.1 + bend), within=ship)
    gondola = poly((-0.35, 0.25), (0.4, 0.25), (0.3, 0.48), (-0.28, 0.48))
    cabin = b.part(gondola, plate)
    b.block(cabin, gondola, plate, share=0.4)
    for x in np.linspace(-0.24, 0.28, 5):
        pane = b.part(poly((x, 0.3), (x + 0.08, 0.3), (x + 0.08, 0.38), (x, 0.38)), cloth, within=cabin)
        b.glint(pane, (x, 0.3), (x + 0.05, 0.3), (x, 0.36), paint=cloth)
    for a in np.linspace(0, 2 * np.pi, 4, endpoint=False) + 2 * pose.gesture:
        blade = _turned(poly((0.0, -0.03), (0.2, -0.05), (0.22, 0.02)), float(a)) + xy(-0.42, 0.4)
        b.part(blade, frame)
    flag = poly((-1.0, -0.1), (-1.3, 0.05 * pose.sway - 0.1), (-1.28, 0.05 + 0.08 * pose.sway), (-1.0, 0.02))
    b.part(flag, accent)


def draw_still_life(b: Brush, rng: np.random.Generator, pose: Pose) -> None:
    """Fruit, bottles and cloth on each other, some cut by the frame."""
    paints = b.guide.paints
    cloth = paints[3]
    drape = poly(
        (-1.1, 0.5),
        (-0.4, 0.42),
        (0.2, 0.5),
        (1.1, 0.4),
        (1.0, 1.0),
        (0.5, 0.92),
        (0.0, 1.05),
        (-0.6, 0.93),
        (-1.0, 1.02),
    )
    table = b.part(drape, cloth)
    for x in np.linspace(-0.9, 0.9, 7):
        b.line((x, 0.5), (x + 0.08 * pose.sway, 0.75), (x + 0.04, 1.0), within=table)
    b.block(table, drape, cloth, share=0.3, teeth=5)
    for _ in range(int(rng.integers(3, 8))):
        x, y, r = rng.uniform(-0.8, 0.8), rng.uniform(0.2, 0.5), rng.uniform(0.12, 0.3)
        paint: Paint = paints[rng.integers(6)]
        outline: Points
        if rng.uniform() < 0.5:
            outline = ellipse(x, y, r, r * rng.uniform(0.85, 1.1))
        else:
            outline = poly(
                (x - 0.3 * r, y - 2.4 * r),
                (x + 0.3 * r, y - 2.4 * r),
                (x + 0.35 * r, y - 1.4 * r),
                (x + r, y - 0.8 * r),
                (x + r, y + r),
                (x - r, y + r),
                (x - r, y - 0.8 * r),
                (x - 0.35 * r, y - 1.4 * r),
            )
        part = b.part(outline, paint)
        b.block(part, outline, paint, share=0.4)
        if b.guide.marks:
            b.sheet.patch(
                part,
                poly((x - r, y), (x + r, y - 0.1 * r), (x + r, y + 0.3 * r), (x - r, y + 0.4 * r)),
                paints[5].base,
            )
        b.glint(
            part,
            (x - 0.5 * r, y - 0.5 * r),
            (x - 0.3 * r, y - 0.6 * r),
            (x - 0.35 * r, y + 0.1 * r),
            (x - 0.5 * r, y),
            paint=paint,
        )


def _turned(shape: Points, angle: float) -> Points:
    c, s = np.cos(angle), np.sin(angle)
    turned: Points = shape @ np.array([[c, s], [-s, c]])
    return turned
