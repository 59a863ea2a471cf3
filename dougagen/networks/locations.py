"""Where weights lie: at the root of a checkout, inside an installed package, or in a folder of the user's."""

from __future__ import annotations

from pathlib import Path

from dougagen.errors import WeightsError
from dougagen.networks.registry import Task

_PACKAGE = Path(__file__).resolve().parent.parent


def default_models_folder() -> Path:
    """``models/`` of the checkout that this package runs from, else of the installed package."""
    checkout = _PACKAGE.parent
    if (checkout / "pyproject.toml").is_file() and (checkout / "models").is_dir():
        return checkout / "models"
    return _PACKAGE / "models"


def find_weights(models: Path | None, task: Task) -> Path:
    """The weights file for ``task``: ``<folder>/<task>.safetensors``; None means the default folder.

    ``models`` may also be a weights file itself. Raises WeightsError with the remedy where there is none.
    """
    folder = default_models_folder() if models is None else models
    if folder.is_file():
        return folder
    path = folder / f"{task}.safetensors"
    if path.is_file():
        return path
    remedy = (
        f"train it with `dougagen train {task}` or point --models to a folder that holds {task}.safetensors"
    )
    where = path if folder.is_dir() else folder
    raise WeightsError(f"there are no weights for the {task} network", where=where, remedy=remedy)
