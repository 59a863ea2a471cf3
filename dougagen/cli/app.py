"""The ``dougagen`` command: one module a sub-command, each imported only when it runs."""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import typer
from typer.core import TyperGroup

from dougagen import __version__
from dougagen.cli import (
    bench,
    colorize,
    evaluate,
    export,
    extract,
    label,
    merge,
    models,
    probe,
    remove,
    stats,
    synth,
    train,
    verify,
    view,
)
from dougagen.cli.console import JournalHandler, complain, say, show_traceback
from dougagen.cli.own_words import only_our_words
from dougagen.cli.owners import Command
from dougagen.errors import DougagenError, Stopped, printable, unwind

_TyperUsageError: type[Exception] = typer.BadParameter.__bases__[0]  # typer exports no base of its refusals


@contextmanager
def _refusals_printable() -> Iterator[None]:
    """Typer quotes words of the command line as they are, and ``extract *`` makes words of names of files."""
    try:
        yield
    except _TyperUsageError as error:
        error.message = printable(error.message)  # type: ignore[attr-defined]
        raise


class _Group(TyperGroup):
    """The commands, with refusals that can be printed."""

    def make_context(self, *words: Any, **settings: Any) -> Any:
        with _refusals_printable():
            return super().make_context(*words, **settings)

    def invoke(self, context: Any) -> Any:
        with _refusals_printable():
            return super().invoke(context)


app = typer.Typer(
    name="dougagen",
    cls=_Group,
    help="From a finished anime episode to the drawings behind it: color, cel mask and douga.\n\n"
    "Start with:  dougagen extract episode.mkv --out shards/",
    epilog="--debug anywhere on the line shows the traceback of an error.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode="rich",
)
app.command("extract", cls=Command)(extract.extract)
app.command("stats", cls=Command)(stats.stats)
app.command("view", cls=Command)(view.view)
app.command("verify", cls=Command)(verify.verify)
app.command("export", cls=Command)(export.export)
app.command("probe", cls=Command)(probe.probe)
app.command("merge", cls=Command)(merge.merge)
app.command("remove", cls=Command)(remove.remove)
app.command("synth", cls=Command)(synth.synth)
app.command("train", cls=Command)(train.train)
app.command("colorize", cls=Command)(colorize.colorize)
app.add_typer(label.app, name="label")
app.command("evaluate", cls=Command)(evaluate.evaluate)
app.command("models", cls=Command)(models.models)
app.command("bench", cls=Command)(bench.bench)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"dougagen {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version."
    ),
) -> None:
    pass


def main() -> None:
    """Run the command line; exit codes as in the README."""
    debug = "--debug" in sys.argv[1:]
    arguments = [word for word in sys.argv[1:] if word != "--debug"]
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, unwind)
    if debug:
        os.environ["DOUGAGEN_DEBUG"] = "1"  # workers and decoders show their tracebacks, too
    logging.getLogger("dougagen").addHandler(JournalHandler())
    with nullcontext() if debug else only_our_words():
        _run(arguments, debug)


def _run(arguments: list[str], debug: bool) -> None:
    try:
        app(args=arguments, prog_name="dougagen")
    except DougagenError as error:
        if debug:
            show_traceback()
        complain(error)
        sys.exit(error.exit_code)
    except Stopped as stopped:
        word = "interrupted" if stopped.number == signal.SIGINT else "terminated"
        say(f"{word}: what was written is whole, run the same command again to carry on")
        sys.exit(128 + stopped.number)
    except BrokenPipeError:
        sys.exit(1)
    except Exception as error:  # noqa: BLE001 - a fault of ours is a line for those who run it, too
        if debug:
            show_traceback()
        first = (str(error).splitlines() or [""])[0][:200]
        complain(f"unexpected failure ({type(error).__name__}: {first}); --debug shows more")
        sys.exit(1)
