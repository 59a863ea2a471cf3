"""All that an extraction can be told, by whoever says it: the command line, a TOML file, Python.

Nothing has a default here. What is left unsaid is decided by the config that owns the option: how networks
read by ``ReconstructionConfig``, what becomes a row by ``ExtractConfig`` and its ``FootageConfig``, the rest
by ``Plan`` and ``DecoderLimits``. Light: nothing heavy is imported before a plan is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dougagen.errors import ConfigError
from dougagen.settings import read_toml, require_known, typed

if TYPE_CHECKING:
    from dougagen.config import ExtractConfig
    from dougagen.runs.cluster_config import ClusterConfig
    from dougagen.runs.networks import LoadNetworks
    from dougagen.runs.worker import Plan

_NETWORKS = ("device", "batch_size", "precision", "backend", "color_cut", "refine", "together")
_DECODING = ("square_pixels", "keep_bars", "skip_chapters")
_ROWS = ("start", "stop", "max_drawings", "reject", "repeats", "color_codec", "lines")
_WHAT = "extract option"
_GIB = 2**30
_BOUNDS: dict[str, tuple[float, float]] = {"jobs": (0, 64), "stall": (1, float("inf"))}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractOptions:
    """What was said of an extraction; None: nothing. Names as on the command line."""

    models: Path | None = None
    """Folder with ``cel.safetensors`` and ``douga.safetensors``."""
    device: str | None = None
    batch_size: int | None = None
    precision: str | None = None
    backend: str | None = None
    color_cut: bool | None = None
    refine: bool | None = None
    together: bool | None = None
    start: Fraction | None = None
    """Seconds."""
    stop: Fraction | None = None
    max_drawings: int | None = None
    reject: tuple[str, ...] | None = None
    repeats: str | None = None
    color_codec: str | None = None
    lines: int | None = None
    square_pixels: bool | None = None
    keep_bars: bool | None = None
    skip_chapters: str | None = None
    decode: str | None = None
    on_existing: str | None = None
    repair: bool | None = None
    jobs: int | None = None
    stall: float | None = None
    """Seconds."""
    decoder_memory: float | None = None
    """GiB."""
    ray: bool | None = None
    """On a Ray cluster, which is started on this machine where no address is said."""
    ray_address: str | None = None
    ray_gpus: float | None = None
    """Of each worker."""
    ray_cpus: float | None = None

    def __post_init__(self) -> None:
        for name, (low, high) in _BOUNDS.items():
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                raise ConfigError(f"--{name} must be in [{low:g}, {high:g}], got {value:g}")

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> ExtractOptions:
        """From names and values; a time may be text, seconds or h:mm:ss.

        Raises ConfigError for a name that there is not and for a value of another type.
        """
        kinds = {item.name: str(item.type) for item in fields(cls)}
        require_known(_WHAT, said, kinds)
        return cls(**{name: typed(name, kinds[name], value, what=_WHAT) for name, value in said.items()})

    def over(self, below: ExtractOptions) -> ExtractOptions:
        """These, and what they leave unsaid from ``below``."""
        return ExtractOptions(**{**below.said(), **self.said()})

    def said(self, *names: str) -> dict[str, Any]:
        """What was said, of ``names`` alone if there are any."""
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        return {
            name: value for name, value in values.items() if value is not None and name in (names or values)
        }

    def limits(self) -> str:
        """What says that only a part is read, as on the command line; empty where nothing does."""
        words = {name: f"--{name.replace('_', '-')}" for name in ("start", "stop", "max_drawings")}
        said = self.said(*words)
        return " ".join(f"{words[name]} {float(value):g}" for name, value in said.items())

    def config(self) -> ExtractConfig:
        """What becomes a row. Raises ConfigError, UsageError."""
        from dougagen.config import ExtractConfig
        from dougagen.footage import DecodeConfig, FootageConfig, require_decode_on

        rows = self.said(*_ROWS)
        if self.decode is not None:
            rows["decode_on"] = require_decode_on(self.decode)
        return ExtractConfig(footage=FootageConfig(decoding=DecodeConfig(**self.said(*_DECODING))), **rows)

    def plan(self, out: Path) -> Plan:
        """What a run into ``out`` does with each episode. Raises ConfigError, UsageError."""
        from dougagen.runs.decoder import DecoderLimits
        from dougagen.runs.worker import Plan

        limits: dict[str, Any] = {}
        if self.stall is not None:
            limits["stall_seconds"] = self.stall
        if self.decoder_memory is not None:
            limits["memory_bytes"] = round(self.decoder_memory * _GIB)
        config = self.config()
        if config.color_codec != "png":
            from dougagen.shards import require_color_codec

            require_color_codec(config.color_codec)
        return Plan(out, config, limits=DecoderLimits(**limits), **self.said("on_existing", "repair"))

    def networks(self) -> LoadNetworks:
        """How each worker gets its networks."""
        from dougagen.runs.networks import LoadNetworks

        return LoadNetworks(self.models, self.said(*_NETWORKS))

    def cluster(self) -> ClusterConfig | None:
        """The Ray cluster that does the work; None: this machine's own processes. Raises ConfigError."""
        if not self.ray and self.ray_address is None:
            for name in self.said("ray_gpus", "ray_cpus"):
                option = f"--{name.replace('_', '-')}"
                raise ConfigError(f"{option} is for a Ray cluster", remedy="add --ray or --ray-address")
            return None
        from dougagen.runs.cluster_config import ClusterConfig

        return ClusterConfig(self.ray_address, self.ray_gpus, self.ray_cpus, self.device or "auto")


def read_extract_options(path: Path) -> ExtractOptions:
    """From a TOML file: ``device = "cuda"``, ``reject = ["dark", "text"]``, ``start = "1:30"`` …

    Raises ConfigError.
    """
    try:
        return ExtractOptions.of(read_toml(path))
    except ConfigError as error:
        if error.where is not None:
            raise
        raise ConfigError(error.what, where=path, remedy=error.remedy) from error
