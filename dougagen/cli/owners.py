"""Options that have no default of their own: the library's stands, and help shows it.

An option is None where it is not on the line, and the library then never hears of it. ``Owner`` says where
its default is written, so that ``--help`` can show it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from typer.core import TyperCommand

import dougagen
from dougagen.files import is_address, require_local

_PACKAGE = Path(dougagen.__file__).parent


@dataclass(frozen=True, slots=True)
class Owner:
    """Where a default is written: ``room.module:Config.field``, ``:function.parameter`` or ``:CONSTANT``.

    Stands in the ``Annotated`` of an option. ``per`` is the owner's unit in that of the option.
    """

    place: str
    per: int = 1

    def default(self) -> Any:
        """Read in the source: to import a room for a word of help would take seconds of torch."""
        module, _, name = self.place.partition(":")
        tree = ast.parse(_PACKAGE.joinpath(*module.split(".")).with_suffix(".py").read_text("utf-8"))
        scope: list[ast.stmt] = tree.body
        *holders, last = name.split(".")
        for holder in holders:
            found = next(node for node in scope if getattr(node, "name", None) == holder)
            if isinstance(found, ast.FunctionDef):
                value = _value(_parameters(found)[last], tree)
                break
            scope = getattr(found, "body", [])
        else:
            value = _value(_assigned(scope)[last], tree)
        return value / self.per if self.per != 1 else value


def _value(node: ast.expr, tree: ast.Module) -> Any:
    """What a written default comes to, where it is a literal, a sum of some, or a constant of the module."""
    if isinstance(node, ast.Call):  # field(default_factory=…): a config stands for a switch that is on
        return True
    named = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    known = {name: _value(value, tree) for name, value in _assigned(tree.body).items() if name in named}
    return eval(compile(ast.Expression(node), "<default>", "eval"), {"__builtins__": {}}, known)


def _assigned(scope: list[ast.stmt]) -> dict[str, ast.expr]:
    found: dict[str, ast.expr] = {}
    for node in scope:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            found[node.target.id] = node.value
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id] = node.value
    return found


def _parameters(function: ast.FunctionDef) -> dict[str, ast.expr]:
    words = function.args
    positional = (*words.posonlyargs, *words.args)
    pairs = [
        *zip(reversed(positional), reversed(words.defaults), strict=False),
        *zip(words.kwonlyargs, words.kw_defaults, strict=True),
    ]
    return {argument.arg: default for argument, default in pairs if default is not None}


@dataclass(frozen=True, slots=True)
class TakesAddress:
    """Stands in the ``Annotated`` of a parameter that may be ``s3://bucket/…``."""


def _words_of(args: list[str], *, flags: Collection[str]) -> Iterator[tuple[str, str]]:
    """Each word of a line, behind the option whose value it is; an empty one where it is of none."""
    before = ""
    for word in args:
        option, is_assigned, value = word.partition("=") if word.startswith("--") else ("", "", word)
        yield (option, value) if is_assigned else (before, word)
        before = word if word.startswith("-") and not is_assigned and word not in flags else ""


def owners_of(command: Callable[..., Any]) -> dict[str, Owner]:
    """Parameter → owner, of those of a command that have one."""
    found: dict[str, Owner] = {}
    for name, hint in get_type_hints(command, include_extras=True).items():
        for part in get_args(hint) if get_origin(hint) is Annotated else ():
            if isinstance(part, Owner):
                found[name] = part
    return found


def _names_of(option: Any) -> list[str]:
    return [*option.opts, *option.secondary_opts]


class Command(TyperCommand):
    """A command whose help shows the defaults of the library, and whose paths are paths."""

    def parse_args(self, ctx: Any, args: list[str]) -> Any:
        """Refuses addresses, but where they are taken, while they are as they were typed: as a path
        ``s3://a`` is ``s3:/a``."""
        flags = {word for one in self.params if getattr(one, "is_flag", False) for word in _names_of(one)}
        texts, takers = self._text_options(), self._takers()
        for option, word in _words_of(args, flags=flags):
            if option not in texts and not (option in takers and is_address(word)):
                require_local(word)
        return super().parse_args(ctx, args)

    def _text_options(self) -> set[str]:
        """The options whose value is no path, as they stand on a line."""
        hints = get_type_hints(self.callback) if self.callback is not None else {}
        return {
            word
            for parameter in self.params
            if parameter.param_type_name == "option" and "Path" not in str(hints.get(str(parameter.name)))
            for word in parameter.opts
        }

    def _takers(self) -> set[str]:
        """The options that take addresses, as they stand on a line; an empty word if arguments do."""
        hints = get_type_hints(self.callback, include_extras=True) if self.callback is not None else {}
        return {
            word
            for one in self.params
            if any(isinstance(part, TakesAddress) for part in get_args(hints.get(str(one.name))))
            for word in (_names_of(one) if one.param_type_name == "option" else [""])
        }

    def format_help(self, ctx: Any, formatter: Any) -> None:
        owners = owners_of(self.callback) if self.callback is not None else {}
        for parameter in self.params:
            if parameter.name in owners:
                parameter.default = owners[parameter.name].default()
        super().format_help(ctx, formatter)
