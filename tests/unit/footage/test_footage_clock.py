"""Times always grow, whatever the stamps of a file do."""

from __future__ import annotations

from fractions import Fraction

import pytest

from dougagen.footage.clock import FrameClock


def times(stamps: list[float | None]) -> list[float]:
    """Tenths of a second at ten frames a second."""
    clock = FrameClock(usual=Fraction(1, 10))
    told = [None if s is None else Fraction(s).limit_denominator(1000) for s in stamps]
    return [round(float(clock.time_of(a, b)), 6) for a, b in zip(told, [*told[1:], None], strict=True)]


@pytest.mark.parametrize(
    ("what", "stamps", "wanted"),
    [
        ("even", [0, 0.1, 0.2, 0.3], [0, 0.1, 0.2, 0.3]),
        ("late start", [7, 7.1, 7.2], [0, 0.1, 0.2]),
        ("negative start", [-0.2, -0.1, 0], [0, 0.1, 0.2]),
        ("a gap", [0, 0.1, 60, 60.1], [0, 0.1, 60, 60.1]),
        ("none at all", [None, None, None], [0, 0.1, 0.2]),
        ("some missing", [0, None, 0.2, None, 0.4], [0, 0.1, 0.2, 0.3, 0.4]),
        ("the first missing", [None, 5, 5.1], [0, 0.1, 0.2]),
        ("one twice", [0, 0.1, 0.1, 0.3], [0, 0.1, 0.2, 0.3]),
        ("one wrong", [0, 0.1, 900, 0.3, 0.4], [0, 0.1, 0.2, 0.3, 0.4]),
        ("begins anew", [0, 0.1, 0.2, -50, -49.9], [0, 0.1, 0.2, 0.3, 0.4]),
        ("a little back", [0, 0.1, 0.2, 0.15, 0.4], [0, 0.1, 0.2, 0.3, 0.4]),
    ],
)
def test_stamps_become_seconds_from_the_first_picture(what, stamps, wanted):
    assert times(stamps) == wanted
