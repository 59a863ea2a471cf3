"""The options of an extraction: the stages' own configs composed, and the digest over what changes rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal, localcontext
from fractions import Fraction
from math import ceil
from typing import Any, get_args

from dougagen.choices import LEAST_LINES, ColorCodec, OnRepeat
from dougagen.domain import ABSENT, Episode
from dougagen.errors import ConfigError
from dougagen.footage import FLAGS, DecodeOn, FootageConfig

LIMITS = ("start", "stop", "max_drawings")
"""Options that only say how much of an episode is read."""
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

    def frames_expected(self, episode: Episode) -> int | None:
        """How many frames of ``episode`` are asked for, as far as its container can be believed; None where
        nobody knows before they are decoded."""
        frames, rate = episode.announced_frames, episode.frame_rate
        if frames is None or self.max_drawings is not None:
            return None
        first = 0 if self.start is None else ceil(self.start * rate)
        last = frames if self.stop is None else min(frames, ceil(self.stop * rate))
        return max(0, last - first)

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
            if flag == "repeat":  # known when all is committed, and not while drawings are sifted
                raise ConfigError("--reject does not know repeats", remedy="--repeats drop leaves them out")
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


def config_options(
    config: ExtractConfig, *, schema_version: int, reconstruction: Mapping[str, str]
) -> dict[str, str]:
    """What ``config_digest`` sums up, in words, for the ledger: name → value, always in the same order.

    First the options of the command line under their names, then what the networks say of themselves, then
    the figures behind. No path is among them; weights stand there by their hashes. Two configurations have
    the same words when, and only when, they have the same digest.
    """
    rows = _rows(config)
    footage = rows.pop("footage")
    decoding = {
        name: footage["decoding"].pop(name) for name in ("square_pixels", "keep_bars", "skip_chapters")
    }
    words: dict[str, str] = {}
    for name, value in (rows | decoding).items():
        words |= _words_of(name, value)
    for name, said in sorted(reconstruction.items()):
        words |= _words_of(name, _plain(said))
    words["schema_version"] = str(schema_version)
    return words | _words_of("footage", footage)


def _plain(said: str) -> Any:
    """What a stage says of itself: JSON where it has options of its own."""
    return json.loads(said) if said.startswith("{") else said


def _words_of(name: str, value: Any) -> dict[str, str]:
    """``value`` as words; of a config the word ``on``, and its own options under ``name.option``."""
    if not isinstance(value, Mapping):
        return {name: _word(value)}
    words = {name: "on"}
    for option, inner in value.items():
        words |= _words_of(f"{name}.{option}", inner)
    return words


def _word(value: Any) -> str:
    if value is None:
        return ABSENT
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, Fraction):
        return _decimal(value)
    return ", ".join(map(_word, value)) if isinstance(value, list | tuple) else str(value)


def _decimal(value: Fraction) -> str:
    """``1.5``; ``1/3`` where there is no end to it."""
    rest = value.denominator
    for factor in (2, 5):
        while rest % factor == 0:
            rest //= factor
    if rest != 1:
        return str(value)
    with localcontext() as exactly:
        exactly.prec = 60
        return f"{Decimal(value.numerator) / Decimal(value.denominator):f}"


def _rows(config: ExtractConfig) -> dict[str, Any]:
    """The options that change rows."""
    options = asdict(config)
    del options["decode_on"]
    for name, of_old in _ADDED.items():  # an option that is left as it is makes no other digest
        if options[name] == of_old:
            del options[name]
    return options
