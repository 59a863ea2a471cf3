"""Every option of reading an episode is in the digest: two that differ in any never pass for the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest

from dougagen.config import ExtractConfig, config_digest, config_options
from dougagen.footage import FootageConfig


def varied(config: Any) -> Iterator[tuple[str, Any]]:
    """Each option by name, and the config with another value of it alone."""
    for option in fields(config):
        value = getattr(config, option.name)
        if is_dataclass(value):
            for name, other in varied(value):
                yield f"{option.name}.{name}", replace(config, **{option.name: other})
        elif (other := another(value)) is not None:
            yield option.name, replace(config, **{option.name: other})


def another(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, float):
        return value * 1.01 + 0.001
    if isinstance(value, tuple) and value and all(isinstance(part, int) for part in value):
        return tuple(part + 1 for part in value)
    return None  # words and patterns: tested where they are made


OPTIONS = dict(varied(FootageConfig()))


def digest_and_words(footage: FootageConfig) -> tuple[str, tuple[tuple[str, str], ...]]:
    config = ExtractConfig(footage=footage)
    known = {"schema_version": 1, "reconstruction": {}}
    return config_digest(config, **known), tuple(config_options(config, **known).items())


@pytest.fixture(scope="module")
def usual() -> tuple[str, tuple[tuple[str, str], ...]]:
    return digest_and_words(FootageConfig())


@pytest.mark.parametrize("name", OPTIONS)
def test_another_value_of_any_option_makes_another_digest_and_other_words(name, usual):
    digest, words = digest_and_words(OPTIONS[name])
    assert digest != usual[0]
    assert words != usual[1]


def test_what_decides_on_cuts_layers_and_weather_is_among_the_options():
    for stage in ("cuts", "votes", "weather"):
        assert any(name.startswith(f"holds.change.{stage}.") for name in OPTIONS)
