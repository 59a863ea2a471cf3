"""The options of an extraction: the stages' own configs composed, and the digest over what changes rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from typing import Any, get_args

from dougagen.choices import LEAST_LINES, ColorCodec, OnRepeat
from dougagen.errors import ConfigError
from dougagen.footage import FLAGS, DecodeOn, FootageConfig

_ADDED = {"color_codec": "png", "lines": None}
"""Options that came after folders were made, with what was done before there were any."""


@dataclass(frozen=True, slots=True)
class ExtractConfig:
    """Everything about an extraction that changes its rows, but for the weights."""

    footage: FootageConfig = field(default_factory=FootageConfig)
    start: Fraction | None = None
    """Seconds; frames before are not looked at."""
    stop: Fraction | None = None
    """Seconds; frames at or after are not looked at."""
    max_drawings: int | None = None
    """Stop after so many drawings."""
    reject: tuple[str, ...] = ()
    """Flags with which a drawing becomes no record; the first that it has is the reason that is counted."""
    repeats: OnRepeat = "mark"
    """Drawings that another episode of the dataset shows: keep them unmarked, mark them, or set them aside.
    Which of them is the original depends on what is in the dataset, and not on what came first."""
    color_codec: ColorCodec = "png"
    """How colour is coded, without loss in each."""
    lines: int | None = None
    """Pictures of more lines are stored at so many; networks read them as they are."""
    decode_on: DecodeOn = "auto"
    """Where video is decoded; changes no row, and is no part of the digest."""

    @property
    def reading(self) -> dict[str, Any]:
        """The options of ``read_footage``."""
        return {
            "config": self.footage,
            "start": self.start,
            "stop": self.stop,
            "decode_on": self.decode_on,
        }

    def __post_init__(self) -> None:
        if self.start is not None and self.start < 0:
            raise ConfigError(f"--start must not be negative, got {float(self.start):g} s")
        if self.stop is not None and self.stop <= (self.start or 0):
            raise ConfigError(
                f"--stop must come after --start, got {float(self.start or 0):g} s to {float(self.stop):g} s"
            )
        if self.max_drawings is not None and self.max_drawings < 1:
            raise ConfigError(f"--max-drawings must be at least 1, got {self.max_drawings}")
        if self.repeats not in get_args(OnRepeat):
            raise ConfigError(f"--repeats must be keep, mark or drop, got {self.repeats!r}")
        if self.color_codec not in get_args(ColorCodec):
            raise ConfigError(f"--color-codec must be png, webp or jxl, got {self.color_codec!r}")
        if self.lines is not None and self.lines < LEAST_LINES:
            raise ConfigError(f"--lines must be at least {LEAST_LINES}, got {self.lines}")
        for flag in self.reject:
            if flag not in FLAGS:
                raise ConfigError(f"--reject: unknown flag {flag!r}", remedy=f"one of {', '.join(FLAGS)}")


def config_digest(config: ExtractConfig, *, schema_version: int, reconstruction: Mapping[str, str]) -> str:
    """SHA-256 in hex over the options that change rows, the weights' hashes, precision and schema version.

    ``reconstruction`` is what the networks say of themselves; device, jobs and paths are no part of it.
    """
    facts: dict[str, Any] = {
        "extract": _rows(config),
        "reconstruction": dict(reconstruction),
        "schema_version": schema_version,
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()


def _rows(config: ExtractConfig) -> dict[str, Any]:
    """The options that change rows."""
    options = asdict(config)
    del options["decode_on"]
    for name, of_old in _ADDED.items():  # an option that is left as it is makes no other digest
        if options[name] == of_old:
            del options[name]
    return options
