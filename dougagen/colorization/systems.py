"""The systems by name: two published ones and ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from torch import nn

from dougagen.colorization.artist_guided import ArtistGuided, ArtistGuidedConfig
from dougagen.colorization.ours import Ours, OursConfig
from dougagen.colorization.two_stage import TwoStage, TwoStageConfig
from dougagen.errors import ConfigError
from dougagen.settings import require_known


@dataclass(frozen=True, slots=True)
class System:
    """A network class and its config."""

    config: type[OursConfig | ArtistGuidedConfig | TwoStageConfig]
    build: Callable[[Any], nn.Module]
    paints_flat: bool
    """Whether its result is evened out to one paint an area."""
    lines: int
    """A larger drawing is read at so many lines. The published systems read as many as they learn from: their
    norms go by how much of a picture is paper."""


SYSTEMS: Mapping[str, System] = {
    "ours": System(OursConfig, Ours, paints_flat=True, lines=480),
    "artist-guided": System(ArtistGuidedConfig, ArtistGuided, paints_flat=False, lines=256),
    "two-stage": System(TwoStageConfig, TwoStage, paints_flat=False, lines=256),
}


def system_options(name: str, said: Mapping[str, object]) -> dict[str, object]:
    """Every option of the network, JSON-ready. Raises ConfigError."""
    return asdict(_config(name, said))


def build_colorizer(name: str, options: Mapping[str, object]) -> nn.Module:
    """The network with random weights. Raises ConfigError for an unknown system, option or value."""
    return _system(name).build(_config(name, options))


def _system(name: str) -> System:
    if name not in SYSTEMS:
        raise ConfigError(f"unknown colouriser {name!r}", remedy=f"choose one of {', '.join(SYSTEMS)}")
    return SYSTEMS[name]


def _config(name: str, options: Mapping[str, object]) -> OursConfig | ArtistGuidedConfig | TwoStageConfig:
    kind = _system(name).config
    known = {item.name: str(item.type) for item in fields(kind)}
    require_known(f"option of {name}", options, known)
    return kind(**{option: _checked(option, known[option], value) for option, value in options.items()})


def _checked(name: str, wanted: str, value: object) -> Any:
    """``value`` as the field's annotation wants it; JSON and TOML bring tuples as lists."""
    if wanted == "tuple[int, ...]" and isinstance(value, list | tuple) and all(type(v) is int for v in value):
        return tuple(value)
    if wanted == "int" and type(value) is int:
        return value
    raise ConfigError(f"option {name!r} must be {wanted}, got {value!r}")
