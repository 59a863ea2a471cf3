"""Cels: every shot as a folder that animation software opens, timed by a sheet that names its pictures."""

from __future__ import annotations

import csv
import json
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from drawn import HEIGHT, WIDTH, drawn, ground
from exported import FIRST, SECOND
from numpy.typing import NDArray
from records import record_of

from dougagen.domain import FrameSpan, Placement, Plate
from dougagen.exports import export
from dougagen.exports.cels import Cels
from dougagen.exports.config import ExportConfig
from dougagen.exports.formats import ExportedShot, ShotLine
from dougagen.exports.place import Place

IDENTIFIER = "exchangeDigitalTimeSheet Save Data"


def sheet_of(path: Path) -> tuple[int, dict[str, list[int | None]]]:
    """Frames of the shot, and layer → its cell at each frame: None is an empty one."""
    first, _, rest = path.read_text("utf-8").partition("\n")
    assert first == IDENTIFIER
    document = json.loads(rest)
    assert document["version"] == 5
    (table,) = document["timeTables"]
    (header,), (field,) = table["timeTableHeaders"], table["fields"]
    assert (header["fieldId"], field["fieldId"]) == (0, 0)
    assert [track["trackNo"] for track in field["tracks"]] == list(range(len(header["names"])))
    layers: dict[str, list[int | None]] = {}
    for name, track in zip(header["names"], field["tracks"], strict=True):
        starts = [entry["frame"] for entry in track["frames"]]
        assert starts == sorted(set(starts))
        assert (starts[0], starts[-1]) == (0, table["duration"])
        values = [entry["data"][0]["values"][0] for entry in track["frames"]]
        assert values[-1] == "SYMBOL_NULL_CELL"
        cells: list[int | None] = []
        for value, start, stop in zip(values, starts, starts[1:], strict=False):
            cells += [None if value == "SYMBOL_NULL_CELL" else int(value)] * (stop - start)
        layers[name] = cells
    return table["duration"], layers


def rgba(path: Path) -> NDArray[np.uint8]:
    picture = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    assert picture.shape[2] == 4
    return cv2.cvtColor(picture, cv2.COLOR_BGRA2RGBA).astype(np.uint8)


def require_pictures(folder: Path, layers: dict[str, list[int | None]]) -> None:
    """Every cell of the sheet has its picture where OpenToonz looks, and every picture is on the sheet."""
    for name, cells in layers.items():
        wanted = {f"{name}_{cell:04d}.png" for cell in cells if cell is not None}
        assert {path.name for path in (folder / name).iterdir()} == wanted


def test_each_shot_is_a_folder_with_its_cels_and_a_sheet_that_times_them(
    dataset: Path, tmp_path: Path
) -> None:
    export(dataset, tmp_path / "out", to="cels")
    sheets = {path.stem: sheet_of(path) for path in (tmp_path / "out").rglob("*.xdts")}
    assert sheets == {
        # the first drawing comes back; two frames belong to none
        f"{FIRST}_cut0001": (12, {"A": [1, 1, 2, 2, 1, 1, 3, 3, None, None, 3, 3]}),
        f"{FIRST}_cut0002": (4, {"A": [1, 1, 1, 2]}),
        f"{SECOND}_cut0001": (3, {"A": [1, 1, 1]}),
        f"{SECOND}_cut0002": (21, {"A": [1] * 3 + [2] * 18}),
    }
    for path in (tmp_path / "out").rglob("*.xdts"):
        require_pictures(path.parent, sheets[path.stem][1])
        assert "夜.mkv" in (path.parent / "README.txt").read_text("utf-8")


def test_a_cel_has_the_colour_of_the_frame_and_is_transparent_around_it(
    dataset: Path, tmp_path: Path
) -> None:
    export(dataset, tmp_path / "out", to="cels", where=f"episode_id = '{FIRST}' and drawing_index = 0")
    (path,) = (tmp_path / "out").rglob("A_0001.png")
    cel = rgba(path)
    assert cel.shape == (48, 64, 4)
    assert (cel[:4, :, 3] == 0).all()
    middle = cel[12:36, 40:50]
    assert (middle[..., 3] == 255).all()


def board(
    image: NDArray[np.uint8], known: NDArray[np.bool_], *places: tuple[int, float, float, float]
) -> Plate:
    """A plate of the shot; places are frame, x, y and scale."""
    return Plate(FIRST, 0, 0, image, known, tuple(Placement(*place) for place in places))


def shot_with(*plates: Plate, frames: tuple[int, ...] = (10, 12, 14)) -> ExportedShot:
    """A shot of the ball, each drawing on twos from the frames named."""
    triplet = drawn()
    lines = tuple(
        ShotLine(n, f"{FIRST}/{start}", n - 1, start, (FrameSpan(start, start + 2),))
        for n, start in enumerate(frames, 1)
    )
    record = record_of(triplet.color, triplet.cel_mask.pixels, triplet.douga.classes)
    return ExportedShot(
        name="a_cut0001", episode_id=FIRST, source="a\x1b[31m.mkv", shot_index=0, frame_rate=Fraction(24),
        lines=lines, read=lambda: ((line, record) for line in lines), read_plates=lambda: iter(plates),
    )  # fmt: skip


@pytest.fixture
def place(tmp_path: Path) -> tuple[Place, Path]:
    return Place(tmp_path, tmp_path), tmp_path / "a_cut0001"


def test_the_background_lies_under_the_cels_as_the_camera_shows_it(place: tuple[Place, Path]) -> None:
    image = np.tile(ground(level=60), (1, 2, 1))
    known = np.ones(image.shape[:2], bool)
    known[:, 50:70] = False
    plate = board(image, known, (10, 0, 0, 1), (12, 0, 0, 1), (14, 30, 0, 1))
    Cels(ExportConfig(to="cels")).write_shot(shot_with(plate), place[0])
    folder = place[1]
    frames, layers = sheet_of(folder / "a_cut0001.xdts")
    assert (frames, list(layers)) == (6, ["BG", "A"]), "the lowest layer first"
    assert layers == {"BG": [1, 1, 1, 1, 2, 2], "A": [1, 1, 2, 2, 3, 3]}
    require_pictures(folder, layers)
    for number, x in ((1, 0), (2, 30)):
        view = rgba(folder / f"BG/BG_{number:04d}.png")
        assert view.shape[:2] == (HEIGHT, WIDTH)
        there = known[:, x : x + WIDTH]
        unknown = np.flatnonzero((view[..., 3] == 0).all(axis=0))
        assert unknown.tolist() == list(range(52 - x, 68 - x)), "it goes on under the edge of a cel"
        assert (view[there][:, :3] == image[:, x : x + WIDTH][there]).all()
    whole = rgba(folder / "plate_1.png")
    assert (whole[..., :3][known] == image[known]).all()
    rows = list(csv.DictReader((folder / "plate_1.csv").read_text().splitlines()))
    assert [(row["frame_of_shot"], float(row["x"])) for row in rows] == [("0", 0.0), ("2", 0.0), ("4", 30.0)]


def test_a_drawing_without_a_place_in_the_plate_keeps_the_background_before_it(
    place: tuple[Place, Path],
) -> None:
    plates = (
        board(ground(level=60), np.ones((HEIGHT, WIDTH), bool), (10, 0, 0, 1), (99, 5, 5, 1)),
        board(ground(level=90), np.ones((HEIGHT, WIDTH), bool), (14, 0.5, 1e300, 2.0)),
    )
    Cels(ExportConfig(to="cels")).write_shot(shot_with(*plates), place[0])
    _, layers = sheet_of(place[1] / "a_cut0001.xdts")
    assert layers["BG"] == [1, 1, 1, 1, 2, 2]
    assert not rgba(place[1] / "BG/BG_0002.png").any(), "far beside the plate there is nothing"
    assert not (place[1] / "plate_2.png").exists(), "the first is all in its picture"
    assert "1,12" not in (place[1] / "plate_1.csv").read_text()


def test_a_plate_that_its_picture_shows_whole_is_not_written_twice(place: tuple[Place, Path]) -> None:
    known = np.ones((HEIGHT, WIDTH), bool)
    plate = board(ground(level=60), known, (10, 0, 0, 1), (12, 0, 0, 1), (14, 0, 0, 1))
    Cels(ExportConfig(to="cels")).write_shot(shot_with(plate), place[0])
    assert sorted(path.name for path in place[1].iterdir()) == ["A", "BG", "README.txt", "a_cut0001.xdts"]
    assert (rgba(place[1] / "BG/BG_0001.png")[..., :3] == ground(level=60)).all()


def test_the_readme_is_plain_text_whatever_the_video_was_called(place: tuple[Place, Path]) -> None:
    Cels(ExportConfig(to="cels")).write_shot(shot_with(), place[0])
    text = (place[1] / "README.txt").read_text("utf-8")
    assert "\x1b" not in text
    assert "24 frames a second" in text
    assert not (place[1] / "BG").exists()
