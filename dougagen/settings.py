"""FILES OF OPTIONS → CHECKED VALUES: TOML, times of day, and a clear line for each value that cannot be.

Light: the command line reads options before any room with a heavy library is opened.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from dougagen.errors import ConfigError, UsageError
from dougagen.files import read_file, refused_as, require_local

_LARGEST = 2**16  # bytes
_CLOCK = re.compile(r"(?:(?P<h>\d{1,9}):)?(?:(?P<m>[0-5]?\d):)?(?P<s>\d{1,9}(?:\.\d{1,18})?)")


def read_toml(path: Path) -> dict[str, Any]:
    """A file of options. Raises ConfigError where it cannot be read, is too large, or is not TOML."""
    with refused_as(ConfigError, path, what="the configuration cannot be read"):
        content = read_file(path, most=_LARGEST)
    try:
        said = tomllib.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:  # of UTF-8 or of TOML, whose errors are ValueErrors
        raise ConfigError(f"the configuration is not valid TOML ({error})", where=path) from error
    _require_numbers(said, path)
    return said


def _require_numbers(value: object, path: Path) -> None:
    """Raises ConfigError for an integer of more than the 64 bits that TOML gives it: in hexadecimal one of
    any length is read, and can then neither be counted with nor be shown."""
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            _require_numbers(item, path)
    elif isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise ConfigError("the configuration holds a number of more than 64 bits", where=path)


def typed(name: str, wanted: str, value: Any, *, what: str = "training option") -> Any:
    """``value`` as an annotation of a config wants it: TOML has lists for tuples, and 3 where 3.0 is meant.

    Raises ConfigError for any other type, UsageError for a time that is none.
    """
    kinds = wanted.split(" | ")
    if value is None and "None" in kinds:
        return None
    if "Fraction" in kinds and isinstance(value, str | int | float | Fraction) and value is not True:
        return seconds_of(value, option=f"--{name}")
    if "Path" in kinds and isinstance(value, str | Path):
        require_local(value)
        return Path(value)
    if "float" in kinds and type(value) in (int, float):
        try:
            return float(value)
        except OverflowError:  # JSON writes numbers of any length
            raise ConfigError(f"{what} {name!r} is too large a number") from None
    if any(type(value) is kind for kind in (int, str, bool) if kind.__name__ in kinds):
        return value
    if wanted.startswith("Mapping") and isinstance(value, Mapping):
        return dict(value)
    if wanted.startswith("tuple[float, float]") and isinstance(value, list | tuple) and len(value) == 2:
        return tuple(typed(name, "float", item, what=what) for item in value)
    if wanted.startswith("tuple[str, ...]") and isinstance(value, list | tuple):
        return tuple(typed(name, "str", item, what=what) for item in value)
    raise ConfigError(f"{what} {name!r} has the wrong type: it must be {wanted}, got {value!r}")


def require(name: str, holds: bool, wanted: str, got: object) -> None:
    """Raises ConfigError where an option's value is not what is ``wanted`` of it."""
    if not holds:
        raise ConfigError(f"training option {name} must be {wanted}, got {got!r}")


def require_known(kind: str, options: Mapping[str, Any], known: Mapping[str, str]) -> None:
    """Raises ConfigError for the first of ``options`` that is not ``known``."""
    unknown = sorted(set(options) - set(known))
    if unknown:
        raise ConfigError(f"unknown {kind} {unknown[0]!r}", remedy=f"known: {', '.join(sorted(known))}")


def seconds_of(time: str | float | Fraction, *, option: str) -> Fraction:
    """``90``, ``1:30``, ``0:01:30.5`` → exact seconds. Raises UsageError."""
    if isinstance(time, Fraction):
        return time
    match = _CLOCK.fullmatch(str(time).strip())
    if match is None:
        raise UsageError(
            f"{option} takes seconds or h:mm:ss, got {time!r}", remedy="for example 90 or 0:01:30"
        )
    hours, minutes = match["h"], match["m"]
    if hours is not None and minutes is None:  # "1:30" is minutes and seconds
        hours, minutes = None, hours
    return Fraction(match["s"]) + 60 * int(minutes or 0) + 3600 * int(hours or 0)
