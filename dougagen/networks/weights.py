"""Weights on disk: safetensors, half precision, checked for all that a stranger's file could get wrong.

A file holds the tensors of one network and, in its header, the strings ``format_version``, ``architecture``,
``options`` (JSON), ``task``, ``wiring`` and the facts of the training. It may bring the network that
decides about areas by its word: the tensors of that begin with ``areas.``, its options stand under ``areas``.
No pickle is read or written anywhere.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO

import torch
import torch.nn.functional as F
from safetensors import SafetensorError
from safetensors.torch import load as tensors_of
from safetensors.torch import save as bytes_of
from torch import Tensor, nn

from dougagen.errors import ConfigError, WeightsError
from dougagen.files import open_file, read_file, refused_as, write_file
from dougagen.networks.area_network import AREA_SHAPES, AreaNetwork, AreaNetworkConfig
from dougagen.networks.registry import Task, build_network
from dougagen.networks.wiring import WORKING_LINES, Wiring

FORMAT_VERSION = "1"
LARGEST_FILE = 512 * 2**20  # bytes; a GCN on ResNet-101 is about 100 MB in half precision
_MOST_LINES = 8192
_LARGEST_HEADER = 4 * 2**20  # bytes
_LONGEST_LINE = 300  # characters
_RESERVED = ("format_version", "architecture", "options", "task", "wiring")
_GROWING = ("stem.", "head.look.", "head.classify.", "trunk.stem.", "classify.")
"""Layers that read the input or say the classes."""
_AREAS = "areas"
_OF_AREAS = f"{_AREAS}."
_REMEDY = "use weights made by `dougagen train` of this version"


@dataclass(frozen=True, slots=True)
class WeightsFacts:
    """What a weights file says of itself; read without its tensors."""

    path: Path
    task: Task
    architecture: str
    options: Mapping[str, object]
    wiring: Wiring
    facts: Mapping[str, str]
    """What the training noted: data, seed, steps, commit, scores."""

    @property
    def name(self) -> str:
        """The file's name without its suffix."""
        return self.path.stem


@dataclass(frozen=True, slots=True, eq=False)
class LoadedNetwork:
    """A network with its trained weights, in evaluation mode, float32, on the CPU."""

    module: nn.Module = field(repr=False)
    name: str
    task: Task
    architecture: str
    classes: int
    wiring: Wiring
    facts: Mapping[str, str]
    sha256: str
    """Hex digest of the whole file."""
    areas: AreaNetwork | None = field(default=None, repr=False)
    """What decides about areas by the word of this network; not each has one."""
    options: Mapping[str, object] = field(default_factory=dict)
    """Of the architecture."""


def save_weights(
    module: nn.Module,
    path: Path,
    *,
    architecture: str,
    options: Mapping[str, object],
    task: Task,
    facts: Mapping[str, str],
    wiring: Wiring = Wiring.SYNTHETIC_CEL,
    areas: AreaNetwork | None = None,
) -> None:
    """Write the network's weights, floats in half precision; the file is there whole or not at all.

    Raises WeightsError where a weight is not finite in half precision, a fact takes a reserved name, or the
    system refuses.
    """
    taken = sorted(set(facts) & set(_RESERVED))
    if taken:
        raise WeightsError(f"the fact {taken[0]!r} has a reserved name", where=path)
    tensors = {name: on_disk(name, tensor, path) for name, tensor in module.state_dict().items()}
    of_areas: dict[str, str] = {}
    if areas is not None:
        of_areas[_AREAS] = json.dumps(asdict(areas.config))
        for name, tensor in areas.state_dict().items():
            tensors[_OF_AREAS + name] = on_disk(name, tensor, path)
    header = {
        **{name: value for name, value in facts.items() if name != _AREAS},
        **of_areas,
        "format_version": FORMAT_VERSION,
        "architecture": architecture,
        "options": json.dumps(dict(options)),
        "task": str(task),
        "wiring": str(wiring),
    }
    with refused_as(WeightsError, path, what="the weights cannot be written"):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, bytes_of(tensors, metadata=header), below=path.parent)


def read_weights_facts(path: Path) -> WeightsFacts:
    """The header of a weights file, checked; its tensors stay on disk. Raises WeightsError."""
    _require_size(path)
    try:
        with open_file(path) as file:
            header = read_header(file, path)
    except OSError as error:
        raise WeightsError(f"the weights cannot be read ({error.strerror})", where=path) from error
    return _facts_of(header["__metadata__"], path)


def read_header(file: BinaryIO, path: Path) -> dict[str, Any]:
    """The header of a safetensors file; the file stands at its first tensor afterwards.

    Eight bytes with its length, then JSON: the tensors' places, and under ``__metadata__`` strings by name,
    which are checked. Raises WeightsError, naming ``path``.
    """
    length = int.from_bytes(file.read(8), "little")
    text = file.read(length) if 0 < length <= _LARGEST_HEADER else b""
    if not text or len(text) < length:
        raise WeightsError("the weights file is damaged (header length)", where=path, remedy=_REMEDY)
    try:
        header = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise WeightsError("the weights file is damaged (header)", where=path, remedy=_REMEDY) from error
    metadata = header.get("__metadata__") if isinstance(header, dict) else None
    if not isinstance(metadata, dict) or not all(isinstance(v, str) for v in metadata.values()):
        raise WeightsError("not dougagen weights: the header says nothing", where=path, remedy=_REMEDY)
    assert isinstance(header, dict)
    return header


def load_weights(path: Path) -> LoadedNetwork:
    """The network of a weights file. Raises WeightsError for anything that is not as it should be."""
    facts = read_weights_facts(path)
    with refused_as(WeightsError, path, what="the weights cannot be read", remedy=_REMEDY):
        content = read_file(path, most=LARGEST_FILE)
    try:
        tensors = tensors_of(content)
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        reason = str(error).splitlines()[0]
        raise WeightsError(f"the weights file is damaged ({reason})", where=path, remedy=_REMEDY) from error
    try:
        with torch.device("meta"):  # no memory is spent on sizes that the file's own tensors do not bear out
            module = build_network(facts.architecture, facts.options)
    except ConfigError as error:
        raise WeightsError(_shortened(str(error)), where=path, remedy=_REMEDY) from error
    if facts.options.get("classes") != facts.task.classes:
        got = f"{facts.options.get('classes')} classes where {facts.task} has {facts.task.classes}"
        raise WeightsError(f"the weights hold {got}", where=path, remedy=_REMEDY)
    _require_channels(facts)
    of_areas = {
        name.removeprefix(_OF_AREAS): tensors.pop(name)
        for name in list(tensors)
        if name.startswith(_OF_AREAS)
    }
    _fill(module, tensors, path)
    return LoadedNetwork(
        module=module.eval(),
        name=facts.name,
        task=facts.task,
        architecture=facts.architecture,
        options=facts.options,
        classes=facts.task.classes,
        wiring=facts.wiring,
        facts=facts.facts,
        sha256=hashlib.sha256(content).hexdigest(),
        areas=_areas_of(facts, of_areas, path),
    )


def _areas_of(facts: WeightsFacts, tensors: Mapping[str, Tensor], path: Path) -> AreaNetwork | None:
    """The network of areas that the file brings. Raises WeightsError."""
    said = facts.facts.get(_AREAS)
    if said is None and not tensors:
        return None
    try:
        options = json.loads(said or "")
        if not isinstance(options, dict):
            raise ConfigError("the options of the area network are no table")
        with torch.device("meta"):
            network = AreaNetwork(AreaNetworkConfig.of(options), AREA_SHAPES[facts.task])
    except (ValueError, RecursionError) as error:
        raise WeightsError(
            "the weights file is damaged (options of areas)", where=path, remedy=_REMEDY
        ) from error
    except ConfigError as error:
        raise WeightsError(_shortened(str(error)), where=path, remedy=_REMEDY) from error
    _fill(network, tensors, path)
    return network.eval()


def _shortened(what: str) -> str:
    """A message that quotes options, which a stranger can make as long as the header."""
    return what if len(what) <= _LONGEST_LINE else f"{what[:_LONGEST_LINE]} …"


def lines_read_by(network: LoadedNetwork) -> int:
    """At how many lines a network reads a picture; 0: at the picture's own. Raises WeightsError."""
    text = network.facts.get(WORKING_LINES, "0")
    if not text.isdecimal() or int(text) > _MOST_LINES:
        raise WeightsError(
            f"{network.name} asks to read pictures at {text[:20]!r} lines", remedy="use other weights"
        )
    return int(text)


def grown_state(start: LoadedNetwork, module: nn.Module) -> dict[str, Tensor]:
    """The tensors of ``start`` with zeros where ``module`` has more channels in or classes out.

    A network that is given further inputs then begins by saying what it said without them.
    Raises WeightsError where the two differ in anything else.
    """
    held, grown = start.module.state_dict(), {}
    for name, wanted in module.state_dict().items():
        tensor = held.pop(name, None)
        if tensor is None or tensor.ndim != wanted.ndim or tensor.shape[2:] != wanted.shape[2:]:
            raise _other_network(start)
        more = [new - old for new, old in zip(wanted.shape[:2], tensor.shape[:2], strict=True)]
        if any(count < 0 for count in more) or (any(more) and not name.startswith(_GROWING)):
            raise _other_network(start)
        pads = [pad for count in reversed(more) for pad in (0, count)]
        grown[name] = F.pad(tensor, [0] * 2 * (tensor.ndim - len(more)) + pads) if any(more) else tensor
    if held:
        raise _other_network(start)
    return grown


def _other_network(start: LoadedNetwork) -> WeightsError:
    return WeightsError(
        f"cannot start from {start.name}: its {start.architecture} network has other sizes",
        remedy="train with the options that it was trained with, or start from random weights",
    )


def _require_size(path: Path) -> None:
    if not path.is_file():
        raise WeightsError(
            "no such weights file", where=path, remedy="give a .safetensors file or a folder of them"
        )
    size = path.stat().st_size
    if size > LARGEST_FILE:
        bound = LARGEST_FILE // 2**20
        raise WeightsError(f"the weights file is larger than {bound} MB", where=path, remedy=_REMEDY)


def _facts_of(metadata: Mapping[str, str], path: Path) -> WeightsFacts:
    missing = [key for key in _RESERVED if key not in metadata]
    if missing:
        raise WeightsError(
            f"not dougagen weights: no {missing[0]!r} in the header", where=path, remedy=_REMEDY
        )
    version = metadata["format_version"]
    if version != FORMAT_VERSION:
        raise WeightsError(
            f"weights of format version {version!r}, this program reads {FORMAT_VERSION!r}",
            where=path,
            remedy=_REMEDY,
        )
    if metadata["wiring"] not in list(Wiring):
        raise WeightsError(f"unknown wiring {metadata['wiring']!r}", where=path, remedy=_REMEDY)
    try:
        task = Task(metadata["task"])
        options = json.loads(metadata["options"])
    except (ValueError, RecursionError) as error:
        raise WeightsError(
            "the weights file is damaged (task or options)", where=path, remedy=_REMEDY
        ) from error
    if not isinstance(options, dict):
        raise WeightsError("the weights file is damaged (options)", where=path, remedy=_REMEDY)
    facts = {key: value for key, value in metadata.items() if key not in _RESERVED}
    return WeightsFacts(
        path=path,
        task=task,
        architecture=metadata["architecture"],
        options=MappingProxyType(options),
        wiring=Wiring(metadata["wiring"]),
        facts=MappingProxyType(facts),
    )


def _require_channels(facts: WeightsFacts) -> None:
    """The wiring and the network must agree on what goes in and comes out."""
    wanted = (facts.wiring.channels, facts.wiring.mask_logits)
    got = (facts.options.get("inputs", 3), facts.options.get("mask_logits", 0))
    if got != wanted:
        raise WeightsError(
            f"the network has {got[0]} channels in and {got[1]} mask logits, its wiring {facts.wiring!s} "
            f"{wanted[0]} and {wanted[1]}",
            where=facts.path,
            remedy=_REMEDY,
        )


def on_disk(name: str, tensor: Tensor, path: Path) -> Tensor:
    """A tensor as a weights file holds it: floats in half precision.

    Raises WeightsError where it is not finite there.
    """
    if not tensor.is_floating_point():
        return tensor.detach().cpu().contiguous()
    half = tensor.detach().cpu().half().contiguous()
    if not bool(torch.isfinite(half).all()):
        raise WeightsError(f"the tensor {name!r} is not finite in half precision", where=path)
    return half


def _fill(module: nn.Module, tensors: Mapping[str, Tensor], path: Path) -> None:
    wanted = module.state_dict()
    missing, unexpected = sorted(set(wanted) - set(tensors)), sorted(set(tensors) - set(wanted))
    if missing:
        raise WeightsError(f"the tensor {missing[0]!r} is missing", where=path, remedy=_REMEDY)
    if unexpected:
        raise WeightsError(f"the tensor {unexpected[0]!r} belongs to no layer", where=path, remedy=_REMEDY)
    for name, tensor in tensors.items():
        if (
            tensor.shape != wanted[name].shape
            or tensor.is_floating_point() != wanted[name].is_floating_point()
        ):
            got, want = tuple(tensor.shape), tuple(wanted[name].shape)
            raise WeightsError(f"the tensor {name!r} has shape {got}, not {want}", where=path, remedy=_REMEDY)
        if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
            raise WeightsError(
                f"the tensor {name!r} holds values that are not finite", where=path, remedy=_REMEDY
            )
        if name.endswith("running_var") and bool((tensor < 0).any()):  # a root is taken of it
            raise WeightsError(f"the tensor {name!r} holds negative variances", where=path, remedy=_REMEDY)
    converted = {name: tensor.to(wanted[name].dtype) for name, tensor in tensors.items()}
    module.load_state_dict(converted, assign=True)
