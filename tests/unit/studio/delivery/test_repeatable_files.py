"""The same pictures give the same bytes, whatever memory held before; encoders run in fresh processes."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

STUDIO = """
from dougagen.studio.delivery.clips import write_clip
write_clip(out, pictures, crf=20)
"""
EXPORT = """
from fractions import Fraction
from dougagen.exports.video import VideoFile
with open(out, "wb") as file, VideoFile(file, "color", size=(240, 320), rate=Fraction(24)) as video:
    for picture in pictures:
        video.add(picture)
"""
START = """
import hashlib, sys, tempfile
from pathlib import Path
import cv2, numpy as np
noise = np.random.default_rng(0).integers(0, 255, (16, 21, 3), dtype=np.uint8)
picture = cv2.resize(noise, (320, 240), interpolation=cv2.INTER_CUBIC)
pictures = [np.ascontiguousarray(np.roll(picture, (2 * n, 3 * n), (0, 1))) for n in range(10)]
out = Path(tempfile.mkdtemp()) / "clip"
"""
END = "\nsys.stdout.write(hashlib.sha256(out.read_bytes()).hexdigest())"


@pytest.mark.skipif(sys.platform != "linux", reason="MALLOC_PERTURB_ is glibc's")
@pytest.mark.parametrize("coded", [STUDIO, EXPORT], ids=["studio", "export"])
def test_a_video_does_not_depend_on_what_memory_held_before(coded: str) -> None:
    hashes = {
        subprocess.run(
            [sys.executable, "-c", START + coded + END],
            env=os.environ | {"MALLOC_PERTURB_": filled}, capture_output=True, text=True, check=True,
        ).stdout
        for filled in ("0", "1", "165")
    }  # fmt: skip
    assert len(hashes) == 1
