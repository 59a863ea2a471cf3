"""The held-out family's fighting machines, built of plates."""

from __future__ import annotations

import numpy as np

from dougagen.studio.cel.cel import Paint
from dougagen.studio.cel.strokes import Ink, Points, ellipse
from dougagen.studio.design.subject import Pose
from dougagen.studio.held_out.brush import Brush, poly


def draw_fighter(b: Brush, rng: np.random.Generator, pose: Pose) -> None:
    """A machine of plates: fin, visor, shoulder boxes, hoses, nozzles, decals."""
    shell, plate, joint, frame, trim, accent = b.guide.paints
    t = 0.3 * min(abs(pose.yaw), 1.0)
    swing = 0.25 * pose.gesture

    def slab(outline: Points, paint: Paint, *, mark: bool = False) -> int:
        part = b.part(outline, paint)
        b.block(part, outline, paint, share=0.36)
        middle, half = outline.mean(axis=0), np.ptp(outline, axis=0) / 2
        if b.detail > 60:
            inset = middle + (outline - middle) * 0.72
            stroke = Ink(b.guide.ink, b.guide.inner * 0.7 * b.press)
            b.sheet.stroke(inset[: max(3, len(inset) // 2 + 1)], stroke, within=part)
        if mark and b.guide.marks:
            x, y = middle
            b.sheet.patch(
                part,
                poly(
                    (x - 0.6 * half[0], y),
                    (x + 0.5 * half[0], y),
                    (x + 0.4 * half[0], y + 0.2 * half[1]),
                    (x - 0.6 * half[0], y + 0.2 * half[1]),
                ),
                accent.base,
            )
        x, y = middle - half * 0.55
        b.glint(
            part,
            (x, y),
            (x + 0.5 * half[0], y),
            (x + 0.4 * half[0], y + 0.12 * half[1]),
            (x, y + 0.12 * half[1]),
            paint=paint,
        )
        return part

    for side in (-1.0, 1.0):  # legs: thigh, knee, shin, foot
        x = side * 0.5
        slab(poly((x - 0.22, 2.5), (x + 0.22, 2.5), (x + 0.25, 3.4), (x - 0.25, 3.4)), frame)
        slab(
            poly(
                (x - 0.36, 3.5), (x + 0.36, 3.5), (x + 0.45 + 0.1 * side, 5.0), (x - 0.45 + 0.1 * side, 5.0)
            ),
            shell,
            mark=True,
        )
        slab(poly((x - 0.2, 3.2), (x + 0.2, 3.2), (x + 0.26, 3.75), (x, 3.95), (x - 0.26, 3.75)), trim)
        slab(poly((x - 0.42, 5.0), (x + 0.42, 5.0), (x + 0.55 + t, 5.4), (x - 0.5, 5.4)), plate)
    for side in (-1.0, 1.0):  # arms
        x = side * (1.15 - 0.3 * t)
        reach = swing * side
        slab(poly((x - 0.17, 1.3), (x + 0.17, 1.3), (x + 0.15, 2.0), (x - 0.15, 2.0)), joint)
        fore = poly((x - 0.28, 1.9), (x + 0.28, 1.9), (x + 0.24 + reach, 3.0), (x - 0.24 + reach, 3.0))
        slab(fore, shell)
        for k in range(4):
            fx = x - 0.2 + 0.12 * k + reach
            slab(poly((fx, 2.95), (fx + 0.11, 2.95), (fx + 0.1, 3.25), (fx + 0.01, 3.25)), joint)
        box = poly((x - 0.4, 0.6), (x + 0.4, 0.55), (x + 0.5 * 1.0, 1.35), (x - 0.42, 1.4))
        slab(box, plate, mark=True)
    slab(poly((-0.42, 1.8), (0.42, 1.8), (0.5, 2.6), (0.0, 2.95), (-0.5, 2.6)), frame)
    for side in (-1.0, 1.0):
        slab(poly((side * 0.12, 2.3), (side * 0.62, 2.25), (side * 0.7, 3.0), (side * 0.15, 2.9)), shell)
    chest = poly((-0.8, 0.7), (0.8, 0.7), (0.85, 1.25), (0.45, 1.95), (-0.45, 1.95), (-0.85, 1.25))
    slab(chest, shell)
    if pose.is_behind:
        for side in (-1.0, 1.0):
            slab(poly((side * 0.15, 0.5), (side * 0.75, 0.6), (side * 0.6, 1.6), (side * 0.2, 1.7)), plate)
            nozzle = ellipse(side * 0.42, 1.72, 0.2, 0.14)
            b.block(b.part(nozzle, joint), nozzle, joint, share=0.5)
    else:
        for side in (-1.0, 1.0):
            vent = poly(
                (side * 0.2 + t, 0.95),
                (side * 0.65 + t, 0.92),
                (side * 0.6 + t, 1.2),
                (side * 0.24 + t, 1.25),
            )
            part = slab(vent, trim)
            for y in (1.02, 1.1, 1.17):
                b.line((side * 0.25 + t, y), (side * 0.6 + t, y), within=part)
        slab(poly((t - 0.16, 1.2), (t + 0.16, 1.2), (t + 0.1, 1.6), (t - 0.1, 1.6)), accent)
    _fighter_head(b, rng, pose, t, (shell, plate, joint, trim, accent))


def _fighter_head(
    b: Brush, rng: np.random.Generator, pose: Pose, t: float, paints: tuple[Paint, ...]
) -> None:
    shell, plate, joint, trim, accent = paints
    collar = poly((-0.3, 0.45), (0.3, 0.45), (0.4, 0.8), (-0.4, 0.8))
    b.block(b.part(collar, joint), collar, joint, share=0.5)
    skull = poly(
        (-0.34, -0.1),
        (-0.24, -0.42),
        (0.0, -0.5),
        (0.24, -0.42),
        (0.36, -0.1),
        (0.32, 0.3),
        (0.1, 0.5),
        (-0.1, 0.5),
        (-0.32, 0.3),
    )
    head = b.part(skull, shell)
    b.block(head, skull, shell, share=0.3)
    if not pose.is_behind:
        face = b.part(
            poly((t - 0.24, -0.02), (t + 0.24, -0.02), (t + 0.18, 0.36), (t, 0.46), (t - 0.18, 0.36)),
            plate,
            within=head,
        )
        b.line((t, 0.15), (t, 0.44), within=face)
        visor = b.part(
            poly(
                (t - 0.27, -0.1), (t, -0.04), (t + 0.27, -0.1), (t + 0.24, 0.04), (t, 0.08), (t - 0.24, 0.04)
            ),
            joint,
            within=head,
        )
        for side in (-1.0, 1.0):
            lamp = poly(
                (t + side * 0.05, 0.0),
                (t + side * 0.21, -0.05),
                (t + side * 0.2, 0.02),
                (t + side * 0.06, 0.04),
            )
            b.sheet.highlight(visor, lamp, (255, 250, 190) if pose.eyes > 0.4 else joint.highlight)
        for side in (-1.0, 1.0):
            fin = poly((t, -0.3), (t + side * 0.55, -0.75), (t + side * 0.5, -0.68), (t + side * 0.06, -0.16))
            b.block(b.part(fin, trim), fin, trim, share=0.4)
        b.part(poly((t - 0.08, -0.34), (t + 0.08, -0.34), (t + 0.05, -0.14), (t - 0.05, -0.14)), accent)
    for side in (-1.0, 1.0):
        ear = poly((side * 0.3, -0.12), (side * 0.44, -0.16), (side * 0.44, 0.2), (side * 0.32, 0.22))
        b.block(b.part(ear, plate), ear, plate, share=0.5)
    crest = rng.uniform(0.05, 0.12)
    b.part(poly((-crest, -0.66), (crest, -0.66), (0.7 * crest, -0.36), (-0.7 * crest, -0.36)), plate)
