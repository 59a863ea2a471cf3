"""The held-out family's people: adults with planes in their faces, big-headed mascots in hoods."""

from __future__ import annotations

import numpy as np

from dougagen.studio.cel.cel import Paint
from dougagen.studio.cel.colors import paint_from, rgb
from dougagen.studio.cel.strokes import ellipse, smooth
from dougagen.studio.design.ranges import DesignRanges
from dougagen.studio.design.subject import Pose, Subject
from dougagen.studio.held_out.brush import Brush, HeldOutDesign, poly, random_brush_guide
from dougagen.studio.held_out.fighter import draw_fighter


def random_held_out_person(rng: np.random.Generator, *, ranges: DesignRanges) -> Subject:
    """An adult, a mascot or a fighting machine; the head's centre at (0, 0), about one unit high."""
    drawing = (draw_adult, draw_mascot, draw_fighter)[rng.choice(3, p=[0.5, 0.25, 0.25])]
    return HeldOutDesign(drawing, random_brush_guide(rng, ranges))


# ---- adults ---------------------------------------------------------------------------------------
def draw_adult(b: Brush, rng: np.random.Generator, pose: Pose) -> None:
    """Eight heads tall, a face of planes, hair in masses, a long coat."""
    t = min(abs(pose.yaw), 1.0)
    skin, hair, coat, cloth, trim, accent = b.guide.paints
    build = rng.uniform(0.85, 1.2)
    is_long = rng.uniform() < 0.4
    if is_long and not pose.is_behind:
        _long_hair(b, rng, pose, hair)
    _adult_body(b, rng, pose, t, build, (skin, coat, cloth, trim, accent))
    nod = 0.06 * pose.pitch
    neck = poly((-0.17, 0.2), (0.15, 0.2), (0.18, 0.75), (-0.22, 0.75))
    throat = b.part(neck, skin, bold=False)
    b.block(throat, neck, skin, share=0.7, teeth=2)
    b.sheet.shade(throat, neck - (0.0, 0.34), skin.shade)
    back = poly(
        (-0.36 - 0.1 * t, -0.1),
        (-0.3, -0.42),
        (0.1, -0.55),
        (0.36, -0.4),
        (0.38, 0.0),
        (0.2, 0.25),
        (-0.25 - 0.1 * t, 0.3),
        round_by=5,
    )
    if is_long and pose.is_behind:
        _long_hair(b, rng, pose, hair)
    mass = b.part(back, hair)
    b.block(mass, back, hair, share=0.45, teeth=5)
    if pose.is_behind:
        for x in np.linspace(-0.22, 0.24, int(rng.integers(4, 9))):
            b.line((0.02, -0.5), (x, -0.2), (0.9 * x, rng.uniform(0.05, 0.26)), within=mass)
        return
    _adult_face(b, rng, pose, t, nod, skin)
    _adult_hair(b, rng, t, nod, hair)


def _long_hair(b: Brush, rng: np.random.Generator, pose: Pose, hair: Paint) -> None:
    """Down to the shoulder blades, or lower."""
    low = rng.uniform(0.7, 1.5)
    drift = 0.1 * pose.sway
    tail = poly(
        (-0.36, -0.1),
        (-0.46 + drift, 0.6),
        (-0.3 + drift, low),
        (-0.1, low - 0.2),
        (0.1, low + 0.05),
        (0.36 + drift, low - 0.1),
        (0.42 + drift, 0.5),
        (0.34, -0.1),
        round_by=4,
    )
    long = b.part(tail, hair)
    b.block(long, tail, hair, share=0.4, teeth=4)
    for x in np.linspace(-0.3, 0.3, 5):
        b.line((0.8 * x, 0.1), (x, 0.5), (x + 0.05, low - 0.1), within=long)


def _adult_face(b: Brush, rng: np.random.Generator, pose: Pose, t: float, nod: float, skin: Paint) -> None:
    jaw = rng.uniform(0.18, 0.27)
    face = poly(
        (0.33 - 0.06 * t, -0.25),
        (0.34 - 0.07 * t, 0.0),
        (0.31 + 0.02 * t, 0.16),
        (jaw + 0.03 * t, 0.4 - nod),
        (0.08 + 0.1 * t, 0.53 - nod),
        (-0.08 + 0.12 * t, 0.53 - nod),
        (-jaw, 0.38 - nod),
        (-0.33, 0.12),
        (-0.34, -0.25),
        (0.0, -0.45),
    )
    head = b.part(face, skin)
    s = 0.17 * t
    b.block(head, face, skin, share=0.28)
    for side in (-1.0, 1.0):  # hollows of the cheeks
        x = side * 0.24 + s
        hollow = poly((x, 0.1), (x - 0.07 * side, 0.3), (x + 0.05 * side, 0.38))
        b.sheet.shade(head, hollow, skin.shade)
    if t < 0.75:
        ear = poly((-0.33, -0.06), (-0.41, -0.1), (-0.42, 0.06), (-0.35, 0.16), round_by=4)
        b.line((-0.38, -0.04), (-0.36, 0.06), within=b.part(ear, skin))
    high, wide = rng.uniform(0.02, 0.045), rng.uniform(0.075, 0.1)
    white, iris = paint_from(rng, rgb(0.6, 0.03, 0.95)), paint_from(rng, rgb(rng.uniform(), 0.5, 0.35))
    for side in (-1.0, 1.0):
        x, y = side * (0.155 - 0.03 * t * (side > 0)) + s, 0.01 - nod
        w = wide * (1 - 0.35 * t * (side > 0))
        h = high * pose.eyes
        if h > 0.008:
            lens = poly(
                (x - w, y + 0.01),
                (x - 0.3 * w, y - h),
                (x + 0.5 * w, y - 0.9 * h),
                (x + w, y),
                (x, y + 0.7 * h),
                round_by=4,
            )
            eye = b.part(lens, white, within=head)
            b.part(
                ellipse(x + 0.3 * w * pose.gaze, y - 0.1 * h, 0.36 * w, 1.1 * h, steps=20), iris, within=eye
            )
        b.line((x - w, y + 0.012), (x - 0.2 * w, y - h - 0.006), (x + w, y - 0.002), weight=2.2, within=head)
        brow = y - 0.075 - 0.02 * rng.uniform()
        inner, outer = (x - side * w, brow + 0.025), (x + side * 1.1 * w, brow)
        b.line(inner, ((inner[0] + outer[0]) / 2, brow - 0.012), outer, weight=2.8, within=head)
        b.line((x - w, y + 0.05), (x, y + 0.06), weight=0.7, within=head)
    nose = s * 1.5
    b.sheet.shade(
        head,
        poly((nose + 0.0, -0.02 - nod), (nose + 0.06, 0.23 - nod), (nose - 0.05, 0.23 - nod)),
        skin.shade,
    )
    b.line(
        (nose - 0.02, 0.02 - nod), (nose + 0.05 + 0.05 * t, 0.2 - nod), (nose - 0.03, 0.24 - nod), within=head
    )
    y = 0.36 - nod
    if pose.mouth > 0.12:
        drop = 0.09 * pose.mouth
        dark = paint_from(rng, rgb(0.0, 0.6, 0.3))
        b.part(poly((s - 0.11, y), (s, y - 0.012), (s + 0.1, y), (s, y + drop)), dark, within=head)
    else:
        b.line((s - 0.12, y + 0.005), (s, y - 0.006), (s + 0.11, y + 0.008), weight=1.5, within=head)
    b.line((s - 0.05, y + 0.055), (s + 0.04, y + 0.055), weight=0.8, within=head)
    if b.guide.marks:  # face paint
        b.sheet.patch(head, poly((s + 0.1, 0.06), (s + 0.2, 0.08), (s + 0.16, 0.36)), b.guide.paints[5].base)


def _adult_hair(b: Brush, rng: np.random.Generator, t: float, nod: float, hair: Paint) -> None:
    style = rng.choice(["back", "side", "cropped"])
    low = {"back": -0.27, "side": -0.16, "cropped": -0.24}[str(style)] - nod
    knots = [
        (-0.37, 0.08),
        (-0.4, -0.2),
        (-0.33, -0.47),
        (-0.02, -0.63),
        (0.3, -0.5),
        (0.37, -0.2),
        (0.33 - 0.04 * t, 0.04),
    ]
    count = {"back": 5, "side": 4, "cropped": 9}[str(style)]
    edge = []
    for k, x in enumerate(np.linspace(0.3 - 0.03 * t, -0.33, count)):
        edge.append((float(x + 0.1 * t), float(low + (0.09 if k % 2 else -0.03) * rng.uniform(0.4, 1.2))))
    outline = np.concatenate([smooth(np.array(knots), closed=False, steps=5), np.array(edge)])
    cap = b.part(outline, hair)
    b.block(cap, outline, hair, share=0.35, teeth=6)
    for _ in range(int(rng.integers(5, 14))):
        x = rng.uniform(-0.3, 0.3)
        b.line((0.4 * x, -0.6), (x, -0.45), (1.1 * x, rng.uniform(-0.3, -0.2)), weight=0.8, within=cap)
    b.glint(cap, (-0.2, -0.5), (-0.05, -0.55), (0.0, -0.46), (-0.12, -0.41), paint=hair)


def _adult_body(
    b: Brush, rng: np.random.Generator, pose: Pose, t: float, build: float, paints: tuple[Paint, ...]
) -> None:
    skin, coat, cloth, trim, accent = paints
    w, swing = 0.72 * build, 0.12 * pose.gesture
    for side in (-1.0, 1.0):  # legs
        x = side * 0.24
        leg = poly((x - 0.2, 2.6), (x + 0.2, 2.6), (x + 0.17 + 0.1 * side, 5.9), (x - 0.15 + 0.1 * side, 5.9))
        part = b.part(leg, cloth)
        b.block(part, leg, cloth, share=0.4)
        b.line((x - 0.1, 4.2), (x + 0.1, 4.3), within=part)
        boot = poly((x - 0.2, 5.6), (x + 0.22, 5.6), (x + 0.3 + 0.2 * t, 6.15), (x - 0.22, 6.15))
        b.block(b.part(boot, trim), boot, trim, share=0.4)
    arms = []
    for side in (-1.0, 1.0):
        sx = side * (0.92 * w) * (1 - 0.25 * t)
        raised = rng.uniform() < 0.3
        ex, ey = (sx + side * 0.55, 1.6) if raised else (sx + side * (0.25 + swing), 2.0)
        wx, wy = (ex - side * (0.1 - swing), 0.7) if raised else (ex - side * 0.1, 3.05)
        upper = np.array(
            [(sx - 0.21, 0.9), (sx + 0.21, 0.88), (ex + 0.19, ey), (ex, ey + 0.15), (ex - 0.19, ey)]
        )
        fore = np.array([(ex - 0.18, ey), (ex, ey + 0.16), (ex + 0.18, ey), (wx + 0.13, wy), (wx - 0.13, wy)])
        arms.append(((upper, fore), (wx, wy), -1.0 if raised else 1.0))
    for sleeves, (wx, wy), down in arms:
        fist = poly(
            (wx - 0.12, wy),
            (wx + 0.12, wy),
            (wx + 0.14, wy + 0.3 * down),
            (wx, wy + 0.4 * down),
            (wx - 0.13, wy + 0.28 * down),
        )
        hand = b.part(fist, skin)
        for k in (-0.05, 0.01, 0.06):
            b.line((wx + k, wy + 0.2 * down), (wx + k, wy + 0.37 * down), weight=0.8, within=hand)
        for sleeve in sleeves:
            part = b.part(sleeve, coat)
            b.block(part, sleeve, coat, share=0.4, teeth=3)
            x, y = sleeve.mean(axis=0)
            b.line((x - 0.12, y), (x + 0.05, y + 0.08), (x + 0.14, y + 0.05), within=part)
    hem = rng.uniform(2.7, 4.6)
    outline = poly(
        (-0.2, 0.62),
        (0.2, 0.62),
        (w, 0.86),
        (0.86 * w, 1.5),
        (0.62 * w, 2.2),
        (0.9 * w, hem),
        (-0.9 * w - 0.2 * pose.sway, hem + 0.08),
        (-0.62 * w, 2.2),
        (-0.86 * w, 1.5),
        (-w, 0.86),
    )
    trunk = b.part(outline, coat)
    b.block(trunk, outline, coat, share=0.36, teeth=4)
    if not pose.is_behind:
        s = 0.2 * t
        shirt = b.part(poly((s - 0.16, 0.62), (s + 0.16, 0.62), (s + 0.02, 1.75)), cloth, within=trunk)
        if rng.uniform() < 0.6:
            b.part(
                poly((s - 0.05, 0.72), (s + 0.05, 0.72), (s + 0.08, 1.5), (s, 1.62), (s - 0.07, 1.5)),
                accent,
                within=shirt,
            )
        for side in (-1.0, 1.0):
            lapel = poly((s + side * 0.17, 0.6), (s + side * 0.45, 0.95), (s + side * 0.3, 1.1), (s, 1.8))
            b.block(b.part(lapel, trim, within=trunk), lapel, trim, share=0.4)
        b.line((s, 1.8), (s + 0.03, hem), within=trunk)
    if b.guide.marks:
        b.sheet.patch(trunk, poly((-1, 2.1), (1, 2.1), (1, 2.25), (-1, 2.25)), accent.base)
    for _ in range(int(rng.integers(3, 9))):
        x, y = rng.uniform(-0.5, 0.5) * w, rng.uniform(1.1, hem - 0.3)
        b.line((x, y), (x + rng.normal(0, 0.15), y + 0.2), (x + rng.normal(0, 0.2), y + 0.45), within=trunk)


# ---- mascots ----------------------------------------------------------------------------------------
def draw_mascot(b: Brush, rng: np.random.Generator, pose: Pose) -> None:
    """Two heads tall: a bean in a hood with ears, a face of few strokes."""
    skin, hair, coat, cloth, _, accent = b.guide.paints
    t = 0.22 * pose.yaw * np.sign(pose.yaw or 1.0)
    hop = 0.05 * pose.gesture
    for side in (-1.0, 1.0):
        foot = ellipse(side * 0.2, 1.42 + hop * side, 0.18, 0.13, steps=24)
        b.block(b.part(foot, cloth), foot, cloth, share=0.4)
    bean = poly((-0.26, 0.4), (0.26, 0.4), (0.4, 1.0), (0.3, 1.38), (-0.3, 1.38), (-0.4, 1.0), round_by=6)
    body = b.part(bean, coat)
    b.block(body, bean, coat, share=0.3)
    if not pose.is_behind:
        belly = ellipse(t * 0.5, 1.0, 0.22, 0.3)
        if b.guide.marks:
            b.sheet.patch(body, belly, cloth.base)
        else:
            b.part(belly, cloth, within=body)
    for side in (-1.0, 1.0):
        lift = 0.35 * pose.gesture * side
        arm = poly(
            (side * 0.28, 0.52),
            (side * 0.58, 0.78 - lift),
            (side * 0.56, 0.94 - lift),
            (side * 0.3, 0.76),
            round_by=5,
        )
        b.part(arm, coat)
    kind = rng.choice(["round", "long", "horn"])
    for side in (-1.0, 1.0):
        if kind == "round":
            ear = ellipse(side * 0.36 + t * 0.3, -0.46, 0.16, 0.17)
        elif kind == "long":
            tip = side * 0.3 + 0.12 * pose.sway
            ear = poly(
                (side * 0.12, -0.45), (tip - 0.05, -1.05), (tip + 0.1, -1.0), (side * 0.34, -0.38), round_by=5
            )
        else:
            ear = poly((side * 0.2, -0.48), (side * 0.5, -0.82), (side * 0.42, -0.36))
        part = b.part(ear, accent if kind == "horn" else coat)
        b.block(part, ear, accent if kind == "horn" else coat, share=0.4)
    hood = poly(
        (0.0, -0.56),
        (0.4, -0.4),
        (0.54, 0.02),
        (0.4, 0.4),
        (0.0, 0.5),
        (-0.4, 0.4),
        (-0.54, 0.02),
        (-0.4, -0.4),
        round_by=6,
    )
    head = b.part(hood, coat)
    b.block(head, hood, coat, share=0.25)
    b.glint(head, (-0.3, -0.35), (-0.18, -0.42), (-0.12, -0.36), (-0.26, -0.28), paint=coat)
    if pose.is_behind:
        b.line((0.0, -0.55), (0.03, 0.0), (0.0, 0.48), within=head)
        return
    face = b.part(ellipse(t, 0.08, 0.4, 0.32), skin, within=head)
    fringe = poly(
        (t - 0.42, 0.0),
        (t - 0.3, -0.3),
        (t + 0.3, -0.3),
        (t + 0.42, 0.0),
        (t + 0.25, -0.06),
        (t + 0.1, -0.12),
        (t - 0.02, -0.02),
        (t - 0.14, -0.13),
    )
    b.part(fringe, hair, within=face)
    b.sheet.shade(face, ellipse(t, -0.1, 0.42, 0.12), skin.shade)
    for side in (-1.0, 1.0):
        x = t + side * 0.17
        if pose.eyes > 0.3:
            dot = b.part(ellipse(x, 0.1, 0.05, 0.075 * pose.eyes, steps=20), hair, within=face)
            b.sheet.highlight(dot, ellipse(x - 0.015, 0.07, 0.016, 0.02, steps=10), (255, 255, 255))
        else:
            b.line((x - 0.05, 0.11), (x, 0.13), (x + 0.05, 0.11), weight=1.6, within=face)
        b.sheet.patch(face, ellipse(x + side * 0.07, 0.2, 0.06, 0.03, steps=18), (240, 140, 130))
    mouth = 0.02 + 0.07 * pose.mouth
    b.part(
        poly((t - 0.06, 0.21), (t, 0.2), (t + 0.06, 0.21), (t, 0.21 + mouth), round_by=3), accent, within=face
    )
