"""Where weights lie: at the root of a checkout, inside an installed package, or in a folder of the user's."""

from __future__ import annotations

from pathlib import Path

from dougagen.errors import WeightsError
from dougagen.files import require_local
from dougagen.networks.registry import Task

_PACKAGE = Path(__file__).resolve().parent.parent


def default_models_folder() -> Path:
    """``models/`` of the checkout that this package runs from, else of the installed package."""
    checkout = _PACKAGE.parent
    if (checkout / "pyproject.toml").is_file() and (checkout / "models").is_dir():
        return checkout / "models"
    return _PACKAGE / "models"


SHIPPED = "shipped"
"""The word for the weights of dougagen, where a file of weights may be named."""


def start_weights(name: str, task: Task) -> Path:
    """The file of weights to start a training of ``task`` from.

    A path, ``shipped`` for the network of dougagen for this task, or the name of one of its networks, ``cel``
    or ``douga``; a file of that name comes first.

    Raises WeightsError where ``name`` is a word and there is neither a file nor a network of that name.
    """
    require_local(name)
    path = Path(name)
    if path.exists() or path.suffix or len(path.parts) != 1:
        return path
    if name == SHIPPED:
        return find_weights(None, task)
    if name in tuple(Task):
        return find_weights(None, Task(name))
    raise WeightsError(
        "no file, and none of the networks that ship, is called so",
        where=name,
        remedy=f"name a file, or {', '.join([SHIPPED, *Task])}",
    )


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
