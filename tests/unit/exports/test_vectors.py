"""SVG: drawn again by a few lines of this file, it looks like the drawing; and its size is bounded."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import cv2
import numpy as np
import pytest
from drawn import BASE, INK, SHADE, drawn
from numpy.typing import NDArray

from dougagen.domain import CelMask, Douga, Triplet
from dougagen.exports import outlines, strokes
from dougagen.exports.layers import decompose
from dougagen.exports.svg import svg_of

SVG = "{http://www.w3.org/2000/svg}"


def parsed(triplet: Triplet, title: str = "a/1") -> ElementTree.Element:
    return ElementTree.fromstring(svg_of(decompose(triplet), triplet.douga.classes, title=title))


def points_of(data: str) -> list[NDArray[np.float64]]:
    """The points that each part of a path runs through: of ``C`` the last of three."""
    parts = []
    for part in re.findall(r"M[^M]*", data):
        points = []
        for command, numbers in re.findall(r"([MLC])([^MLCZh]*)", part):
            values = [float(number) for number in re.findall(r"-?\d+\.?\d*", numbers)]
            assert len(values) in {"M": (2,), "L": tuple(range(2, 99, 2)), "C": (6,)}[command]
            points.append(values[-2:])
        parts.append(np.array(points))
    return parts


def color_of(text: str) -> tuple[int, ...]:
    assert re.fullmatch(r"#[0-9a-f]{6}", text)
    return tuple(bytes.fromhex(text[1:]))


def again(root: ElementTree.Element, shape: tuple[int, int]) -> NDArray[np.uint8]:
    """The picture over white, at four times its size for soft edges."""
    fine = 4
    canvas = np.full((shape[0] * fine, shape[1] * fine, 3), 255, np.uint8)
    for group in root.iter(f"{SVG}g"):
        for path in group.findall(f"{SVG}path") if group.get("display") != "none" else ():
            chains = [np.rint(part * fine - 0.5).astype(np.int32) for part in points_of(path.attrib["d"])]
            closed = path.attrib["d"].endswith("Z")
            if "fill" in path.attrib:
                cv2.fillPoly(canvas, chains, color_of(path.attrib["fill"]))
            width = round(float(path.get("stroke-width", group.get("stroke-width", "1"))) * fine)
            cv2.polylines(canvas, chains, closed, color_of(path.attrib["stroke"]), width)
    return cv2.resize(canvas, shape[::-1], interpolation=cv2.INTER_AREA)


def test_drawn_again_the_vectors_look_like_the_cel() -> None:
    triplet = drawn()
    root = parsed(triplet)
    cel = np.where(triplet.cel_mask.pixels[..., None], triplet.color, 255)
    off = np.abs(again(root, triplet.cel_mask.pixels.shape).astype(float) - cel)
    assert off.mean() < 4  # levels
    assert np.abs(off.max(axis=2) > 60).mean() < 0.01


def test_it_is_measured_in_pixels_and_has_a_group_for_each_layer() -> None:
    triplet = drawn()
    root = parsed(triplet)
    assert root.get("viewBox") == f"0 0 {triplet.width} {triplet.height}"
    groups = {group.get("id"): group for group in root.iter(f"{SVG}g")}
    assert list(groups) == ["cel", "flat-color", "color-patches", "shade", "highlight", "line", "douga"]
    assert groups["douga"].get("display") == "none"
    classes = {path.get("class") for path in groups["douga"]}
    assert classes == {"shading-line", "highlight-line"}
    assert {path.get("class") for path in groups["line"]} == {"visible-line"}


def test_a_fill_is_an_area_in_its_paint_and_a_line_a_stroke_as_wide_as_it_was_drawn() -> None:
    root = parsed(drawn())
    groups = {group.get("id"): group for group in root.iter(f"{SVG}g")}
    for name, paint in (("flat-color", BASE), ("shade", SHADE)):
        paths = list(groups[name])
        assert len(paths) == 1
        assert np.abs(np.subtract(color_of(paths[0].attrib["fill"]), paint)).max() <= 4
    longest = max(groups["line"], key=lambda path: len(path.attrib["d"]))
    assert 4 <= float(longest.attrib["stroke-width"]) <= 6
    assert np.abs(np.subtract(color_of(longest.attrib["stroke"]), INK)).max() <= 12
    assert longest.attrib["d"].endswith("Z"), "the outline of a ball is closed"


def test_a_hole_in_an_area_stays_open() -> None:
    pixels = np.zeros((40, 40, 4), np.uint8)
    pixels[5:35, 5:35] = 10, 20, 30, 255
    pixels[15:25, 15:25] = 0
    (outline,), left_out = outlines.outlines_of(pixels)
    assert (outline.color, len(outline.rims), left_out) == ((10, 20, 30), 2, 0)


@pytest.mark.parametrize("width", [1, 2, 3, 5, 9])
def test_a_line_becomes_one_stroke_with_its_width(width: int) -> None:
    lines = np.zeros((60, 120), np.uint8)
    lines[30 : 30 + width, 20:101] = 1
    (stroke,), left_out = strokes.strokes_of(lines > 0)
    assert left_out == 0
    assert abs(stroke.width - width) <= 1
    assert np.ptp(stroke.points[:, 0]) >= 80 - width


def test_a_picture_that_is_all_line_is_no_wider_than_itself() -> None:
    found, _ = strokes.strokes_of(np.ones((30, 50), bool))
    assert found
    assert all(stroke.width <= 31 for stroke in found)


def test_lines_that_cross_go_straight_on() -> None:
    lines = np.zeros((80, 80), np.uint8)
    cv2.line(lines, (10, 40), (70, 40), 1, 3)
    cv2.line(lines, (40, 10), (40, 70), 1, 3)
    found, _ = strokes.strokes_of(lines > 0)
    long = [stroke for stroke in found if max(np.ptp(stroke.points, axis=0)) > 50]
    assert len(long) == 2


def test_what_a_stranger_wrote_into_a_name_stays_text() -> None:
    title = '</title><script>alert("1")</script>\x00\x1b[31m&'
    root = parsed(drawn(), title)
    assert root.find(f"{SVG}title") is not None
    assert root.find(f".//{SVG}script") is None


def test_noise_gives_a_bounded_file_that_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strokes, "MOST_PIXELS", 400)
    monkeypatch.setattr(outlines, "MOST_POINTS", 600)
    monkeypatch.setattr(outlines, "MOST_PAINTS", 16)
    rng = np.random.default_rng(3)
    shape = (96, 96)
    color = rng.integers(0, 256, (*shape, 3), dtype=np.uint8)
    noise = Triplet(color, CelMask(np.ones(shape, bool)), Douga(rng.integers(0, 10, shape, dtype=np.uint8)))
    text = svg_of(decompose(noise), noise.douga.classes, title="noise")
    paths = [path.attrib["d"] for path in ElementTree.fromstring(text).iter(f"{SVG}path")]
    assert paths
    assert sum(len(part) for data in paths for part in points_of(data)) <= 4 * 600 + 4 * 400
    assert re.search(r"<desc>.*\d+ specks and lines .* are left out", text)
