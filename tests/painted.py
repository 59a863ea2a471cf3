"""A round face in a coat, drawn by hand in a few colours, as pictures and as records."""

from __future__ import annotations

import cv2
import numpy as np
import records
from numpy.typing import NDArray

from dougagen.domain import DougaClass, Origin, Record

HEIGHT, WIDTH = 96, 128
SKIN, COAT, SHADE, INK = (240, 200, 170), (60, 90, 160), (40, 60, 120), (30, 20, 25)


def face(shift: int = 0) -> tuple[NDArray[np.uint8], NDArray[np.bool_], NDArray[np.uint8]]:
    """Colour over a grey wall, cel and douga: a face above a coat whose right half is in the shade."""
    classes = np.zeros((HEIGHT, WIDTH), np.uint8)
    color = np.full((HEIGHT, WIDTH, 3), 150, np.uint8)
    cel = np.zeros((HEIGHT, WIDTH), np.uint8)
    x = 60 + shift
    for plane, fill in ((color, SKIN), (cel, 1)):
        cv2.circle(plane, (x, 34), 22, fill, -1)
    for plane, fill in ((color, COAT), (cel, 1)):
        cv2.rectangle(plane, (x - 26, 58), (x + 26, 90), fill, -1)
    cv2.rectangle(color, (x + 4, 58), (x + 26, 90), SHADE, -1)
    cv2.rectangle(classes, (x + 4, 58), (x + 26, 90), int(DougaClass.SHADING_FILL), -1)
    cv2.line(classes, (x + 3, 58), (x + 3, 90), int(DougaClass.SHADING_LINE), 1)
    for plane, line in ((color, INK), (classes, 1)):
        cv2.circle(plane, (x, 34), 22, line, 2)
        cv2.rectangle(plane, (x - 26, 58), (x + 26, 90), line, 2)
    inked = classes == DougaClass.VISIBLE_LINE
    return color, (cel > 0) | inked, classes


def record_of(number: int, *, shift: int = 0, shot: int = 0, **facts: object) -> Record:
    known = {"drawing_index": number, "shot_index": shot, "origin": Origin.STUDIO, "models": ""}
    return records.record_of(*face(shift), ((2 * number, 2 * number + 2),), **(known | facts))


TINY = {"widths": (4, 6, 8, 8, 8), "detail_width": 4, "coarse_blocks": 1}
"""Options of ``ours``, as small as it goes."""
