"""``dougagen view``: a dataset as a light table in the browser."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from dougagen.cli import options
from dougagen.cli.console import complain, err, out, say
from dougagen.cli.owners import Owner
from dougagen.errors import Stopped, quoted


def view(
    dataset: options.Dataset,
    *,
    port: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=65535,
            help="Where to listen on 127.0.0.1; 0: any free port. Where it is not given and taken, the next "
            "free one.",
            metavar="PORT",
        ),
        Owner("view.config:ViewConfig.port"),
    ] = None,
    browser: Annotated[
        bool | None,
        typer.Option(
            "--browser/--no-browser",
            help="Open the page in a browser, or only print its address; default: where there is a desktop.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Show a dataset as a light table in the browser: shots along time, played at their timing, every drawing
    at full resolution. Only this machine is answered, and only with the address that is printed.

    Example:  dougagen view shards/
    """
    from dougagen.view import open_light_table

    with open_light_table(dataset, port=port) as server:
        table = server.table
        for line in table.damaged:
            complain(line)
        without = "" if table.has_plates else " without background plates"
        what = f"{table.drawings:,} drawings on the light table{without}"
        say(f"{quoted(dataset)}: {what}; Ctrl-C closes it")
        out.print(server.url, soft_wrap=True)
        sys.stdout.flush()
        if browser or (browser is None and _at_a_desktop()):
            _open_browser(server.url)
        try:
            server.serve_forever()
        except Stopped as stopped:
            say("the light table is closed")
            raise typer.Exit(128 + stopped.number) from None


def _at_a_desktop() -> bool:
    """Whether a browser can show itself: a text browser on this terminal would take it over."""
    if not err.is_terminal or os.environ.get("SSH_CONNECTION"):
        return False
    return sys.platform in ("darwin", "win32") or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )


def _open_browser(url: str) -> None:
    import webbrowser
    from threading import Thread

    Thread(target=webbrowser.open, args=(url,), daemon=True).start()  # it may wait for the browser to end
