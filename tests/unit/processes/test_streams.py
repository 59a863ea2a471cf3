"""Stages overlap, keep their order, stay bounded, and hand on their errors."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from waiting import comes

from dougagen.processes import streams
from dougagen.processes.streams import Counted, MappedInOrder, Prefetch, StageClock


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
        assert comes(lambda: len(made) == 6)
        time.sleep(0.3)  # for one too many to come
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

    with Prefetch(endless(), depth=2, name="endless") as items:
        assert next(items) == 0
        assert threads("dougagen-endless") == 1
    assert threads("dougagen-endless") == 0


def test_chained_prefetches_close_from_the_last_to_the_first() -> None:
    with Prefetch(iter(int, 1), depth=2, name="of-two") as a, Prefetch(a, depth=2, name="of-two") as b:
        assert next(b) == 0
        assert threads("dougagen-of-two") == 2
    assert threads("dougagen-of-two") == 0


def threads(name: str) -> int:
    """Those that run under this name; others may end while we look."""
    return sum(thread.name == name for thread in threading.enumerate())


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


def test_what_is_mapped_is_handed_out_while_the_next_item_is_made() -> None:
    made = threading.Event()

    def items() -> Iterator[int]:
        yield from (1, 2)
        if not made.wait(60):
            raise AssertionError("nobody hands out what is done")
        yield 3

    with (
        Prefetch(items(), depth=4, name="t") as source,
        MappedInOrder(str, source, workers=4, name="t", is_dry=lambda: source.is_dry) as words,
    ):
        assert [next(words), next(words)] == ["1", "2"], "the third would have been waited for"
        made.set()
        assert list(words) == ["3"]
        assert not source.is_dry


def test_an_error_in_a_mapped_function_reaches_the_reader() -> None:
    def fails(i: int) -> int:
        raise OSError(f"disk full at {i}")

    with (
        MappedInOrder(fails, range(3), workers=2, name="t") as items,
        pytest.raises(OSError, match="disk full at 0"),
    ):
        next(items)


def test_an_outer_stage_is_not_charged_for_what_an_inner_stage_takes(monkeypatch) -> None:
    now = 0.0  # s, by a clock that only the stages move
    monkeypatch.setattr(streams, "time", SimpleNamespace(perf_counter=lambda: now))
    clock = StageClock()

    def decode() -> Iterator[int]:
        nonlocal now
        for i in range(5):
            now += 2
            yield i

    inner = clock.timed("decode", decode())

    def pairs() -> Iterator[int]:
        nonlocal now
        for item in inner:
            now += 1
            yield item

    assert list(clock.timed("holds", pairs())) == [0, 1, 2, 3, 4]
    assert clock.seconds() == {"decode": 10, "holds": 5}
