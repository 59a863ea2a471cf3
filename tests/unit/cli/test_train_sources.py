"""`train` takes its pictures from shards or from the studio."""

from __future__ import annotations

from pathlib import Path

import pytest

from dougagen.cli.train import train
from dougagen.errors import ConfigError, UsageError
from dougagen.networks import Task


def test_a_training_needs_pictures(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="needs pictures; give --shards DIR, --studio or both"):
        train(Task.CEL, steps=1, out=tmp_path)


@pytest.mark.parametrize("choice", [{"studio": True}, {"shards": [Path("mine")]}])
def test_a_share_of_own_drawings_needs_others_to_share_with(
    tmp_path: Path, choice: dict[str, object]
) -> None:
    with pytest.raises(UsageError, match="--own-share mixes --shards and --studio"):
        train(Task.CEL, own_share=0.5, steps=1, out=tmp_path, **choice)  # type: ignore[arg-type]


def test_a_profile_that_nobody_knows_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="unknown profile 'gold'; one of natural, training"):
        train(Task.CEL, studio=True, profile="gold", steps=1, out=tmp_path)
