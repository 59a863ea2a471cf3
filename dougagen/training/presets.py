"""Configurations of trainings by name or from files of the user's: TOML in, checked options out.

A file holds options of ``TrainingConfig``, a table ``[network]`` with those of the architecture, a table
``[adversarial]`` with those of a discriminator, a table ``[studio]`` with those of ``StudioSupply``, a line
``description``, and ``base``, the name of a configuration that stands below it: a row of the thesis
is one that differs from its neighbour in one line.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from importlib import resources
from pathlib import Path
from typing import Any

from dougagen.errors import ConfigError
from dougagen.files import read_file
from dougagen.studio.profiles import NATURAL, PROFILES, Profile
from dougagen.training.adversarial import AdversarialConfig
from dougagen.training.checked import typed
from dougagen.training.config import TrainingConfig
from dougagen.training.studio_source import StudioSupply

_LARGEST = 2**16  # bytes
_DEEPEST = 8  # bases
_OF_THE_THESIS = "thesis-"
_OWN = ("base", "description", "studio")


@dataclass(frozen=True, slots=True)
class Preset:
    """What a file of configuration says, with what it is based on."""

    name: str
    description: str = ""
    training: Mapping[str, Any] = field(default_factory=dict)
    """Options of ``TrainingConfig``; names and types are checked, the budget may still be missing."""
    studio: Mapping[str, Any] = field(default_factory=dict)
    """Options of ``StudioSupply``, the profile by its name."""

    def over(self, below: Preset) -> Preset:
        """This one, with what it leaves out from ``below``; a new budget replaces the other kind, and a new
        height of crops their width."""
        training = {**below.training, **self.training}
        for table in ("network", "adversarial"):
            if table in below.training and table in self.training:
                training[table] = {**below.training[table], **self.training[table]}
        for mine, other in (("minutes", "steps"), ("steps", "minutes"), ("crop", "crop_width")):
            if mine in self.training and other not in self.training:
                training.pop(other, None)
        return Preset(
            self.name, self.description or below.description, training, {**below.studio, **self.studio}
        )


def preset_names() -> tuple[str, ...]:
    """The configurations that ship."""
    return tuple(
        sorted(item.name.removesuffix(".toml") for item in _shipped() if item.name.endswith(".toml"))
    )


def preset_descriptions() -> Iterator[tuple[str, str]]:
    """Every configuration that ships, with its line of description."""
    for name in preset_names():
        yield name, read_preset(name).description


def read_preset(wanted: str) -> Preset:
    """The configuration called ``wanted``, or the one in the TOML file of that path.

    Raises ConfigError for a name or a file that is not there, what is no TOML, an unknown key, a value of
    another type, and a base that leads in a circle.
    """
    preset, base = _read(wanted)
    for _ in range(_DEEPEST):
        if not base:
            return preset
        below, base = _read(base)
        preset = preset.over(below)
    raise ConfigError(f"the bases of configuration {wanted!r} lead in a circle, or are more than {_DEEPEST}")


def supply_of(options: Mapping[str, Any], *, workers: int) -> StudioSupply:
    """A supply from options of it, the profile by its name; ``workers`` stands where they say nothing.

    Raises ConfigError.
    """
    values = {"workers": workers, **_checked(options, StudioSupply, "studio option")}
    if "profile" in values:
        values["profile"] = _profile(values["profile"])
    return StudioSupply(**values)


HARD = Profile(
    "hard",
    whole_frames=True,
    nobody=0.0,
    filling=0.5,
    paper=0.0,
    ranges=replace(NATURAL.ranges, characters=0.0, crowd=0.0),
)
"""The thesis's hard examples (4.2): "extreme close-up shots of other body parts and shots of objects". Here
half of the scenes are of somebody so near that nothing else is seen, the others of things."""


def _profile(name: str) -> Profile:
    known = {**PROFILES, HARD.name: HARD}
    if name not in known:
        raise ConfigError(f"unknown profile {name!r}", remedy=f"one of {', '.join(known)}")
    return known[name]


def _read(wanted: str) -> tuple[Preset, str]:
    """One file and the name of its base."""
    said = _toml(wanted)
    own = {"base": "str", "description": "str", "studio": "Mapping"}
    values = {name: typed(name, kind, said.pop(name)) for name, kind in own.items() if name in said}
    try:
        AdversarialConfig.of(typed("adversarial", "Mapping", said.get("adversarial", {})))
        return Preset(
            wanted,
            values.get("description", ""),
            _checked(said, TrainingConfig, "training option"),
            _checked(values.get("studio", {}), StudioSupply, "studio option"),
        ), values.get("base", "")
    except ConfigError as error:
        raise ConfigError(f"configuration {wanted!r}: {error.what}", remedy=error.remedy) from error


def _checked(options: Mapping[str, Any], kind: type, what: str) -> dict[str, Any]:
    kinds = {item.name: str(item.type) for item in fields(kind)}
    kinds |= {"task": "str"} if kind is TrainingConfig else {"profile": "str"}
    unknown = sorted(set(options) - set(kinds))
    if unknown:
        own = _OWN if kind is TrainingConfig else ()
        raise ConfigError(
            f"unknown {what} {unknown[0]!r}", remedy=f"known: {', '.join(sorted({*kinds, *own}))}"
        )
    return {name: typed(name, kinds[name], value) for name, value in options.items()}


def _toml(wanted: str) -> dict[str, Any]:
    path = Path(wanted)
    try:
        if path.suffix == ".toml" or len(path.parts) != 1:
            said = tomllib.loads(read_file(path, most=_LARGEST).decode("utf-8"))
            _require_numbers(said, path)
            return said
        found = next((item for item in _shipped() if item.name == f"{wanted}.toml"), None)
        if found is None:
            raise ConfigError(f"no configuration is called {wanted!r}", remedy=_instead(wanted))
        return tomllib.loads(found.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"the configuration cannot be read ({error.strerror})", where=path) from error
    except (ValueError, RecursionError) as error:  # of UTF-8 or of TOML, whose errors are ValueErrors
        raise ConfigError(f"the configuration is no TOML ({error})", where=path) from error


def _require_numbers(value: object, path: Path) -> None:
    """Raises ConfigError for an integer of more than the 64 bits that TOML gives it: in hexadecimal one of
    any length is read, and can then neither be counted with nor be shown."""
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            _require_numbers(item, path)
    elif isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise ConfigError("the configuration holds a number of more than 64 bits", where=path)


def _instead(wanted: str) -> str:
    """What was meant, perhaps; else what there is, those of the thesis by their tables."""
    names = preset_names()
    near = get_close_matches(wanted, names, n=3, cutoff=0.75)
    if near:
        return f"did you mean {' or '.join(near)}?"
    ours = [name for name in names if not name.startswith(_OF_THE_THESIS)]
    tables = sorted({name[: len(_OF_THE_THESIS) + 3] for name in names if name.startswith(_OF_THE_THESIS)})
    known = ", ".join([*ours, *(f"{table}-…" for table in tables)])
    return f"one of {known} (all: dougagen train --configs), or a .toml"


def _shipped() -> list[Any]:
    return list(resources.files("dougagen.training").joinpath("configs").iterdir())
