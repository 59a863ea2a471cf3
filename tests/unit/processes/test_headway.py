"""How far a flow is, with a clock that the test turns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from dougagen.processes.headway import Headway, Progress


@dataclass(frozen=True)
class Drawn:
    drawing_index: int
    held_frames: int


class Flow:
    """A flow by hand: ten drawings on twos and one held for 80 frames, 100 frames in all."""

    def __init__(self, expected: int | None = 100) -> None:
        self.time = self.busy = 0.0
        self.decoded = 0
        self.headway = Headway(
            expected=expected, decoded=lambda: self.decoded, busy=lambda: self.busy, clock=lambda: self.time
        )
        held = [2] * 10 + [80]
        self.drawings = self.headway.finding(Drawn(index, frames) for index, frames in enumerate(held))

    def networks(self, batch: int, seconds: float) -> Iterator[Drawn]:
        """Batch after batch out of the networks, each after so many seconds."""

        def results() -> Iterator[Drawn]:
            while taken := [one for _, one in zip(range(batch), self.drawings, strict=False)]:
                self.time += seconds
                self.busy += seconds
                yield from taken

        return self.headway.reading(results())


def test_it_counts_up_to_the_last_exposure_that_is_written_and_not_what_is_decoded() -> None:
    flow = Flow()
    flow.decoded = 100
    out = flow.networks(batch=2, seconds=4)
    first = next(out)
    assert (flow.headway.now().frames, flow.headway.now().stage) == (0, "writing")
    flow.headway.wrote(first.drawing_index)
    assert flow.headway.now().frames == 2
    flow.headway.wrote(next(out).drawing_index)
    assert (flow.headway.now().frames, flow.headway.now().stage) == (4, "decoding")


def test_before_anything_is_known_of_the_networks_nothing_is_said_of_the_time_left() -> None:
    flow = Flow()
    assert flow.headway.now() == Progress(0, 100, 0, "decoding", None)
    next(flow.drawings)
    assert flow.headway.now() == Progress(0, 100, 0, "networks", None)
    assert Flow(expected=None).headway.now().frames_expected is None


def test_once_all_is_decoded_the_time_left_is_what_remains_of_the_networks_by_drawings() -> None:
    """By frames there would be 80 % left at the last drawing; it is one picture of eleven."""
    flow = Flow()
    flow.decoded = 100
    out = flow.networks(batch=1, seconds=3)
    for _ in range(10):
        flow.headway.wrote(next(out).drawing_index)
    list(flow.drawings)  # the last one waits for the networks
    now = flow.headway.now()
    assert (now.frames, now.frames_expected, now.stage) == (20, 100, "networks")
    assert now.seconds_left == pytest.approx(3)
    flow.time += 2
    assert flow.headway.now().seconds_left == pytest.approx(1), "counted down within a batch"


def test_a_window_that_takes_long_says_how_much_of_it_is_done_and_how_long_it_still_takes() -> None:
    """The first result comes when all of a window is read: until then its share speaks for it."""
    flow = Flow()
    list(flow.drawings)  # all eleven are handed over
    flow.decoded = 100
    flow.headway.within(0.0)
    assert (flow.headway.now().stage, flow.headway.now().seconds_left) == ("networks", None)
    for share in (0.25, 0.5, 0.75):
        flow.time += 10
        flow.headway.within(share)
        now = flow.headway.now()
        assert (now.frames, now.stage) == (0, f"networks {100 * share:.0f} %")
        assert now.seconds_left == pytest.approx(40 * (1 - share))
    out = flow.headway.reading(iter(range(1)))
    next(out)
    assert flow.headway.now().stage == "writing"


def test_what_is_left_of_decoding_counts_where_decoding_is_slowest() -> None:
    flow = Flow()
    out = flow.networks(batch=1, seconds=0.01)
    for _ in range(10):
        flow.headway.wrote(next(out).drawing_index)
    flow.time, flow.decoded = 40.0, 20
    assert flow.headway.now().seconds_left == pytest.approx(160)


def test_drawings_that_are_left_out_count_as_passed_and_at_the_end_all_is_done() -> None:
    flow = Flow()
    out = list(flow.networks(batch=4, seconds=1))
    flow.headway.wrote(out[7].drawing_index)
    assert (flow.headway.now().frames, flow.headway.now().records) == (16, 1)
    flow.headway.ended()
    assert flow.headway.now() == Progress(100, 100, 1, "committing", 0.0)


def test_a_container_that_promised_more_or_less_is_corrected() -> None:
    for promised in (10, 1000):
        flow = Flow(expected=promised)
        list(flow.networks(batch=11, seconds=1))
        assert flow.headway.now().frames_expected == 100
