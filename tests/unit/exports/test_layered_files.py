"""PSD and OpenRaster: read back by psd-tools, by ImageMagick, and by the rules of the format."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import cv2
import numpy as np
import pytest
from drawn import drawn
from numpy.typing import NDArray
from psd_tools import PSDImage
from psd_tools.constants import BlendMode

from dougagen.domain import Triplet
from dougagen.errors import UsageError
from dougagen.exports.config import ExportConfig
from dougagen.exports.formats import format_of
from dougagen.exports.layers import decompose
from dougagen.exports.ora import ora_of
from dougagen.exports.psd import psd_of

NAMES = [
    "背景 background",
    "セル cel",
    "彩色 flat color",
    "塗り分け color patches",
    "影 shade",
    "影 乗算 shade multiply",
    "ハイライト highlight",
    "線 line",
    "撮影 camera",
    "動画 douga",
]
HIDDEN = {"影 乗算 shade multiply", "動画 douga"}


@pytest.fixture(scope="module")
def ball() -> Triplet:
    return drawn()


@pytest.fixture(scope="module")
def psd(ball: Triplet) -> bytes:
    return psd_of(decompose(ball), ball.color)


@pytest.fixture(scope="module")
def ora(ball: Triplet) -> bytes:
    return ora_of(decompose(ball), ball.color)


def most_off(picture: NDArray[np.uint8], frame: NDArray[np.uint8]) -> int:
    assert picture.shape[:2] == frame.shape[:2]
    return int(np.abs(picture[..., :3].astype(int) - frame).max())


def test_a_psd_has_named_layers_in_the_order_of_a_studio(psd: bytes) -> None:
    document = PSDImage.open(io.BytesIO(psd))
    layers = list(document.descendants())
    assert [layer.name for layer in layers] == NAMES
    assert {layer.name for layer in layers if not layer.visible} == HIDDEN
    (cel,) = [layer for layer in layers if layer.is_group()]
    assert [layer.name for layer in cel] == NAMES[2:8]
    assert [layer.name for layer in layers if layer.blend_mode == BlendMode.MULTIPLY] == [NAMES[5]]


def test_the_stored_picture_of_a_psd_is_the_frame(psd: bytes, ball: Triplet) -> None:
    assert most_off(np.asarray(PSDImage.open(io.BytesIO(psd)).topil()), ball.color) == 0


def test_the_layers_of_a_psd_read_back_give_the_frame(psd: bytes, ball: Triplet) -> None:
    document = PSDImage.open(io.BytesIO(psd))
    stacked = np.zeros_like(ball.color, np.float64)
    for layer in document.descendants():
        if layer.is_visible() and not layer.is_group():
            left, top, right, bottom = layer.bbox
            pixels = np.asarray(layer.topil().convert("RGBA")).astype(float)
            share = pixels[..., 3:] / 255
            under = stacked[top:bottom, left:right]
            under += share * (pixels[..., :3] - under)
    assert most_off(np.rint(stacked).astype(np.uint8), ball.color) <= 1


def imagemagick() -> str:
    """Skips where it is not installed: a program of that name may be a stand-in."""
    path = "/usr/bin/convert"
    if not shutil.which(path):
        pytest.skip("apt-get install imagemagick")
    told = subprocess.run([path, "-version"], capture_output=True, text=True, check=False)
    if "ImageMagick" not in told.stdout:
        pytest.skip("apt-get install imagemagick")
    return path


def test_imagemagick_opens_a_psd_as_the_frame_and_lays_its_layers_over_each_other(
    psd: bytes, ball: Triplet, tmp_path: Path
) -> None:
    convert = imagemagick()
    (tmp_path / "a.psd").write_bytes(psd)
    for pages, options, most in (("0", [], 0), ("1-99", ["-layers", "merge"], 1)):
        out = tmp_path / f"{most}.png"
        subprocess.run([convert, f"{tmp_path}/a.psd[{pages}]", *options, str(out)], check=True, timeout=120)
        assert most_off(cv2.imread(str(out))[..., ::-1], ball.color) <= most


def test_an_ora_begins_as_the_specification_has_it(ora: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(ora)) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert ora[30 : 30 + 8 + 16] == b"mimetypeimage/openraster"
        assert {"stack.xml", "mergedimage.png", "Thumbnails/thumbnail.png"} <= set(archive.namelist())
        assert archive.testzip() is None


def test_the_layers_of_an_ora_are_named_in_order_and_give_the_frame(ora: bytes, ball: Triplet) -> None:
    with zipfile.ZipFile(io.BytesIO(ora)) as archive:
        root = ElementTree.fromstring(archive.read("stack.xml"))
        assert (root.get("w"), root.get("h")) == (str(ball.width), str(ball.height))
        nodes = [node for node in root.iter() if node.get("name")]  # from the highest to the lowest
        names = [node.get("name") for node in nodes]
        assert [name for name in reversed(names) if name != NAMES[1]] == [NAMES[0], *NAMES[2:]]
        assert {node.get("name") for node in nodes if node.get("visibility") == "hidden"} == HIDDEN
        stacked = np.zeros(ball.color.shape, np.float64)
        for node in reversed(nodes):
            if node.tag == "layer" and node.get("visibility") == "visible":
                assert node.get("composite-op") == "svg:src-over"
                coded = np.frombuffer(archive.read(node.attrib["src"]), np.uint8)
                pixels = cv2.cvtColor(cv2.imdecode(coded, cv2.IMREAD_UNCHANGED), cv2.COLOR_BGRA2RGBA)
                x, y = int(node.attrib["x"]), int(node.attrib["y"])
                under = stacked[y : y + pixels.shape[0], x : x + pixels.shape[1]]
                under += pixels[..., 3:] / 255.0 * (pixels[..., :3] - under)
        assert most_off(np.rint(stacked).astype(np.uint8), ball.color) <= 1
        merged = cv2.imdecode(np.frombuffer(archive.read("mergedimage.png"), np.uint8), cv2.IMREAD_COLOR)
        assert most_off(merged[..., ::-1], ball.color) == 0


def test_the_same_drawing_gives_the_same_bytes(psd: bytes, ora: bytes) -> None:
    again = drawn()
    assert psd_of(decompose(again), again.color) == psd
    assert ora_of(decompose(again), again.color) == ora


def test_without_psd_tools_the_remedy_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psd_tools", None)
    with pytest.raises(UsageError, match=r"psd-tools.*pip install 'dougagen\[export\]'") as raised:
        format_of(ExportConfig(to="psd"))
    assert raised.value.exit_code == 2
