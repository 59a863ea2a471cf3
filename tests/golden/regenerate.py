"""Write the golden pictures anew: what the default weights read in one frame of the first sample.

Run it when weights or samples change on purpose, look at what it wrote, and commit both together:

    python tests/golden/regenerate.py
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain import Reconstruction
from dougagen.footage import decode, open_episode
from dougagen.reconstruction import NetworkReconstructor, ReconstructionConfig

FOLDER = Path(__file__).resolve().parent
SAMPLE = min((FOLDER.parents[1] / "sample_videos").glob("*.mkv"))
SECOND = Fraction(1)


def golden_frame() -> NDArray[np.uint8]:
    """uint8[H, W, 3]: the first frame of the first sample at or after one second."""
    with decode(open_episode(SAMPLE), start=SECOND) as frames:
        return next(frames).rgb()


def read(picture: NDArray[np.uint8]) -> Reconstruction:
    """What the default weights read in ``picture``, in single precision on the CPU."""
    config = ReconstructionConfig(device="cpu", precision="fp32")
    (result,) = NetworkReconstructor.load(None, config).reconstruct([picture])
    return result


def main() -> None:
    result = read(golden_frame())
    cv2.imwrite(str(FOLDER / "cel_mask.png"), result.cel_mask.pixels.astype(np.uint8) * 255)
    cv2.imwrite(str(FOLDER / "douga.png"), result.douga.classes)


if __name__ == "__main__":
    main()
