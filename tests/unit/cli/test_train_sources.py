"""`train` takes its pictures from shards or from the studio."""

from __future__ import annotations

from pathlib import Path

import pytest

from dougagen.cli.train import Task, train
from dougagen.errors import ConfigError, UsageError


def test_pictures_come_from_one_place(tmp_path: Path) -> None:
    for choice in ({}, {"shards": [tmp_path], "studio": True}):
        with pytest.raises(UsageError, match="give --shards DIR or --studio, not both"):
            train(Task.CEL, steps=1, out=tmp_path, **choice)


def test_a_profile_that_nobody_knows_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="unknown profile 'gold'; one of natural, training"):
        train(Task.CEL, studio=True, profile="gold", steps=1, out=tmp_path)
