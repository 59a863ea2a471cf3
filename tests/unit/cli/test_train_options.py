"""`train --config`: options go before the file, the file before its base; what does not fit is one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from dougagen.cli.loss_curve import curve_of
from dougagen.cli.train import train
from dougagen.errors import ConfigError, UsageError
from dougagen.networks import Task


def configured(folder: Path, text: str) -> str:
    path = folder / "mine.toml"
    path.write_text(text)
    return str(path)


def test_a_configuration_of_the_other_task_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="'douga' trains douga, not cel"):
        train(Task.CEL, config="douga", studio=True, out=tmp_path)


def test_a_configuration_that_says_no_task_asks_for_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="say what to train; cel or douga"):
        train(config="light", studio=True, out=tmp_path)


def test_a_budget_may_stand_in_either_place_but_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="needs a budget; give --minutes or --steps, not both"):
        train(Task.CEL, studio=True, out=tmp_path)
    with pytest.raises(ConfigError, match="needs a budget; give --minutes or --steps, not both"):
        train(Task.CEL, studio=True, minutes=1, steps=1, config="cel", out=tmp_path)


def test_options_go_before_the_file(tmp_path: Path) -> None:
    """Each is shown by the line about it: the first value that cannot be is named."""
    mine = configured(tmp_path, 'task = "cel"\nsteps = 1\ncrop = 5\n[studio]\nprofile = "gold"\n')
    with pytest.raises(ConfigError, match="crop must be 0 or in"):
        train(config=mine, out=tmp_path)
    with pytest.raises(ConfigError, match="unknown profile 'gold'"):
        train(config=mine, crop=32, out=tmp_path)
    with pytest.raises(ConfigError, match="scenes ≥ first"):
        train(config=mine, crop=32, profile="natural", scenes=3, first=4, out=tmp_path)


def test_pictures_are_needed_where_a_file_names_no_studio(tmp_path: Path) -> None:
    mine = configured(tmp_path, 'task = "cel"\nsteps = 1\n')
    with pytest.raises(UsageError, match="give --shards DIR, --studio or both"):
        train(config=mine, out=tmp_path)


def test_the_loss_is_drawn_as_bars(tmp_path: Path) -> None:
    log = tmp_path / "cel.log.csv"
    assert curve_of(log) == ""
    log.write_text("step,loss\n" + "".join(f"{n},{8 - n}\n" for n in range(8)))
    assert curve_of(log) == "█▇▆▅▄▃▂▁"
    log.write_text("step,loss\n" + "".join(f"{n},1.0\n" for n in range(100)))
    assert curve_of(log) == "▁" * 40


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ({}, "a colorizer learns from shards; give --shards DIR"),
        ({"studio": True}, "--studio is for cel and douga; a colorizer learns from --shards alone"),
        ({"start": "shipped"}, "--from is for cel and douga"),
        ({"profile": "natural"}, "--profile is for cel and douga"),
        (
            {"shards": [Path("here")], "config": "cel"},
            "no configuration of a colouriser called 'cel'; one of ours",
        ),
        ({"shards": [Path("here")], "encoder": "lite0"}, "unknown training option 'encoder'"),
        ({"shards": [Path("here")], "minutes": 1, "steps": 1}, "give --minutes or --steps, not both"),
    ],
)
def test_what_a_colorizer_has_no_use_for_is_a_line(
    words: dict[str, object], complaint: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=complaint):
        train("colorizer", out=tmp_path, **words)


def test_lines_are_for_a_colorizer(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--lines is for a colorizer"):
        train(Task.CEL, lines="canny", studio=True, out=tmp_path)
