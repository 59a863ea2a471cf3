"""Fields become the pictures that were filmed; video shot in fields is deinterlaced; drawn stripes stay."""

from __future__ import annotations

from fractions import Fraction

import av
import cv2
import numpy as np
import pytest

from dougagen.footage.combs import combed_pixels, worst_block, woven_pixels
from dougagen.footage.fields import FieldConfig, Picture, Progressive, woven

HEIGHT, WIDTH = 96, 128
RUN = FieldConfig().run


def drawing(number: int) -> np.ndarray:
    """uint8[96, 128]: a page with a dark disc that stands elsewhere in every drawing, and a fine hatching."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    page = np.full((HEIGHT, WIDTH), 200, np.uint8)
    page[(rows - 48) ** 2 + (columns - 20 - 18 * number % 90) ** 2 < 400] = 60
    page[70:90:3, 5:120] = 90
    return page


def video_of(luma: np.ndarray) -> av.VideoFrame:
    planes = np.full((HEIGHT * 3 // 2, WIDTH), 128, np.uint8)
    planes[:HEIGHT] = luma
    return av.VideoFrame.from_ndarray(planes, "yuv420p")


def luma_of(video: av.VideoFrame) -> np.ndarray:
    plane = video.planes[0]
    return np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[:HEIGHT, :WIDTH]


def pictures(frames: list[np.ndarray]) -> list[Picture]:
    return [
        Picture(i, Fraction(i, 30), video, luma_of(video))
        for i, video in enumerate(video_of(luma) for luma in frames)
    ]


def joined(even: np.ndarray, odd: np.ndarray) -> np.ndarray:
    both = even.copy()
    both[1::2] = odd[1::2]
    return both


def pulled_down(film: str, *, top_first: bool = True) -> list[np.ndarray]:
    """Frames of a film whose letters are drawings, two fields of one picture and three of the next."""
    fields = [drawing(ord(letter) - ord("A")) for n, letter in enumerate(film) for _ in range(2 + n % 2)]
    pairs = [fields[i : i + 2] for i in range(0, len(fields) - 1, 2)]
    return [joined(a, b) if top_first else joined(b, a) for a, b in pairs]


def progressive(frames: list[np.ndarray]) -> tuple[list[np.ndarray], Progressive]:
    stream = Progressive(pictures(frames), config=FieldConfig(), luma_of=luma_of)
    return [picture.luma for picture in stream], stream


@pytest.mark.parametrize("top_first", [True, False])
def test_pulldown_gives_back_the_film_and_a_picture_begins_with_its_first_field(top_first: bool) -> None:
    found, stream = progressive(pulled_down("ABCDEFGH", top_first=top_first))
    film = [drawing(n) for n in (0, 1, 2, 3, 3, 4, 5, 6, 7, 7)]
    assert [bool((a == b).all()) for a, b in zip(found, film, strict=True)] == [True] * 10
    assert (stream.frames_woven, stream.frames_deinterlaced) == (4, 0)


def test_pulldown_over_a_cut_gives_back_the_film_too() -> None:
    film = [drawing(0), drawing(1), 255 - drawing(2), 255 - drawing(3), drawing(4), drawing(5)]
    fields = [picture for n, picture in enumerate(film) for _ in range(2 + n % 2)]
    found, _ = progressive([joined(*fields[i : i + 2]) for i in range(0, len(fields) - 1, 2)])
    woven_film = [film[n] for n in (0, 1, 2, 3, 3, 4, 5)]
    assert [bool((a == b).all()) for a, b in zip(found, woven_film, strict=True)] == [True] * 7


def test_a_held_drawing_under_pulldown_is_left_alone() -> None:
    found, stream = progressive(pulled_down("AAAAAAAABBBBBBBB"))
    assert stream.frames_woven == 0  # A changes to B between two whole frames
    assert all((luma == drawing(0)).all() or (luma == drawing(1)).all() for luma in found)


def test_whole_pictures_are_left_alone_even_where_fine_stripes_move() -> None:
    stripes = np.where(np.arange(HEIGHT)[:, None] // 2 % 2, 90, 200).astype(np.uint8).repeat(WIDTH, axis=1)
    blinds = [np.where(np.arange(WIDTH)[None] < 20 + 6 * n, stripes, 150).astype(np.uint8) for n in range(8)]
    for frames in (blinds, [drawing(n) for n in range(8)]):
        found, stream = progressive(frames)
        assert (stream.frames_woven, stream.frames_deinterlaced) == (0, 0)
        assert all((a == b).all() for a, b in zip(found, frames, strict=True))


def test_whole_pictures_are_left_alone_where_lines_a_pixel_apart_move_by_parts_of_one() -> None:
    """Sharp where they lie on whole rows and one grey halfway between: joined with it they are no comb."""

    def tilted(down: float) -> np.ndarray:
        page = np.full((HEIGHT, WIDTH), 175, np.uint8)
        page[30:70, 10:110] = 100
        page[30:42:2, 10:110] = 40
        page[30:42, 10:110][1::2] = 190
        way = np.array([[1, 0, 0], [0, 1, down]])
        return np.asarray(cv2.warpAffine(page, way, (WIDTH, HEIGHT), flags=cv2.INTER_CUBIC), np.uint8)

    frames = [tilted(1.25 * n) for n in range(16)]
    found, stream = progressive(frames)
    assert (stream.frames_woven, stream.frames_deinterlaced) == (0, 0)
    assert all((a == b).all() for a, b in zip(found, frames, strict=True))


def test_video_shot_in_fields_is_deinterlaced_and_no_comb_is_left() -> None:
    def moving(field: int) -> np.ndarray:
        page = np.full((HEIGHT, WIDTH), 180, np.uint8)
        page[20:80, 10 + 5 * field : 30 + 5 * field] = 40
        return page

    frames = [joined(moving(2 * n), moving(2 * n + 1)) for n in range(8)]
    everywhere = np.full((HEIGHT, WIDTH), 255, np.uint8)
    assert all(worst_block(combed_pixels(luma, everywhere, level=6, run=RUN)) > 40 for luma in frames)
    found, stream = progressive(frames)
    assert stream.frames_deinterlaced == 8
    assert all(worst_block(combed_pixels(luma, everywhere, level=6, run=RUN)) == 0 for luma in found)


def test_pictures_beside_a_cut_are_deinterlaced_too_and_the_other_shot_does_not_show_in_them() -> None:
    def moving(field: int, light: int) -> np.ndarray:
        page = np.full((HEIGHT, WIDTH), light, np.uint8)
        page[20:80, 10 + 5 * field : 30 + 5 * field] = 110
        page[84:88, 40:60] = 110  # it stands in either shot
        return page

    frames = [joined(*(moving(2 * n + f, 180 if n < 4 else 40) for f in range(2))) for n in range(8)]
    found, stream = progressive(frames)
    assert stream.frames_deinterlaced == 8
    everywhere = np.full((HEIGHT, WIDTH), 255, np.uint8)
    assert all(worst_block(combed_pixels(luma, everywhere, level=6, run=RUN)) == 0 for luma in found)
    assert all((luma[84:88, 40:60] == 110).all() for luma in found)


def test_weaving_takes_the_even_rows_of_one_frame_and_the_odd_rows_of_the_other_in_every_plane() -> None:
    top, bottom = (video_of(np.full((HEIGHT, WIDTH), level, np.uint8)) for level in (40, 90))
    both = woven(top, bottom)
    assert set(luma_of(both)[0::2].ravel()) == {40}
    assert set(luma_of(both)[1::2].ravel()) == {90}
    assert [plane.height for plane in both.planes] == [96, 48, 48]


def test_every_picture_keeps_its_index_and_time() -> None:
    stream = Progressive(pictures(pulled_down("ABCDEF")), config=FieldConfig(), luma_of=luma_of)
    assert [(p.index, p.time) for p in stream] == [(i, Fraction(i, 30)) for i in range(7)]


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_video_of_a_frame_or_two_passes(count: int) -> None:
    found, _ = progressive([drawing(n) for n in range(count)])
    assert len(found) == count


def test_lines_drawn_close_together_are_no_rows_of_two_pictures() -> None:
    framed = np.full((HEIGHT, WIDTH), 239, np.uint8)
    for first, level in ((20, 84), (26, 48), (33, 66)):  # outlines three rows wide, as they are painted
        framed[first : first + 3] = level
    assert worst_block(combed_pixels(framed, np.full_like(framed, 255), level=6.0, run=RUN)) > 0
    assert worst_block(woven_pixels(framed, level=6.0, own_field=0.75, run=RUN)) == 0
    assert worst_block(woven_pixels(joined(drawing(0), drawing(2)), level=6.0, own_field=0.75, run=RUN)) > 36
