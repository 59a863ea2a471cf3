"""What a run says of an episode that is there under other options."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from records import entry_of

from dougagen.config import ExtractConfig, config_digest, config_options
from dougagen.footage import DecodeConfig, FootageConfig
from dougagen.runs.differences import under_other_options
from dougagen.shards.option_words import differences

USUAL = {"cel_weights": "a" * 64, "refinement": '{"width": 2.0, "open": 3}', "precision": "float32"}
CONFIGS = (
    ExtractConfig(),
    ExtractConfig(max_drawings=2),
    ExtractConfig(start=Fraction(3, 2)),
    ExtractConfig(stop=Fraction(1, 3)),
    ExtractConfig(reject=("text", "dark")),
    ExtractConfig(reject=("dark", "text")),
    ExtractConfig(repeats="drop"),
    ExtractConfig(color_codec="webp"),
    ExtractConfig(lines=480),
    ExtractConfig(footage=FootageConfig(decoding=DecodeConfig(keep_bars=True))),
    ExtractConfig(footage=FootageConfig(flags=None)),
    ExtractConfig(footage=replace(FootageConfig(), holds=replace(FootageConfig().holds, drawings_kept=7))),
)


def words(config: ExtractConfig = CONFIGS[0], **networks: str) -> dict[str, str]:
    return config_options(config, schema_version=2, reconstruction=USUAL | networks)


def test_configurations_have_the_same_words_when_and_only_when_they_have_the_same_digest() -> None:
    made = [(config, USUAL | {"precision": p}) for config in CONFIGS for p in ("float32", "bfloat16")]
    digests = {config_digest(c, schema_version=2, reconstruction=r) for c, r in made}
    said = {tuple(config_options(c, schema_version=2, reconstruction=r).items()) for c, r in made}
    assert len(digests) == len(said) == len(made)
    assert (
        config_options(CONFIGS[0], schema_version=2, reconstruction=dict(reversed(USUAL.items()))) == words()
    )


def test_the_words_are_readable_and_the_options_of_the_line_come_first() -> None:
    said = words(ExtractConfig(start=Fraction(3, 2), max_drawings=2, reject=("text", "dark")))
    assert list(said)[:5] == ["start", "stop", "max_drawings", "reject", "repeats"]
    assert [said[name] for name in list(said)[:5]] == ["1.5", "–", "2", "text, dark", "mark"]
    assert (said["refinement"], said["refinement.width"], said["keep_bars"]) == ("on", "2.0", "off")
    assert "decode_on" not in said
    assert not any("/" in value for value in said.values()), "no path"


@pytest.mark.parametrize(
    ("then", "now", "named"),
    [
        (words(CONFIGS[1]), words(), ["--max-drawings was 2, now not given"]),
        (words(), words(refinement="none"), ["--refine was on, now none"]),
        (words(cel_weights="b" * 64), words(), ["the cel network was bbbbbbbb, now aaaaaaaa"]),
        (
            words(CONFIGS[9]),
            words(CONFIGS[4]),
            ["--reject was not given, now text, dark", "--keep-bars was on, now off"],
        ),
    ],
)
def test_the_options_that_differ_are_named(then: dict, now: dict, named: list[str]) -> None:
    assert list(map(str, differences(then, now))) == named


def line(then: dict[str, str], now: dict[str, str]) -> str:
    return str(under_other_options(entry_of(1, options=then), now, source=Path("a.mkv")))


def test_a_trial_is_told_from_other_options_and_every_line_has_the_remedy() -> None:
    trial = line(words(CONFIGS[1]), words())
    assert "only a part of it is in the dataset, as a trial leaves it (--max-drawings was 2" in trial
    assert "this run reads another part" in line(words(CONFIGS[1]), words(CONFIGS[2]))
    assert "under other options (--repeats was drop" in line(words(CONFIGS[6]), words())
    assert "did not note them" in line({}, words())
    assert "made by dougagen 0.1.0 in another way" in line(words(), words())
    for then in (words(CONFIGS[1]), words(CONFIGS[6]), {}, words()):
        assert "--on-existing redo" in line(then, words())
        assert "\n" not in line(then, words())


def test_hostile_words_in_a_ledger_are_printable_and_short() -> None:
    said = line({"reject": "\x1b[2J" * 1000, "x" * 5000: "\u202e"}, words())
    assert said.isprintable()
    assert len(said) < 2500
