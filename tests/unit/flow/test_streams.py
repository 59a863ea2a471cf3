"""Stages overlap, keep their order, stay bounded, and hand on their errors."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from dougagen.streams import Counted, MappedInOrder, Prefetch, StageClock


def test_prefetched_items_come_in_order_and_end() -> None:
    with Prefetch(range(100), depth=3, name="t") as items:
        assert list(items) == list(range(100))
        assert list(items) == []


def test_a_prefetch_runs_at_most_its_depth_ahead() -> None:
    made: list[int] = []

    def source() -> Iterator[int]:
        for i in range(50):
            made.append(i)
            yield i

    with Prefetch(source(), depth=4, name="t") as items:
        assert next(items) == 0
        deadline = time.monotonic() + 2
        while len(made) < 6 and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.3)
        assert len(made) == 6  # one taken, four waiting, one in the producer's hand


def test_an_error_in_the_thread_is_raised_at_the_reader_after_the_items_before_it() -> None:
    def source() -> Iterator[int]:
        yield 1
        raise ValueError("packet 2 is damaged")

    with Prefetch(source(), depth=2, name="t") as items:
        assert next(items) == 1
        with pytest.raises(ValueError, match="packet 2 is damaged"):
            next(items)


def test_closing_early_ends_the_thread_of_an_endless_source() -> None:
    def endless() -> Iterator[int]:
        i = 0
        while True:
            yield i
            i += 1

    before = threading.active_count()
    with Prefetch(endless(), depth=2, name="t") as items:
        assert next(items) == 0
    assert threading.active_count() == before


def test_chained_prefetches_close_from_the_last_to_the_first() -> None:
    before = threading.active_count()
    with Prefetch(iter(int, 1), depth=2, name="a") as a, Prefetch(a, depth=2, name="b") as b:
        assert next(b) == 0
    assert threading.active_count() == before


def test_mapping_keeps_the_order_whatever_each_item_takes() -> None:
    def slow_when_even(i: int) -> int:
        time.sleep(0.02 if i % 2 == 0 else 0)
        return i * i

    with MappedInOrder(slow_when_even, range(12), workers=4, name="t") as squares:
        assert list(squares) == [i * i for i in range(12)]


def test_mapping_takes_no_more_items_than_its_window() -> None:
    source = Counted(range(100))
    with MappedInOrder(str, source, workers=2, name="t") as words:
        assert next(words) == "0"
        assert source.count == 4


def test_an_error_in_a_mapped_function_reaches_the_reader() -> None:
    def fails(i: int) -> int:
        raise OSError(f"disk full at {i}")

    with (
        MappedInOrder(fails, range(3), workers=2, name="t") as items,
        pytest.raises(OSError, match="disk full at 0"),
    ):
        next(items)


def test_an_outer_stage_is_not_charged_for_what_an_inner_stage_takes() -> None:
    clock = StageClock()

    def decode() -> Iterator[int]:
        for i in range(5):
            time.sleep(0.02)
            yield i

    inner = clock.timed("decode", decode())

    def pairs() -> Iterator[int]:
        yield from inner

    assert list(clock.timed("holds", pairs())) == [0, 1, 2, 3, 4]
    spent = clock.seconds()
    assert spent["decode"] >= 0.1
    assert spent["holds"] < spent["decode"] / 2
