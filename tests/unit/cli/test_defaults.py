"""No option decides anything: every default is the library's, and help shows what is written there."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields
from importlib import import_module
from typing import Any, get_args

import pytest
from typer.main import get_command

from dougagen.choices import TaskName
from dougagen.cli import options
from dougagen.cli.app import app
from dougagen.cli.evaluate import PlanOptions
from dougagen.cli.groups import Options
from dougagen.cli.owners import Owner, owners_of
from dougagen.cli.train_options import StudioOptions, TrainingOptions
from dougagen.evaluation.suite import EvaluationPlan
from dougagen.networks import Task
from dougagen.reconstruction import ReconstructionConfig
from dougagen.runs import ExtractOptions
from dougagen.training import StudioSupply, TrainingConfig


def commands() -> Iterator[tuple[str, Any]]:
    """Name and click command of everything that can be called."""

    def below(name: str, command: Any) -> Iterator[tuple[str, Any]]:
        for word, inner in getattr(command, "commands", {}).items():
            yield from below(f"{name} {word}".strip(), inner)
        if not hasattr(command, "commands"):
            yield name, command

    yield from below("", get_command(app))


OPTIONS = [
    pytest.param(command, option, id=f"{name} {max(option.opts, key=len)}")
    for name, command in commands()
    for option in command.params
]
OWNED = [
    pytest.param(owner, id=f"{name} {parameter}")
    for name, command in commands()
    for parameter, owner in owners_of(command.callback).items()
]


def imported(owner: Owner) -> Any:
    """The default that takes effect, from the running code and not from its source."""
    module, _, name = owner.place.partition(":")
    first, *rest = name.split(".")
    found = getattr(import_module(f"dougagen.{module}"), first)
    if not rest:
        return found
    if rest[0] == "__init__" or inspect.isfunction(found):
        function = found.__init__ if rest[0] == "__init__" else found
        return inspect.signature(function).parameters[rest[-1]].default
    return default_of(next(field for field in fields(found) if field.name == rest[0]))


def default_of(field: Field) -> Any:
    if field.default_factory is not MISSING:
        return field.default_factory()
    return field.default


def test_the_walk_sees_every_command() -> None:
    assert {"extract", "train", "evaluate", "label select", "label import", "synth"} <= {
        n for n, _ in commands()
    }
    assert len(OPTIONS) > 120


@pytest.mark.parametrize(("command", "option"), OPTIONS)
def test_no_option_has_a_default_on_the_line(command: Any, option: Any) -> None:
    """None is never handed on; False is a mode of the command that was not asked for."""
    assert option.default is None or option.default is False
    words = option.help or ""
    assert not re.search(r"default\W[^;.)]*\\d", words), f"a default is written twice: {words}"


@pytest.mark.parametrize("owner", OWNED)
def test_help_reads_the_default_that_takes_effect(owner: Owner) -> None:
    effective, shown = imported(owner), owner.default()
    if isinstance(effective, (int, float)) and not isinstance(effective, bool):
        assert shown * owner.per == effective
    elif isinstance(effective, (str, bool, tuple)):
        assert shown == effective
    else:  # a config for a switch that is on
        assert shown is (effective is not None)


def test_help_shows_the_defaults_of_the_owners(capsys: pytest.CaptureFixture[str]) -> None:
    for name, shown in (("extract", "120.0"), ("train", "200"), ("label select", "4000")):
        with pytest.raises(SystemExit):
            app(args=[*name.split(), "--help"], prog_name="dougagen")
        assert f"[default: {shown}]" in capsys.readouterr().out


GROUPS: list[tuple[type[Options], type, dict[str, str]]] = [
    (options.MachineOptions, ReconstructionConfig, {}),
    (options.ReadingOptions, ReconstructionConfig, {"refine": "refinement"}),
    (options.BackendOptions, ReconstructionConfig, {}),
    (options.ExtractionOptions, ExtractOptions, {}),
    (TrainingOptions, TrainingConfig, {}),
    (StudioOptions, StudioSupply, {}),
    (PlanOptions, EvaluationPlan, {}),
]


@pytest.mark.parametrize(
    ("group", "config", "renamed"), GROUPS, ids=lambda part: getattr(part, "__name__", "")
)
def test_a_group_has_the_names_of_its_config(
    group: type[Options], config: type, renamed: dict[str, str]
) -> None:
    known = {field.name: field for field in fields(config)}
    for name, hint in group.declared().items():
        field = known[renamed.get(name, name)]
        default = default_of(field)
        if isinstance(default, (int, float)) and not isinstance(default, bool):
            told = any(isinstance(part, Owner) for part in get_args(hint))
            assert told or name in TOLD_IN_WORDS, (
                f"--{name} has the default {default}, and help does not say so"
            )


TOLD_IN_WORDS = {"learning_rate", "workers"}
"""What depends on the task, or on the machine."""


def test_a_file_can_say_all_that_a_line_can() -> None:
    assert set(options.ExtractionOptions.declared()) == {field.name for field in fields(ExtractOptions)}


def test_words_to_choose_between_are_those_of_the_library() -> None:
    assert get_args(TaskName) == tuple(task.value for task in Task)
    assert StudioSupply().profile.name == "training"  # what help calls the default
