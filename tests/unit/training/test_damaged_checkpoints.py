"""A checkpoint is a pickle in an archive, and a damaged one can make the reader of pickles raise anything."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
import torch

from dougagen.errors import WeightsError
from dougagen.training.checkpoint import read_checkpoint


@pytest.mark.parametrize("pickled", [b"\x80\x02s.", b"\x80\x02K\x01K\x02s.", b"\x80\x02.", b""])
def test_a_checkpoint_whose_pickle_makes_no_sense_is_a_line(tmp_path: Path, pickled: bytes) -> None:
    """The first one sets an item of nothing: torch raises IndexError."""
    torch.save({"step": 1}, tmp_path / "whole")
    path = tmp_path / "checkpoint"
    with zipfile.ZipFile(tmp_path / "whole") as whole, zipfile.ZipFile(path, "w") as damaged:
        for name in whole.namelist():
            damaged.writestr(name, pickled if name.endswith("data.pkl") else whole.read(name))
    with pytest.raises(WeightsError, match="the checkpoint is damaged"):
        read_checkpoint(path, identity="{}")
