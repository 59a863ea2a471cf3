"""The files of configurations that ship, by name; light, since a shell asks for the names at every TAB."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import resources
from pathlib import Path
from typing import Any

from dougagen.errors import ConfigError
from dougagen.settings import read_toml

_OF_THE_THESIS = "thesis-"


def preset_names() -> tuple[str, ...]:
    """The configurations that ship."""
    return tuple(
        sorted(item.name.removesuffix(".toml") for item in _shipped() if item.name.endswith(".toml"))
    )


def read_file(wanted: str) -> dict[str, Any]:
    """The TOML of the configuration called ``wanted``, or of the file of that path. Raises ConfigError."""
    path = Path(wanted)
    if path.suffix == ".toml" or len(path.parts) != 1:
        return read_toml(path)
    found = next((item for item in _shipped() if item.name == f"{wanted}.toml"), None)
    if found is None:
        raise ConfigError(f"there is no configuration called {wanted!r}", remedy=_instead(wanted))
    with resources.as_file(found) as file:
        return read_toml(file)


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
