"""Every option of reading an episode is in the digest: two that differ in any never pass for the same."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from importlib.util import find_spec
from pathlib import Path
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
    if isinstance(value, tuple) and value and all(isinstance(part, int | float) for part in value):
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


def test_what_decides_on_drawings_is_among_the_options():
    change = (
        "cuts",
        "votes",
        "weather",
        "moves",
        "following",
        "layers",
        "motion",
        "light",
        "glow",
        "subtitles",
    )
    stages = [f"holds.change.{stage}" for stage in change]
    stages += ["holds.passers", "holds.transitions", "holds.tracks", "pictures", "flags.measures.text"]
    stages += ["holds.change.following.correlation", "decoding.fields"]
    for stage in stages:
        assert any(name.startswith(f"{stage}.") for name in OPTIONS), stage


DECIDING = [
    *("evidence", "judge"),
    *("belief", "best_picture", "changes", "combs", "correlation", "facts", "fair_weather", "fields"),
    *(
        "following",
        "glow",
        "glyphs",
        "layer_votes",
        "layers",
        "light",
        "motion",
        "pairs",
        "passers",
        "passing",
    ),
    *("picture_measures", "returns", "seen", "shots", "strength", "subtitles", "text", "tracks"),
    *("transitions", "weather"),
]
"""The files of the footage room that decide what begins a drawing, which picture shows it, and its flags."""
SHAPES = {
    "_COMB": "the kernel that answers to combs",
    "_GAIN": "what that kernel answers to one level",
    "_ROWS_BESIDE": "the row above and the row below",
    "TRAITS": "the names of what a row of text is measured by, in the order of the trees",
    "NO_EVIDENCE": "a frame that was compared with none",
    "BLOCK": "the blocks that FieldConfig.combed counts in",
    "_BOTH_FIELDS": "a row with half of either row beside it",
}
"""Constants in them that are no options, and what they are."""


@pytest.mark.parametrize("name", DECIDING)
def test_a_file_that_decides_keeps_no_number_out_of_the_options(name):
    spec = find_spec(f"dougagen.footage.{name}")
    assert spec is not None
    assert spec.origin is not None
    tree = ast.parse(Path(spec.origin).read_text())
    assigned = [node for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign)]
    numbers = {
        target.id
        for node in assigned
        if any(isinstance(part, ast.Constant) for part in ast.walk(node.value or node))
        for target in ast.walk(node)
        if isinstance(target, ast.Name) and isinstance(target.ctx, ast.Store)
    }
    assert {number for number in numbers if number.isupper()} <= set(SHAPES)
