"""A drawing that the dataset holds already is recognised, and one that only looks like it is not."""

from __future__ import annotations

import random

import cv2
import numpy as np
import pytest

from dougagen.domain import Drawing, FrameSpan
from dougagen.errors import ShardError
from dougagen.shards.repeats import PRINT, Member, PrintsTaken, Search, print_of, table_from

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


def drawings(images: list[np.ndarray]) -> list[Drawing]:
    return [
        Drawing(episode_id=FIRST, shot_index=0, exposures=(FrameSpan(10 * n, 10 * n + 10),), image=image)
        for n, image in enumerate(images)
    ]


def prints(*images: np.ndarray) -> np.ndarray:
    taken = PrintsTaken()
    return taken.table([drawing.frame_index for drawing in taken.of(drawings(list(images)))])


def repeats(*episodes: list[np.ndarray], modes: str = "mmmmmmmm") -> list[dict[int, str]]:
    """What each episode is to say of its drawings; the first is 1111…, and so on."""
    names = {"k": "keep", "m": "mark", "d": "drop"}
    members = [
        (Member(str(n) * 16, names[mode], {}), prints(*images))
        for n, (images, mode) in enumerate(zip(episodes, modes, strict=False), start=1)
    ]
    search = Search()
    said = {
        member.episode_id: search.next(member, table)
        for member, table in sorted(members, key=lambda pair: pair[0].order)
    }
    return [said[member.episode_id] for member, _ in members]


def test_a_drawing_of_another_episode_is_recognised_in_another_size_and_coding() -> None:
    _, second = repeats([picture(0), picture(1), picture(2)], [picture(7), coded_again(picture(1))])
    assert second == {10: f"{FIRST}/10"}


def test_a_drawing_that_differs_in_a_mouth_is_no_repeat() -> None:
    assert repeats([picture(0)], [picture(0, mouth=16)])[1] == {}
    assert repeats([picture(0)], [picture(0)])[1] == {0: f"{FIRST}/0"}


def test_of_several_that_fit_the_likest_is_named() -> None:
    _, second = repeats([picture(0, mouth=3), picture(0), picture(0, mouth=2)], [picture(0)])
    assert second == {0: f"{FIRST}/10"}


def test_flat_pictures_repeat_nothing() -> None:
    black = np.zeros((270, 480, 3), np.uint8)
    assert print_of(black).fingerprint == 0
    assert repeats([black], [black]) == [{}, {}]


def test_an_episode_does_not_repeat_itself() -> None:
    assert repeats([picture(0), picture(0)]) == [{}]


def test_nothing_repeats_a_repeat() -> None:
    first, second, third = repeats([picture(0)], [coded_again(picture(0))], [coded_again(picture(0))])
    assert (first, second, third) == ({}, {0: f"{FIRST}/0"}, {0: f"{FIRST}/0"})


def test_rows_that_stay_in_any_case_are_the_originals() -> None:
    assert repeats([picture(0)], [picture(0)], [picture(0)], modes="dkm") == [
        {0: f"{SECOND}/0"},
        {},
        {0: f"{SECOND}/0"},
    ]


def test_what_cannot_be_changed_now_is_taken_as_it_is() -> None:
    search = Search()
    table = prints(picture(0), picture(1))
    fixed = Member(FIRST, "drop", {0: f"{THIRD}/0"}, fixed=True)
    assert search.next(fixed, table) == {0: f"{THIRD}/0"}
    assert search.next(Member(SECOND, "drop", {}), table) == {10: f"{FIRST}/10"}


def likest_of_all(known: np.ndarray, row: np.void) -> int | None:
    """The same without cells: every drawing is compared."""
    apart = np.bitwise_count(known["fingerprint"] ^ row["fingerprint"])
    levels = np.abs(known["sketch"].astype(int) - row["sketch"])
    worst, total = levels.max(axis=(1, 2)), levels.sum(axis=(1, 2))
    fit = (apart <= 6) & (worst <= 4)
    return min(np.flatnonzero(fit), key=lambda n: (worst[n], total[n], n)) if fit.any() else None


def test_the_search_finds_what_comparing_all_with_all_finds() -> None:
    rng, random_bits = np.random.default_rng(3), random.Random(3)
    known = np.zeros(600, PRINT)
    known["frame"] = np.arange(600)
    known["fingerprint"] = rng.integers(1, 2**63, 600, dtype=np.uint64)
    known["sketch"] = rng.integers(0, 256, (600, 9, 16))
    again = known.copy()
    for row in again:
        for _ in range(random_bits.randrange(9)):
            row["fingerprint"] ^= np.uint64(1 << random_bits.randrange(64))
        moved = row["sketch"].astype(int) + rng.integers(-4, 5, (9, 16)) * (1 + (random_bits.random() < 0.2))
        row["sketch"] = np.clip(moved, 0, 255)
    search = Search()
    search.next(Member(FIRST, "mark", {}), known)
    found = search.next(Member(SECOND, "mark", {}), again)
    wanted = {
        int(row["frame"]): f"{FIRST}/{at}" for row in again if (at := likest_of_all(known, row)) is not None
    }
    assert found == wanted
    assert 100 < len(wanted) < 500


def test_only_what_became_a_record_is_remembered() -> None:
    taken = PrintsTaken()
    images = [picture(0), picture(1)]
    seen = list(taken.of(drawings(images)))
    assert [drawing.fingerprint for drawing in seen] == [print_of(image).fingerprint for image in images]
    table = taken.table([10])
    assert table["frame"].tolist() == [10]
    assert table["fingerprint"].tolist() == [seen[1].fingerprint]
    assert (table_from(table.tobytes()) == table).all()


def test_bytes_that_are_no_prints_are_refused() -> None:
    with pytest.raises(ShardError, match="the prints are damaged"):
        table_from(b"nonsense")
