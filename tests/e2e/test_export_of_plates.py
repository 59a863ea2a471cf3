"""Backgrounds in exports, by the real command line: cels with their sheet, layered pictures, clips."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from exported import FIRST, SECOND, make_dataset, tree
from numpy.typing import NDArray
from PIL import Image

from dougagen.shards import open_dataset

ROOT = Path(__file__).resolve().parents[2]
FIRST_SHOT = f"episode_id = '{FIRST}' and shot_index = 0"


def exported(dataset: Path, out: Path, to: str, *words: str, code: int = 0) -> list[str]:
    """Lines of an export by the command."""
    done = subprocess.run(
        [sys.executable, "-m", "dougagen", "export", dataset, "--to", to, "--out", out, *words],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (done.returncode, "Traceback" in done.stderr) == (code, False), done.stderr
    return done.stderr.splitlines()


def picture(path: Path) -> NDArray[np.uint8]:
    return np.asarray(Image.open(path))


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_dataset(tmp_path_factory.mktemp("plates") / "shards", plates=True)


def test_cels_come_with_the_background_and_the_sheet_names_it(dataset: Path, tmp_path: Path) -> None:
    exported(dataset, tmp_path / "out", "cels")
    shots = {path.name[-23:]: path for path in (tmp_path / "out/train").iterdir()}
    moved, stands, none = (
        tmp_path / f"out/train/{name}"
        for name in (f"{FIRST}_cut0001", f"{FIRST}_cut0002", f"{SECOND}_cut0001")
    )
    assert len(shots) == 4
    (table,) = json.loads((moved / f"{moved.name}.xdts").read_text().partition("\n")[2])["timeTables"]
    assert table["timeTableHeaders"][0]["names"] == ["BG", "A"]
    cells = [(e["frame"], e["data"][0]["values"][0]) for e in table["fields"][0]["tracks"][0]["frames"]]
    # the third drawing is one slide farther; frames 8 and 9 show none
    end = "SYMBOL_NULL_CELL"
    assert cells == [(0, "1"), (6, "2"), (8, end), (10, "2"), (12, end)]
    near, far, whole = (picture(moved / name) for name in ("BG/BG_0001.png", "BG/BG_0002.png", "plate_1.png"))
    assert (near.shape, far.shape, whole.shape) == ((48, 64, 4), (48, 64, 4), (48, 96, 4))
    # no drawing shows 40 to 49; the views go on under the edge of a cel by two pixels
    for view, left, first, stop in ((near, 0, 42, 48), (far, 32, 42, 48), (whole, 0, 40, 50)):
        unknown = (view[..., 3] == 0).all(axis=0)
        assert np.flatnonzero(unknown).tolist() == [column - left for column in range(first, stop)]
        assert (view[:, ~unknown] == [100, 100, 100, 255]).all()
    rows = list(csv.DictReader((moved / "plate_1.csv").read_text().splitlines()))
    assert [(int(row["frame_of_episode"]), float(row["x"])) for row in rows] == [(0, 0), (2, 0), (6, 32)]
    assert "plate_1.csv" in (moved / "README.txt").read_text("utf-8")
    assert {path.name for path in stands.iterdir()} == {"A", "BG", "README.txt", f"{stands.name}.xdts"}
    assert not (none / "BG").exists(), "an episode without plates is exported as before"


def test_places_are_scaled_with_the_pictures(dataset: Path, tmp_path: Path) -> None:
    exported(dataset, tmp_path / "out", "cels", "--lines", "24", "--where", FIRST_SHOT)
    shot = tmp_path / f"out/train/{FIRST}_cut0001"
    assert picture(shot / "plate_1.png").shape == (24, 48, 4)
    rows = list(csv.DictReader((shot / "plate_1.csv").read_text().splitlines()))
    assert [(float(row["x"]), float(row["scale"])) for row in rows] == [(0, 1), (0, 1), (16, 1)]
    far = picture(shot / "BG/BG_0002.png")
    assert far.shape == (24, 32, 4)
    assert np.flatnonzero((far[..., 3] == 0).all(axis=0)).tolist() == [6]


@pytest.mark.parametrize("to", ["psd", "ora"])
def test_layered_pictures_have_the_plate_under_the_cel_in_the_light_of_the_frame(
    dataset: Path, tmp_path: Path, to: str
) -> None:
    exported(dataset, tmp_path / "out", to, "--where", f"{FIRST_SHOT} and drawing_index = 0")
    (path,) = (tmp_path / "out/train").iterdir()
    background = layer_of(path, "background")
    record = open_dataset(dataset)[0].triplet
    ground = record.color[0, 0]
    unknown = np.zeros((48, 64), bool)
    unknown[:, 40:50] = True
    under = record.cel_mask.pixels & (background[..., 3] == 255)
    assert (background[~record.cel_mask.pixels][:, 3] == 255).all()
    holes = record.cel_mask.pixels & (background[..., 3] == 0)
    assert holes.any(), "where no drawing shows it, it is transparent"
    assert not (holes & ~unknown).any(), "and nowhere else"
    assert np.abs(background[under][:, :3].astype(int) - ground).max() <= 2


def layer_of(path: Path, key: str) -> NDArray[np.uint8]:
    """uint8[H, W, 4]: a layer in the size of the picture."""
    if path.suffix == ".psd":
        from psd_tools import PSDImage

        document = PSDImage.open(path)
        (layer,) = (one for one in document.descendants() if one.name.endswith(key))
        whole, pixels = np.zeros((document.height, document.width, 4), np.uint8), layer.topil()
        at = layer.top, layer.left
    else:
        with zipfile.ZipFile(path) as file:
            (name,) = (one for one in file.namelist() if one.endswith(f"_{key}.png"))
            size = Image.open(io.BytesIO(file.read("mergedimage.png"))).size
            whole, pixels = np.zeros((size[1], size[0], 4), np.uint8), Image.open(io.BytesIO(file.read(name)))
            pixels.load()
        at = 0, 0
    part = np.asarray(pixels.convert("RGBA"))
    whole[at[0] : at[0] + part.shape[0], at[1] : at[1] + part.shape[1]] = part
    return whole


def test_clips_have_the_plate_beside_them(dataset: Path, tmp_path: Path) -> None:
    exported(dataset, tmp_path / "out", "clips", "--where", f"drawing_index <> 1 and {FIRST_SHOT}")
    shot = tmp_path / f"out/train/{FIRST}_cut0001"
    (plate,) = json.loads((shot / "clip.json").read_text())["plates"]
    assert picture(shot / plate["image"]).shape == (plate["height"], plate["width"], 4) == (48, 96, 4)
    assert plate["placements"] == [
        {"frame_index": frame, "x": x, "y": 0.0, "scale": 1.0} for frame, x in ((0, 0.0), (6, 32.0))
    ]


@pytest.mark.parametrize("to", ["cels", "psd"])
def test_a_damaged_plate_is_named_once_and_the_drawings_are_exported_without(tmp_path: Path, to: str) -> None:
    dataset = make_dataset(tmp_path / "shards", plates=True)
    (shard,) = dataset.glob(f"backgrounds/train-{FIRST}-*.parquet")
    data = bytearray(shard.read_bytes())
    data[data.index(b"\x89PNG") + 60] ^= 255
    shard.write_bytes(data)
    for _ in range(2):  # the second one writes nothing, and says so again
        lines = exported(dataset, tmp_path / "out", to, code=1)
        (line,) = (line for line in lines if "error: " in line)
        assert f"plate '{FIRST}/0/0'" in line
        assert "8 drawings" in "".join(lines)
    names = set(tree(tmp_path / "out"))
    if to == "cels":
        assert f"train/{FIRST}_cut0002/BG/BG_0001.png" in names
        assert not [name for name in names if f"{FIRST}_cut0001/BG" in name]


def test_a_plate_that_has_changed_makes_another_export(tmp_path: Path) -> None:
    dataset = make_dataset(tmp_path / "shards", plates=True)
    exported(dataset, tmp_path / "out", "ora", "--where", FIRST_SHOT)
    dataset = make_dataset(tmp_path / "other")  # the same drawings, without plates
    lines = exported(dataset, tmp_path / "out", "ora", "--where", FIRST_SHOT, code=2)
    assert "the dataset has changed since this export was begun" in "".join(lines)
