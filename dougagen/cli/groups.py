"""Options that go to one config as a group: declared once, spread over the commands that take them.

``with_groups`` is all that stands between a function that gets ``reading: ReadingOptions`` and Typer, which
wants every option in the signature.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Annotated, Any, get_origin, get_type_hints


class Options(dict[str, Any]):
    """A group of options, declared as annotations; as a value, those that stood on the line, by name."""

    @classmethod
    def declared(cls) -> dict[str, Any]:
        """Name → annotation with its ``typer.Option``."""
        return {
            n: h for n, h in get_type_hints(cls, include_extras=True).items() if get_origin(h) is Annotated
        }


def given(**values: Any) -> dict[str, Any]:
    """What stood on the line: an option that did not is None, or an empty list where it may be repeated."""
    return {name: value for name, value in values.items() if value is not None and value != []}


def with_groups(command: Callable[..., None]) -> Callable[..., None]:
    """The command as Typer wants it: the options of its groups stand in the signature one by one.

    A parameter whose type is a class of ``Options`` is such a group; the command gets it as a mapping.
    """
    hints = get_type_hints(command, include_extras=True)
    groups: dict[str, type[Options]] = {}
    flat: list[inspect.Parameter] = []
    for name, parameter in inspect.signature(command).parameters.items():
        kind = hints[name]
        if inspect.isclass(kind) and issubclass(kind, Options):
            groups[name] = kind
            flat += [
                inspect.Parameter(option, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=hint)
                for option, hint in kind.declared().items()
            ]
        else:
            flat.append(parameter.replace(annotation=kind))
    signature = inspect.Signature(_in_order(flat))

    @functools.wraps(command)
    def spread(*words: Any, **options: Any) -> None:
        said = signature.bind(*words, **options)
        said.apply_defaults()
        values: Mapping[str, Any] = said.arguments
        own = {name: values[name] for name in values if name in hints}
        grouped = {
            name: kind(given(**{option: values[option] for option in kind.declared()}))
            for name, kind in groups.items()
        }
        command(**own, **grouped)

    spread.__signature__ = signature  # type: ignore[attr-defined]
    spread.__annotations__ = {parameter.name: parameter.annotation for parameter in flat} | {"return": None}
    return spread


def _in_order(parameters: list[inspect.Parameter]) -> list[inspect.Parameter]:
    """Those by place before those by name, as Python wants them; each kind as it was."""
    return sorted(parameters, key=lambda parameter: parameter.kind)
