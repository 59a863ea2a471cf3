"""Freeze the held-out family anew. Do this only in a commit of its own, which says why:

    python tests/golden/freeze_held_out.py

Every figure measured on the family before that commit is not comparable with those after it.
"""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np

from dougagen.studio.fingerprint import FINGERPRINTED, fingerprint

FOLDER = Path(__file__).resolve().parent


def main() -> None:
    prints = {seed: fingerprint(seed) for seed in FINGERPRINTED}
    kept = {str(seed): {"truth": p.digest, "delivery": p.delivery} for seed, p in prints.items()}
    (FOLDER / "held_out.json").write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    cv2.imwrite(str(FOLDER / "held_out_truth.png"), np.vstack([p.truth for p in prints.values()]))
    sheet = np.vstack([p.thumbnail for p in prints.values()])
    cv2.imwrite(str(FOLDER / "held_out.png"), cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR))


if __name__ == "__main__":
    main()
