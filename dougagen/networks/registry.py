"""Names of architectures → networks, with every option checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from enum import StrEnum
from typing import Any

from torch import nn

from dougagen.domain import CLASS_COUNT
from dougagen.errors import ConfigError
from dougagen.networks.gcn import GCN, GCNConfig
from dougagen.networks.lite_unet import LiteUNet, LiteUNetConfig
from dougagen.networks.thinline import ThinLineConfig, ThinLineNet
from dougagen.networks.wiring import Wiring


class Task(StrEnum):
    """What a network reads in a picture."""

    CEL = "cel"
    DOUGA = "douga"

    @property
    def classes(self) -> int:
        """Channels of the logits: background and cel, or the ten classes of douga."""
        return 2 if self is Task.CEL else CLASS_COUNT


@dataclass(frozen=True, slots=True)
class Architecture:
    """A network class, its config, and the options that make it fit for each task."""

    config: type[ThinLineConfig | GCNConfig | LiteUNetConfig]
    build: Callable[[Any], nn.Module]
    defaults: Mapping[Task, Mapping[str, object]]


ARCHITECTURES: dict[str, Architecture] = {
    # The cel network reads a reduced picture (``logits_at_lines``) and needs no line of one pixel.
    "thinline": Architecture(
        ThinLineConfig,
        ThinLineNet,
        {Task.CEL: {"widths": (16, 32, 64, 128), "detail_width": 0}, Task.DOUGA: {}},
    ),
    "lite": Architecture(LiteUNetConfig, LiteUNet, {Task.CEL: {}, Task.DOUGA: {}}),
    # Thesis 4.3 and 5.4: kernel 25 for cels, 49 for douga.
    "gcn": Architecture(GCNConfig, GCN, {Task.CEL: {"kernel": 25}, Task.DOUGA: {"kernel": 49}}),
}

PRETRAINED = ("lite",)
"""Architectures whose encoder can begin with ImageNet weights (``begin_from_imagenet``)."""


def network_options(
    architecture: str,
    task: Task,
    overrides: Mapping[str, object] | None = None,
    *,
    wiring: Wiring = Wiring.SYNTHETIC_CEL,
) -> dict[str, object]:
    """Every option of the network for ``task``: defaults, the task's own, then ``overrides``; JSON-ready.

    The channels of input and output follow from ``wiring``.

    Raises ConfigError for an unknown architecture or option, or a value that is not allowed.
    """
    known = _architecture(architecture)
    channels = {"classes": task.classes, "inputs": wiring.channels, "mask_logits": wiring.mask_logits}
    chosen = {**channels, **known.defaults[task], **(overrides or {})}
    return asdict(_config(architecture, chosen))


def build_network(architecture: str, options: Mapping[str, object]) -> nn.Module:
    """The network with random weights. Raises ConfigError for an unknown architecture, option or value."""
    return _architecture(architecture).build(_config(architecture, options))


def _architecture(name: str) -> Architecture:
    if name not in ARCHITECTURES:
        raise ConfigError(
            f"unknown architecture {name!r}", remedy=f"choose one of {', '.join(ARCHITECTURES)}"
        )
    return ARCHITECTURES[name]


def _config(architecture: str, options: Mapping[str, object]) -> ThinLineConfig | GCNConfig | LiteUNetConfig:
    kind = _architecture(architecture).config
    known = {field.name: field for field in fields(kind)}
    unknown = sorted(set(options) - set(known))
    if unknown:
        raise ConfigError(
            f"unknown option {unknown[0]!r} for architecture {architecture!r}",
            remedy=f"known: {', '.join(known)}",
        )
    values: dict[str, Any] = {}
    for name, field in known.items():
        if name in options:
            values[name] = _checked(name, str(field.type), options[name])
        elif field.default is MISSING:
            raise ConfigError(f"architecture {architecture!r} needs option {name!r}")
    return kind(**values)


def _checked(name: str, wanted: str, value: object) -> object:
    """``value`` as the field's annotation wants it; JSON and TOML bring tuples as lists."""
    if wanted == "tuple[int, ...]" and isinstance(value, list | tuple) and all(type(v) is int for v in value):
        return tuple(value)
    if wanted == "int" and type(value) is int:
        return value
    if wanted == "float" and type(value) in (int, float):
        try:
            return float(value)  # type: ignore[arg-type]
        except OverflowError:  # JSON and TOML write numbers of any length
            raise ConfigError(f"option {name!r} is too large a number") from None
    raise ConfigError(f"option {name!r} must be {wanted}, got {value!r}")
