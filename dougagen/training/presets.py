"""Configurations of trainings by name or from files of the user's: TOML in, checked options out.

A file holds options of ``TrainingConfig``, a table ``[network]`` with those of the architecture, a table
``[adversarial]`` with those of a discriminator, a table ``[studio]`` with those of ``StudioSupply``, a line
``description``, and ``base``, the name of a configuration that stands below it: a row of the thesis
is one that differs from its neighbour in one line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from dougagen.errors import ConfigError
from dougagen.settings import typed
from dougagen.studio import NATURAL, PROFILES, Profile
from dougagen.training.adversarial import AdversarialConfig
from dougagen.training.config import TrainingConfig
from dougagen.training.preset_files import preset_names, read_file
from dougagen.training.studio_source import StudioSupply

_DEEPEST = 8  # bases
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
    raise ConfigError(
        f"the bases of configuration {wanted!r} form a circle, or there are more than {_DEEPEST}"
    )


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
    said = read_file(wanted)
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
