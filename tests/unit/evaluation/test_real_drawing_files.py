"""Real drawings are files of strangers: what they announce is checked before memory is taken."""

from __future__ import annotations

import struct
import zlib

import cv2
import numpy as np
import pytest

from dougagen.errors import UsageError
from dougagen.evaluation.real_drawings import _read_drawing
from dougagen.evaluation.shot_clips import _Truth


def announcing(width: int, height: int) -> bytes:
    """The beginning of a PNG, RGBA, of this size."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))


@pytest.mark.parametrize("which", ["00_cut.png", "00_sketch.png"])
def test_a_picture_of_20000_pixels_a_side_is_refused_unread(tmp_path, which):
    cv2.imwrite(str(tmp_path / "00_cut.png"), np.full((4, 4, 4), 255, np.uint8))
    cv2.imwrite(str(tmp_path / "00_sketch.png"), np.full((4, 4, 3), 255, np.uint8))
    assert _read_drawing(tmp_path / "00_cut.png").cel_mask.all()
    (tmp_path / which).write_bytes(announcing(20_000, 20_000))
    with pytest.raises(UsageError, match=f"{which}.*announces 20000×20000 pixels, more than 35,389,440"):
        _read_drawing(tmp_path / "00_cut.png")


@pytest.mark.parametrize("content", [b"", b"\x89PNG", b"no picture at all, only text"])
def test_a_file_that_is_no_png_is_one_line(tmp_path, content):
    (tmp_path / "00_cut.png").write_bytes(content)
    with pytest.raises(UsageError, match="is not an 8-bit RGBA picture"):
        _read_drawing(tmp_path / "00_cut.png")


def test_a_true_picture_of_a_clip_is_refused_unread_as_well(tmp_path):
    (tmp_path / "000000_cel_mask.png").write_bytes(announcing(60_000, 60_000))
    with pytest.raises(UsageError, match="announces 60000×60000 pixels"):
        _Truth(tmp_path).cel(0)
    (tmp_path / "000001_cel_mask.png").write_bytes(b"no picture")
    with pytest.raises(UsageError, match="is no picture"):
        _Truth(tmp_path).cel(1)
