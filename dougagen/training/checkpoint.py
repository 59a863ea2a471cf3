"""The state of a run on disk: written whole or not at all, read without trusting a pickle."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from dougagen.errors import WeightsError

_REMEDY = "delete it to begin anew"


def write_checkpoint(path: Path, state: Mapping[str, Any]) -> None:
    """Tensors, numbers and strings only."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    torch.save(dict(state), unfinished)
    unfinished.replace(path)


def read_checkpoint(path: Path, *, identity: str) -> dict[str, Any] | None:
    """The state of the run called ``identity``; None where no file is.

    Raises WeightsError where the file is damaged or belongs to a run with another configuration.
    """
    if not path.is_file():
        return None
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (RuntimeError, EOFError, OSError, ValueError, pickle.UnpicklingError) as error:
        raise WeightsError("the checkpoint is damaged", where=path, remedy=_REMEDY) from error
    if not isinstance(state, dict) or state.get("identity") != identity:
        raise WeightsError(
            "the checkpoint is of a run with another configuration", where=path, remedy=_REMEDY
        )
    return state
