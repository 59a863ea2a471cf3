"""The held-out family is frozen: it changes only in a commit of its own, by ``freeze_held_out.py``."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from dougagen.studio.fingerprint import FINGERPRINTED, fingerprint

FOLDER = Path(__file__).resolve().parent
ROUNDING = 3
"""8-bit levels by which a thumbnail may differ between builds of OpenCV; a change of the family is more."""
SAME = 0.9995
"""Share of the truth's pixels that agree between processors; a pixel in 2,000 is a line less."""
FROZEN = json.loads((FOLDER / "held_out.json").read_text(encoding="utf-8"))


def frozen_thumbnail(seed: int) -> np.ndarray:
    sheet = cv2.cvtColor(cv2.imread(str(FOLDER / "held_out.png")), cv2.COLOR_BGR2RGB)
    return np.split(sheet, len(FINGERPRINTED))[list(FINGERPRINTED).index(seed)]


def frozen_truth(seed: int) -> np.ndarray:
    sheet = cv2.imread(str(FOLDER / "held_out_truth.png"), cv2.IMREAD_UNCHANGED)
    return np.split(sheet, len(FINGERPRINTED))[list(FINGERPRINTED).index(seed)]


@pytest.mark.parametrize("seed", FINGERPRINTED)
def test_the_held_out_family_is_as_it_was_frozen(seed: int) -> None:
    now = fingerprint(seed)
    same = float(np.mean(now.truth == frozen_truth(seed)))
    assert now.digest == FROZEN[str(seed)]["truth"] or same >= SAME, "a held-out drawing changed"
    assert now.delivery == FROZEN[str(seed)]["delivery"], "a held-out delivery changed"
    difference = cv2.absdiff(now.thumbnail, frozen_thumbnail(seed))
    assert difference.max() <= ROUNDING, "a held-out background, effect or text changed"


def test_a_scene_of_another_seed_has_another_fingerprint() -> None:
    prints = [fingerprint(seed) for seed in FINGERPRINTED[:3]]
    assert len({p.delivery for p in prints}) == len({p.thumbnail.tobytes() for p in prints}) == 3
