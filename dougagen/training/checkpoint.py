"""The state of a run on disk: written whole or not at all, read without trusting a pickle."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from dougagen.errors import WeightsError
from dougagen.files import new_file, open_file, refused_as, stat_of

_REMEDY = "delete it to begin anew"
_REQUIRED = ("identity", "step", "seconds", "network", "average", "optimizer", "random")


def write_checkpoint(path: Path, state: Mapping[str, Any]) -> None:
    """Tensors, numbers and strings only. A machine that loses power has the old one or the new one.

    Raises WeightsError where the system refuses.
    """
    with (
        refused_as(WeightsError, path, what="the checkpoint cannot be written"),
        new_file(path, below=path.parent) as file,
    ):
        torch.save(dict(state), file)


def read_checkpoint(
    path: Path, *, identity: str, defaults: Mapping[str, object] | None = None
) -> dict[str, Any] | None:
    """The state of the run called ``identity``, on the CPU; None where no file is.

    An older version had fewer options: what its checkpoint does not name had the value of ``defaults``.

    Raises WeightsError where the file is damaged or belongs to a run with another configuration, and says
    which option differs.
    """
    try:
        with refused_as(WeightsError, path, what="the checkpoint cannot be read"):
            if stat_of(path, below=path.parent) is None:
                return None
            file = open_file(path, below=path.parent)
        with file:
            state = torch.load(file, map_location="cpu", weights_only=True)
    except WeightsError:
        raise
    except Exception as error:  # a pickle that lies can raise anything
        raise WeightsError("the checkpoint is damaged", where=path, remedy=_REMEDY) from error
    if not isinstance(state, dict) or any(name not in state for name in _REQUIRED):
        raise WeightsError("the checkpoint is of another version", where=path, remedy=_REMEDY)
    there, here = _options(state["identity"], defaults or {}), _options(identity, {})
    if there != here:
        differs = _difference(there, here)
        raise WeightsError(
            f"the checkpoint is of a run with another configuration{differs}", where=path, remedy=_REMEDY
        )
    return state


def _options(identity: object, defaults: Mapping[str, object]) -> dict[str, Any]:
    """The options that an identity names, as JSON has them; none where it is damaged."""
    try:
        named = json.loads(str(identity))
        return {**json.loads(json.dumps(dict(defaults))), **named}
    except (ValueError, TypeError):
        return {}


def _difference(there: Mapping[str, Any], here: Mapping[str, Any]) -> str:
    """`` (seed: 0 there, 1 here)``: the first option that differs, as JSON."""
    names = sorted({*there, *here})
    name = next((n for n in names if there.get(n) != here.get(n)), None)
    if name is None or not there:
        return ""
    return f" ({name}: {json.dumps(there.get(name))} there, {json.dumps(here.get(name))} here)"[:200]
