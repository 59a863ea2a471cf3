"""The timesheet, the camera, plates and deliveries: each does what its words say."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from dougagen.errors import ConfigError
from dougagen.studio.clips.camera import REST, View, inverted, linear, move, seen_by, to_screen
from dougagen.studio.clips.exposure_sheet import cycled, drawing_numbers, exposures, long_holds, talking
from dougagen.studio.clips.light import faded, flashed, lit, plain_light
from dougagen.studio.clips.plates import Canvas, Plate, on_screen
from dougagen.studio.delivery.clips import ClipDelivery, deliver_clip

SCREEN = {"height": 20, "width": 40}


def chance() -> np.random.Generator:
    return np.random.default_rng(0)


# ---- timesheet -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("rate", "numbers"),
    [
        ("ones", (0, 1, 2, 3, 4, 5)),
        ("twos", (0, 0, 1, 1, 2, 2)),
        ("threes", (0, 0, 0, 1, 1, 1)),
        ("fours", (0, 0, 0, 0, 1, 1)),
        ("held", (0,) * 6),
    ],
)
def test_a_rate_says_how_long_each_drawing_is_held(rate: str, numbers: tuple[int, ...]) -> None:
    assert drawing_numbers(chance(), frames=6, rate=rate) == numbers  # type: ignore[arg-type]


def test_exposures_are_the_holds_of_a_column_and_its_empty_cells_none() -> None:
    assert exposures([0, 0, 1, None, None, 0]) == [(0, 2, 0), (2, 3, 1), (5, 6, 0)]


def test_a_cycle_comes_back() -> None:
    assert cycled((0, 0, 1, 1, 2, 2, 3, 3, 4), (0, 1, 2, 1)) == (0, 0, 1, 1, 2, 2, 1, 1, 0)


def test_long_holds_are_long() -> None:
    held = exposures(long_holds(chance(), frames=100))
    assert max(stop - start for start, stop, _ in held) >= 16


def test_a_mouth_on_twos_changes_at_even_frames_only() -> None:
    spans = exposures(talking(chance(), frames=200).numbers)
    assert len({number for *_, number in spans}) == 3
    assert min(stop - start for start, stop, _ in spans[:-1]) == 2


# ---- camera --------------------------------------------------------------------------------------------
def test_a_camera_at_rest_shows_the_world_as_it_is() -> None:
    assert np.array_equal(to_screen(REST, **SCREEN), [[1, 0, 0], [0, 1, 0]])


def test_what_is_deep_moves_less_and_a_slide_moves_the_layer_alone() -> None:
    view = View(x=10)
    near, far = (to_screen(view, depth=depth, **SCREEN)[0, 2] for depth in (1.0, 0.3))
    assert (near, far) == (-10, -3)
    assert to_screen(view, slide=(4, 0), **SCREEN)[0, 2] == -6


def test_a_zoom_keeps_the_middle_where_it_is() -> None:
    matrix = to_screen(View(zoom=2.0, turn=0.3), **SCREEN)
    assert np.allclose(matrix @ [20, 10, 1], [20, 10])
    assert np.allclose(inverted(matrix) @ [20, 10, 1], [20, 10])


def test_what_a_camera_sees_is_its_field_at_all_frames() -> None:
    views = move(3, REST, View(x=30), ease=linear)
    assert [view.x for view in views] == [0, 15, 30]
    assert seen_by([to_screen(v, **SCREEN) for v in views], **SCREEN) == (0, 0, 70, 20)


# ---- plates --------------------------------------------------------------------------------------------
def ramp(width: int) -> np.ndarray:
    return np.repeat(np.tile(np.arange(0, 2 * width, 2, np.uint8), (44, 1))[..., None], 3, axis=2)


def test_a_plate_moved_by_whole_pixels_is_not_filtered() -> None:
    noise = chance().integers(0, 256, (44, 94, 3), np.uint8)
    plate = Plate(Canvas(-12, -12, 94, 44, 1.0), noise)
    assert np.array_equal(on_screen(plate, to_screen(View(x=5), **SCREEN), **SCREEN), noise[12:32, 17:57])


def test_a_plate_moves_by_parts_of_a_pixel() -> None:
    plate = Plate(Canvas(-12, -12, 94, 44, 1.0), ramp(94))
    whole, half = (on_screen(plate, to_screen(View(x=x), **SCREEN), **SCREEN)[10, 20, 0] for x in (0, 0.5))
    assert (whole, half) == (64, 65)


def test_a_plate_painted_finer_shows_the_same_place() -> None:
    fine = np.repeat(np.repeat(ramp(94), 2, axis=0), 2, axis=1)
    plate = Plate(Canvas(-12, -12, 188, 88, 2.0), fine)
    seen = on_screen(plate, to_screen(REST, **SCREEN), **SCREEN)
    assert np.abs(seen.astype(int) - ramp(94)[12:32, 12:52]).max() <= 1


# ---- light ---------------------------------------------------------------------------------------------
def test_a_fade_ends_in_its_colour_and_a_flash_is_one_frame() -> None:
    grey = np.full((2, 2, 3), 100, np.uint8)
    out = [int(lit(grey, light)[0, 0, 0]) for light in
           faded(plain_light(4), start=0, stop=4, veil=(0, 0, 0), into=True)]  # fmt: skip
    assert out == [75, 50, 25, 0]
    assert [int(lit(grey, light).max()) for light in flashed(plain_light(3), 1)] == [100, 255, 100]


# ---- deliveries ----------------------------------------------------------------------------------------
def bars(count: int, height: int = 64) -> Iterator[np.ndarray]:
    """Picture ``i`` has its white bar at 8·i."""
    for i in range(count):
        picture = np.full((height, 96, 3), 60, np.uint8)
        picture[:, 8 * i : 8 * i + 8] = 235
        yield picture


def fields_of(path: Path) -> list[tuple[int, int]]:
    """(top, bottom) of each frame: which picture its fields show."""
    with av.open(str(path)) as container:
        lumas = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]
    return [(int(luma[30].argmax()) // 8, int(luma[31].argmax()) // 8) for luma in lumas]


@pytest.mark.parametrize("codec", ["libx264", "mpeg2video"])
def test_telecine_makes_five_frames_of_four_by_fields(codec: str, tmp_path: Path) -> None:
    path, delivery = tmp_path / "film.mkv", ClipDelivery(codec, crf=12, scan="telecined")
    assert deliver_clip(path, bars(8), delivery) == 10
    one = [(0, 0), (1, 1), (1, 2), (2, 3), (3, 3)]
    assert fields_of(path) == [*one, *((a + 4, b + 4) for a, b in one)]
    for film in range(8):
        holding = [i for i, fields in enumerate(fields_of(path)) if film in fields]
        assert delivery.source_frame(film) == holding[0]


@pytest.mark.parametrize("count", range(1, 10))
def test_a_telecined_clip_of_any_length_has_the_frames_it_says(count: int, tmp_path: Path) -> None:
    delivery = ClipDelivery(scan="telecined", preset="ultrafast")
    written = deliver_clip(tmp_path / "film.mkv", bars(count), delivery)
    assert written == delivery.source_frames(count) == len(fields_of(tmp_path / "film.mkv"))
    assert delivery.source_frame(count - 1) < written


def test_an_interlaced_frame_shows_two_moments(tmp_path: Path) -> None:
    path = tmp_path / "video.mkv"
    assert (
        deliver_clip(path, bars(6), ClipDelivery(crf=12, scan="interlaced"), frame_rate=Fraction(60000, 1001))
        == 3
    )
    assert fields_of(path) == [(0, 1), (2, 3), (4, 5)]
    with av.open(str(path)) as container:
        assert container.streams.video[0].average_rate == Fraction(30000, 1001)
        assert all(frame.interlaced_frame for frame in container.decode(video=0))


def test_uneven_times_are_kept_to_the_millisecond(tmp_path: Path) -> None:
    times = (Fraction(0), Fraction(1, 24), Fraction(1, 8), Fraction(1, 6))
    deliver_clip(tmp_path / "vfr.mkv", bars(4), ClipDelivery(), times=times)
    with av.open(str(tmp_path / "vfr.mkv")) as container:
        stamps = [frame.pts * frame.time_base for frame in container.decode(video=0)]
    assert [float(t) for t in stamps] == [0.0, 0.042, 0.125, 0.167]


def test_fields_of_a_height_that_chroma_cannot_share_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="4 lines"):
        deliver_clip(tmp_path / "odd.mkv", bars(2, height=62), ClipDelivery(scan="interlaced"))
