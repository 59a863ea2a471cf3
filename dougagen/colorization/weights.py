"""A colouriser's weights on disk: safetensors in half precision, with everything that is needed to load them.

The file looks like those of the reading networks (``networks.weights``); its task is ``colorizer``. No pickle
is read or written.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import torch
from safetensors import SafetensorError
from safetensors.torch import load as tensors_of
from safetensors.torch import save as bytes_of
from torch import Tensor, nn

from dougagen.colorization.systems import build_colorizer
from dougagen.errors import ConfigError, WeightsError
from dougagen.files import open_file, read_file, refused_as, write_file
from dougagen.networks import default_models_folder, on_disk, read_header

TASK = "colorizer"
FILE_NAME = f"{TASK}.safetensors"
FORMAT_VERSION = "1"
LARGEST_FILE = 128 * 2**20  # bytes
_RESERVED = ("format_version", "task", "architecture", "options")
_REMEDY = "use weights made by `dougagen train colorizer` of this version"


@dataclass(frozen=True, slots=True, eq=False)
class LoadedColorizer:
    """A network with its trained weights, in evaluation mode, float32, on the CPU."""

    module: nn.Module = field(repr=False)
    path: Path
    architecture: str
    options: Mapping[str, object]
    facts: Mapping[str, str]
    sha256: str
    """Hex digest of the whole file."""


def save_colorizer(
    module: nn.Module,
    path: Path,
    *,
    architecture: str,
    options: Mapping[str, object],
    facts: Mapping[str, str],
) -> None:
    """Write the weights; the file is there whole or not at all.

    Raises WeightsError where a weight is not finite in half precision, or the system refuses.
    """
    tensors = {name: on_disk(name, tensor, path) for name, tensor in module.state_dict().items()}
    header = {
        **facts,
        "format_version": FORMAT_VERSION,
        "task": TASK,
        "architecture": architecture,
        "options": json.dumps(dict(options)),
    }
    with refused_as(WeightsError, path, what="the weights cannot be written"):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, bytes_of(tensors, metadata=header), below=path.parent)


def find_colorizer(models: Path | None) -> Path:
    """``colorizer.safetensors`` of a folder, or a file itself; None means those that ship with dougagen.

    Raises WeightsError with the remedy where there is none.
    """
    folder = default_models_folder() if models is None else models
    path = folder if folder.is_file() else folder / FILE_NAME
    if path.is_file():
        return path
    train = "`dougagen train colorizer --config ours --shards DIR --minutes 60 --out trained/`"
    if models is None:
        raise WeightsError(
            "there are no weights of a colouriser in this installation",
            remedy=f"install dougagen anew, or train some with {train} and give --models trained/",
        )
    raise WeightsError("there are no weights of a colouriser", where=path, remedy=f"train some with {train}")


def is_colorizer(path: Path) -> bool:
    """Whether a weights file says that it holds a colouriser. Raises WeightsError where it has no header."""
    with refused_as(WeightsError, path, what="the weights cannot be read"), open_file(path) as file:
        return bool(read_header(file, path)["__metadata__"].get("task") == TASK)


def load_colorizer(path: Path) -> LoadedColorizer:
    """The network of a weights file. Raises WeightsError for anything that is not as it should be."""
    with refused_as(WeightsError, path, what="the weights cannot be read", remedy=_REMEDY):
        content = read_file(path, most=LARGEST_FILE)
        with open_file(path) as file:
            said: dict[str, str] = read_header(file, path)["__metadata__"]
    missing = [key for key in _RESERVED if key not in said]
    if missing or said["task"] != TASK or said["format_version"] != FORMAT_VERSION:
        raise WeightsError("these are no weights of a colouriser", where=path, remedy=_REMEDY)
    try:
        options = json.loads(said["options"])
        module = build_colorizer(said["architecture"], dict(options))
        tensors = tensors_of(content)
    except ConfigError as error:
        raise WeightsError(
            f"the weights cannot be used ({error.what})", where=path, remedy=_REMEDY
        ) from error
    except (SafetensorError, ValueError, TypeError, RecursionError, MemoryError) as error:
        raise WeightsError("the weights file is damaged", where=path, remedy=_REMEDY) from error
    _fill(module, tensors, path)
    facts = {key: value for key, value in said.items() if key not in _RESERVED}
    return LoadedColorizer(
        module.to(memory_format=torch.channels_last).eval(),  # type: ignore[call-overload]
        path,
        said["architecture"],
        MappingProxyType(options),
        MappingProxyType(facts),
        hashlib.sha256(content).hexdigest(),
    )


def _fill(module: nn.Module, tensors: Mapping[str, Tensor], path: Path) -> None:
    wanted = module.state_dict()
    for name in sorted({*wanted, *tensors}):
        if name not in wanted or name not in tensors or wanted[name].shape != tensors[name].shape:
            raise WeightsError(
                f"the tensor {name!r} is not what the network needs", where=path, remedy=_REMEDY
            )
        tensor = tensors[name]
        if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
            raise WeightsError(
                f"the tensor {name!r} holds values that are not finite", where=path, remedy=_REMEDY
            )
        if name.endswith("running_var") and bool((tensor < 0).any()):  # a root is taken of it
            raise WeightsError(f"the tensor {name!r} holds negative variances", where=path, remedy=_REMEDY)
    module.load_state_dict({name: tensor.to(wanted[name].dtype) for name, tensor in tensors.items()})
