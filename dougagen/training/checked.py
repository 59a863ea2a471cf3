"""Values of configurations, checked one by one: a clear line for each that cannot be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dougagen.errors import ConfigError


def typed(name: str, wanted: str, value: Any) -> Any:
    """``value`` as an annotation of a config wants it: TOML has lists for tuples, and 3 where 3.0 is meant.

    Raises ConfigError for any other type.
    """
    kinds = wanted.split(" | ")
    if value is None and "None" in kinds:
        return None
    if "float" in kinds and type(value) in (int, float):
        try:
            return float(value)
        except OverflowError:  # TOML and JSON write numbers of any length
            raise ConfigError(f"training option {name!r} is a number too large to count with") from None
    if any(type(value) is kind for kind in (int, str, bool) if kind.__name__ in kinds):
        return value
    if wanted.startswith("Mapping") and isinstance(value, Mapping):
        return dict(value)
    if wanted.startswith("tuple[float, float]") and isinstance(value, list | tuple) and len(value) == 2:
        return tuple(typed(name, "float", item) for item in value)
    raise ConfigError(f"training option {name!r} has the wrong type: it must be {wanted}, got {value!r}")


def require(name: str, holds: bool, wanted: str, got: object) -> None:
    """Raises ConfigError where an option's value is not what is ``wanted`` of it."""
    if not holds:
        raise ConfigError(f"training option {name} must be {wanted}, got {got!r}")


def require_known(kind: str, options: Mapping[str, Any], known: Mapping[str, str]) -> None:
    """Raises ConfigError for the first of ``options`` that is not ``known``."""
    unknown = sorted(set(options) - set(known))
    if unknown:
        raise ConfigError(f"unknown {kind} {unknown[0]!r}", remedy=f"known: {', '.join(sorted(known))}")
