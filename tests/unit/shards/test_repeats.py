"""A drawing that the dataset holds already is recognised, and one that only looks like it is not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from dougagen.domain import Drawing, FrameSpan
from dougagen.errors import DougagenError
from dougagen.shards.repeats import RepeatIndex, print_of, prints_path

FIRST, SECOND, THIRD = "1" * 16, "2" * 16, "3" * 16


def picture(seed: int, *, mouth: int = 0) -> np.ndarray:
    """uint8[270, 480, 3]: patches of colour that differ by ``seed``, on them a mouth ``mouth`` px high."""
    rng = np.random.default_rng(seed)
    patches = rng.integers(30, 220, (5, 8, 3), dtype=np.uint8)
    image = cv2.resize(patches, (480, 270), interpolation=cv2.INTER_CUBIC)
    image[150 : 150 + mouth, 220:250] = 20
    return image


def coded_again(image: np.ndarray) -> np.ndarray:
    """The picture as another episode shows it: smaller, and coded at another rate."""
    small = cv2.resize(image, (320, 180), interpolation=cv2.INTER_AREA)
    return cv2.imdecode(cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 50])[1], cv2.IMREAD_COLOR)


def drawings(episode_id: str, images: list[np.ndarray]) -> list[Drawing]:
    return [
        Drawing(episode_id=episode_id, shot_index=0, exposures=(FrameSpan(10 * n, 10 * n + 10),), image=image)
        for n, image in enumerate(images)
    ]


def committed(out, episode_id: str, images: list[np.ndarray]) -> None:
    index = RepeatIndex(out, besides=episode_id)
    (out / "episodes").mkdir(parents=True, exist_ok=True)
    index.write([drawing.frame_index for drawing in index.recognised(drawings(episode_id, images))])
    (out / "episodes" / f"{episode_id}.json").write_text("{}")  # what makes an episode part of the dataset


def test_a_drawing_of_another_episode_is_recognised_in_another_size_and_coding(tmp_path) -> None:
    committed(tmp_path, FIRST, [picture(0), picture(1), picture(2)])
    index = RepeatIndex(tmp_path, besides=SECOND)
    assert len(index) == 3
    assert index.repeated(print_of(coded_again(picture(1)))) == f"{FIRST}/10"
    assert index.repeated(print_of(picture(7))) == ""


def test_a_drawing_that_differs_in_a_mouth_is_no_repeat(tmp_path) -> None:
    committed(tmp_path, FIRST, [picture(0)])
    index = RepeatIndex(tmp_path, besides=SECOND)
    assert index.repeated(print_of(picture(0, mouth=16))) == ""
    assert index.repeated(print_of(picture(0))) == f"{FIRST}/0"


def test_of_several_that_fit_the_likest_is_named(tmp_path) -> None:
    committed(tmp_path, FIRST, [picture(0, mouth=3), picture(0), picture(0, mouth=2)])
    assert RepeatIndex(tmp_path, besides=SECOND).repeated(print_of(picture(0))) == f"{FIRST}/10"


def test_flat_pictures_repeat_nothing(tmp_path) -> None:
    black = np.zeros((270, 480, 3), np.uint8)
    committed(tmp_path, FIRST, [black])
    assert print_of(black).fingerprint == 0
    assert RepeatIndex(tmp_path, besides=SECOND).repeated(print_of(black)) == ""


def test_an_episode_does_not_repeat_itself_nor_one_without_a_ledger(tmp_path) -> None:
    committed(tmp_path, FIRST, [picture(0)])
    committed(tmp_path, SECOND, [picture(1)])
    (tmp_path / "episodes" / f"{SECOND}.json").unlink()
    assert RepeatIndex(tmp_path, besides=FIRST).repeated(print_of(picture(0))) == ""
    assert RepeatIndex(tmp_path, besides=THIRD).repeated(print_of(picture(1))) == ""


def test_a_damaged_index_is_named_with_the_remedy_and_the_others_are_read(tmp_path, caplog) -> None:
    committed(tmp_path, FIRST, [picture(0)])
    committed(tmp_path, SECOND, [picture(1)])
    prints_path(tmp_path, FIRST).write_bytes(b"nonsense")
    index = RepeatIndex(tmp_path, besides=THIRD)
    assert len(index) == 1
    assert "remove the file" in caplog.text


def test_an_episode_id_that_is_a_path_is_refused(tmp_path) -> None:
    with pytest.raises(DougagenError, match="16 hex digits"):
        RepeatIndex(tmp_path, besides="../../etc/passwd")


def test_an_index_of_no_drawing_is_read_back(tmp_path) -> None:
    committed(tmp_path, FIRST, [])
    assert len(RepeatIndex(tmp_path, besides=SECOND)) == 0


def test_repeats_are_marked_with_what_they_repeat_and_others_pass(tmp_path) -> None:
    committed(tmp_path, FIRST, [picture(0), picture(1)])
    index = RepeatIndex(tmp_path, besides=SECOND)
    again, new = index.recognised(drawings(SECOND, [picture(1), picture(5)]))
    assert (again.repeats, again.flags) == (f"{FIRST}/10", ("repeat",))
    assert (new.repeats, new.flags) == ("", ())
    assert again.fingerprint == print_of(picture(1)).fingerprint
    unmarked, _ = index.recognised(drawings(SECOND, [picture(1), picture(5)]), look_up=False)
    assert (unmarked.repeats, unmarked.flags) == ("", ())


def test_only_what_became_a_record_is_remembered(tmp_path) -> None:
    index = RepeatIndex(tmp_path, besides=FIRST)
    list(index.recognised(drawings(FIRST, [picture(0), picture(1)])))
    (tmp_path / "episodes").mkdir()
    index.write([10])
    (tmp_path / "episodes" / f"{FIRST}.json").write_text("{}")
    after = RepeatIndex(tmp_path, besides=SECOND)
    assert len(after) == 1
    assert after.repeated(print_of(picture(1))) == f"{FIRST}/10"
