"""The fingerprint of a held-out scene: what keeps the evaluation set frozen (``tests/golden``)."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.studio.delivery.stills import plan_delivery
from dougagen.studio.family import HELD_OUT_SEEDS
from dougagen.studio.profiles import HELD_OUT
from dougagen.studio.scene import Dice, finished, set_up, whole_frame

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
    composite = set_up(dice, whole_frame(_LINES))
    truth = (composite.classes + np.uint8(16) * composite.mask.astype(np.uint8)).astype(np.uint8)
    delivery = plan_delivery(dice.of("delivery"), codecs=dice.family.codecs)
    plan = _FIGURE.sub(lambda found: f"{float(found[0]):.6g}", repr(delivery))
    thumbnail = cv2.resize(finished(dice, composite), _THUMB, interpolation=cv2.INTER_AREA)
    return Fingerprint(truth, hashlib.sha256(plan.encode()).hexdigest(), np.asarray(thumbnail, np.uint8))
