"""The held-out family: the evaluation set of the whole project, and the fingerprint that keeps it frozen.

Seeds from 1,000,000 on. Its subjects, lines and backgrounds are drawn by code that no training scene uses
(``family="held out"`` in ``design`` and ``background``), its codecs are no others' (``delivery``), its
class frequencies those of the ``natural`` profile. It is changed only in a commit of its own.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.studio.delivery import plan_delivery
from dougagen.studio.profiles import HELD_OUT
from dougagen.studio.scene import HELD_OUT_SEEDS, Dice, finished, set_up, whole_frame

FINGERPRINTED = HELD_OUT_SEEDS[:8]
"""Seeds of the scenes that stand for the family."""
_LINES = 240
_THUMB = (48, 27)
_FIGURE = re.compile(r"\d+\.\d+(?:e-?\d+)?")


@dataclass(frozen=True, slots=True, eq=False)
class Fingerprint:
    """What must not change about a held-out scene."""

    truth: NDArray[np.uint8]
    """uint8[240, W]: the class of each pixel on the stand, and 16 more where it is cel. To be compared with a
    tolerance of a few pixels: sines and powers differ between processors in the last bit."""
    delivery: str
    """SHA-256 of the planned delivery, its figures to six digits; what a codec makes of it depends on
    the codec's version."""
    thumbnail: NDArray[np.uint8]
    """uint8[27, 48, 3]: the picture before delivery; to be compared with a tolerance of a few levels, for
    filters and resizing differ between builds by rounding."""

    @property
    def digest(self) -> str:
        """SHA-256 of the truth, for people: equal on the machine that froze the family."""
        return hashlib.sha256(self.truth.tobytes()).hexdigest()


def fingerprint(seed: int) -> Fingerprint:
    """The fingerprint of the held-out scene of ``seed``."""
    dice = Dice(seed, HELD_OUT)
    stand = set_up(dice, whole_frame(_LINES))
    truth = (stand.classes + np.uint8(16) * stand.mask.astype(np.uint8)).astype(np.uint8)
    plan = _FIGURE.sub(
        lambda found: f"{float(found[0]):.6g}", repr(plan_delivery(dice.of("delivery"), is_held_out=True))
    )
    thumbnail = cv2.resize(finished(dice, stand), _THUMB, interpolation=cv2.INTER_AREA)
    return Fingerprint(truth, hashlib.sha256(plan.encode()).hexdigest(), np.asarray(thumbnail, np.uint8))
