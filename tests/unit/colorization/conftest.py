"""A shot of a round face in a coat: its records, and a colouriser that has learned nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
import records
import torch
from painted import HEIGHT, TINY, WIDTH, record_of

from dougagen.colorization.systems import build_colorizer, system_options
from dougagen.colorization.weights import save_colorizer
from dougagen.domain import Record


@pytest.fixture(scope="session")
def shot() -> list[Record]:
    """Four drawings of one shot."""
    return [record_of(number, shift=2 * number) for number in range(4)]


@pytest.fixture(scope="session")
def shards(tmp_path_factory: pytest.TempPathFactory, shot: list[Record]) -> Path:
    out = tmp_path_factory.mktemp("colour") / "shards"
    records.commit(out, shot, records.entry_of(len(shot), width=WIDTH, height=HEIGHT))
    return out


@pytest.fixture(scope="session")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``ours``, very small and random."""
    torch.manual_seed(3)
    options = system_options("ours", TINY)
    path = tmp_path_factory.mktemp("weights") / "colorizer.safetensors"
    network = build_colorizer("ours", options)
    save_colorizer(network, path, architecture="ours", options=options, facts={"lines": "exact"})
    return path
