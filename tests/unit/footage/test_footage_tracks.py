"""Where camera and layers lie: against the paths along which the studio's camera took the pictures."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from dougagen.domain import Episode, Frame
from dougagen.footage import ShotSheet, Timesheet, find_drawings, write_outputs
from dougagen.studio.clips.camera import REST, Matrix, View, inverted, joined, move, shaken, to_screen

Picture = NDArray[np.uint8]
HEIGHT, WIDTH = 480, 640
EPISODE = Episode("0" * 16, Path("clip.mkv"), WIDTH, HEIGHT, Fraction(24))
MOST_ERROR = 3.0  # px at 480 lines, anywhere on the way; 160 px of pan or a zoom by a fifth


@pytest.fixture
def world(painted: Callable[..., Picture]) -> Picture:
    """A painting of three times the field's size, the field in its middle, with windows everywhere."""
    picture, rng = painted(3 * WIDTH, 3 * HEIGHT), np.random.default_rng(5)
    for _ in range(400):
        x, y = int(rng.integers(3 * WIDTH)), int(rng.integers(3 * HEIGHT))
        size = (x + int(rng.integers(12, 60)), y + int(rng.integers(12, 60)))
        cv2.rectangle(picture, (x, y), size, rng.integers(60, 220, 3).tolist(), -1)
        cv2.rectangle(picture, (x, y), size, (50, 50, 60), 1, cv2.LINE_AA)
    return picture


def maps_of(views: Iterable[View]) -> list[Matrix]:
    return [to_screen(view, height=HEIGHT, width=WIDTH) for view in views]


def filmed(world: Picture, maps: Sequence[Matrix]) -> list[Picture]:
    """The painting as a camera sees it that brings the world to the screen by ``maps``."""
    home = np.array([[1.0, 0.0, -WIDTH], [0.0, 1.0, -HEIGHT]])
    return [
        cv2.warpAffine(world, joined(home, each), (WIDTH, HEIGHT), flags=cv2.INTER_CUBIC) for each in maps
    ]


def shots_of(pictures: Iterable[Picture]) -> tuple[ShotSheet, ...]:
    frames = (
        Frame(i, Fraction(i, 24), cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), lambda picture=picture: picture)
        for i, picture in enumerate(pictures)
    )
    return Timesheet.of(find_drawings(EPISODE, frames)).shots


def error(shot: ShotSheet, maps: Sequence[Matrix], *, layer: int = 0) -> float:
    """Pixels by which any corner or the middle of the picture lies off in any frame."""
    points = np.array([[0, 0], [WIDTH - 1, 0], [0, HEIGHT - 1], [WIDTH / 2, HEIGHT / 2]], float)
    told = {at.frame_index: at for at in shot.layer_moves if at.layer == layer}
    first, off = inverted(maps[0]), []
    for frame, at in told.items():
        true = joined(first, maps[frame])
        c, s = at.scale * np.cos(at.turn), at.scale * np.sin(at.turn)
        found = np.array([[c, -s, at.x], [s, c, at.y]])
        off.append(np.abs(points @ (true - found)[:, :2].T + (true - found)[:, 2]).max())
    assert told
    return float(max(off))


def stop_and_go() -> tuple[View, ...]:
    paces = [0] * 5 + [6] * 8 + [0] * 6 + [6] * 8 + [0] * 4
    return tuple(View(float(x)) for x in np.cumsum(paces))


@pytest.mark.parametrize(
    ("views", "words"),
    [
        (move(30, REST, View(160, 20), start=3, stop=26), r"camera pans 1(5[789]|6[0123]) px right"),
        (move(30, REST, View(0, -90)), r"camera pans (8[789]|9[0123]) px up"),
        (move(30, REST, View(0, 0, 1.2)), r"camera zooms 1\.00→1\.(19|20|21)"),
        (move(30, REST, View(0, 0, 1.0, 0.15), start=2), r"camera turns 8\.[3-9]° counter-clockwise"),
        (stop_and_go(), r"camera pans 9[3-9] px right"),
        (
            shaken(np.random.default_rng(3), (REST,) * 30, size=9, start=6, stop=26),
            r"camera shakes by up to \d+ px",
        ),
    ],
    ids=["pan", "tilt", "zoom", "turn", "stop and go", "shake"],
)
def test_the_camera_is_followed_within_three_pixels(views, words, world):
    maps = maps_of(views)
    (shot,) = shots_of(filmed(world, maps))
    assert error(shot, maps) < MOST_ERROR
    assert re.fullmatch(words, shot.moves)
    assert [at.frame_index for at in shot.layer_moves if at.layer == 0] == list(range(len(views)))


def test_a_pan_goes_on_where_a_drawing_begins(world, drawn):
    maps = maps_of(View(5.0 * i) for i in range(28))
    pictures = (
        drawn(picture, "ABCDEFGHIJ"[i // 3], left=-int(5 * i) + 60)
        for i, picture in enumerate(filmed(world, maps))
    )
    (shot,) = shots_of(pictures)
    assert error(shot, maps) < MOST_ERROR


def test_a_cel_that_stands_before_a_sliding_background_is_a_layer_of_its_own(world, drawn):
    maps = maps_of(View(4.0 * i) for i in range(30))
    large = lambda picture: cv2.resize(  # noqa: E731
        drawn(cv2.resize(picture, (320, 240), interpolation=cv2.INTER_AREA), "A"), (WIDTH, HEIGHT)
    )
    (shot,) = shots_of(large(picture) for picture in filmed(world, maps))
    assert error(shot, maps) < 2 * MOST_ERROR
    assert error(shot, maps_of([REST] * 30), layer=1) < MOST_ERROR
    assert shot.moves.startswith("background slides 11")
    assert shot.moves.endswith("layer 1 stands")


def test_layers_that_pass_each_other_have_one_move_each_and_no_turn(world):
    speeds = {
        "far": (0, 200, 1.2),
        "middle": (200, 330, 1.8),
        "near": (330, HEIGHT, 2.4),
    }  # lines, px a frame
    pictures = []
    for i in range(30):
        parts = [filmed(world, maps_of([View(speed * i)]))[0][a:b] for a, b, speed in speeds.values()]
        pictures.append(np.vstack(parts))
    (shot,) = shots_of(pictures)
    assert shot.layer_moves
    assert max(abs(at.turn) for at in shot.layer_moves) < 0.003
    assert max(abs(at.scale - 1) for at in shot.layer_moves) < 0.003
    last = [at for at in shot.layer_moves if at.frame_index == 29]
    for at in last:  # each lies where one of the layers does
        assert min(abs(at.x + speed * 29) for _, _, speed in speeds.values()) < 2 * MOST_ERROR
        assert abs(at.y) < MOST_ERROR


def test_nothing_moves_where_only_drawings_change_or_the_film_is_grainy(world, drawn):
    rng = np.random.default_rng(0)
    still = filmed(world, maps_of([REST]))[0]
    talking = [drawn(still, "AABBCCAABB"[i]) for i in range(10)]
    grainy = [
        np.clip(still + rng.normal(0, 5, (HEIGHT, WIDTH, 1)), 0, 255).astype(np.uint8) for _ in range(20)
    ]
    for pictures in (talking, grainy, [still]):
        for shot in shots_of(pictures):
            assert shot.layer_moves == ()
            assert shot.moves == ""
            assert shot.instructions == {}


def test_each_shot_has_tracks_of_its_own_in_json_and_camerawork(world, tmp_path):
    maps = maps_of(move(24, REST, View(100), start=4, stop=20))
    dark = 255 - world
    pictures = [*filmed(world, maps), *filmed(dark, maps_of([View(300, 200)]) * 10)]
    frames = (
        Frame(i, Fraction(i, 24), cv2.cvtColor(p, cv2.COLOR_RGB2GRAY), lambda p=p: p)
        for i, p in enumerate(pictures)
    )
    sheet = Timesheet.of(find_drawings(EPISODE, frames))
    panned, still = json.loads(json.dumps(sheet.to_dict()))["shots"]
    assert set(panned["layer_moves"][0]) == {"layer", "frame_index", "x", "y", "scale", "turn"}
    assert abs(panned["layer_moves"][-1]["x"] + 100) < MOST_ERROR
    assert still["layer_moves"] == []

    (path,) = write_outputs({"xdts": str(tmp_path / "sheet.xdts")}, sheet, EPISODE)["xdts"]
    moved, held = json.loads(path.read_text().partition("\n")[2])["timeTables"]
    assert [field["fieldId"] for field in moved["fields"]] == [0, 5], "the cells come first"
    assert moved["timeTableHeaders"][1] == {"fieldId": 5, "names": ["camera"]}
    ((track,),) = [field["tracks"] for field in moved["fields"] if field["fieldId"] == 5]
    first, *others = [(entry["frame"], entry["data"][0]["values"]) for entry in track["frames"]]
    assert first[1][0].startswith("pans ")
    assert 3 <= first[0] <= 7
    assert all(values == ["SYMBOL_HYPHEN"] for _, values in others)
    assert 16 <= others[-1][0] <= 21
    assert [field["fieldId"] for field in held["fields"]] == [0]
