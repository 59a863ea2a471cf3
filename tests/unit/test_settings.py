"""What is said in a file or on a line becomes values."""

from __future__ import annotations

from fractions import Fraction

import pytest

from dougagen.errors import UsageError
from dougagen.settings import seconds_of


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("90", Fraction(90)),
        ("0.5", Fraction(1, 2)),
        ("1:30", Fraction(90)),
        ("0:01:30", Fraction(90)),
        ("1:02:03.25", Fraction(3723) + Fraction(1, 4)),
        ("120:00", Fraction(7200)),
    ],
)
def test_times_are_seconds_or_clock_times(text: str, value: Fraction) -> None:
    assert seconds_of(text, option="--start") == value


@pytest.mark.parametrize("text", ["", "soon", "-1", "1:2:3:4", "1:60:00", "1e9", "nan"])
def test_other_words_are_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError, match="--start takes seconds or h:mm:ss"):
        seconds_of(text, option="--start")
