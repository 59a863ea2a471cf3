"""The front end as it travels in the wheel: its parts, and the page around them."""

from __future__ import annotations

from functools import cache
from html import escape
from importlib.resources import files

SCRIPTS = ("logic.js", "sources.js", "list.js", "player.js", "large.js", "main.js")
"""In the order in which they are loaded."""
STYLE = "light-table.css"


@cache
def part(name: str) -> str:
    """The text of one file of the front end."""
    return (files("dougagen.view") / "assets" / name).read_text(encoding="utf-8")


def document(title: str, *, policy: str, head: str, end: str, more: str = "") -> str:
    """The page: ``head`` and ``end`` carry or name style and scripts, ``more`` stands below the drawings.

    ``head``, ``end`` and ``more`` are markup; the title is a stranger's word.
    """
    rule = f'<meta http-equiv="Content-Security-Policy" content="{policy}">' if policy else ""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">{rule}'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="no-referrer">'
        f"<title>{escape(title)} — dougagen</title>{head}</head><body>"
        f"{part('shell.html').replace('<!--more-->', more)}{end}</body></html>\n"
    )


def served(title: str) -> str:
    """The page of ``dougagen view``: everything by name, below the address of the page itself."""
    scripts = "".join(f'<script src="{name}" defer></script>' for name in SCRIPTS)
    return document(
        title,
        policy="",
        head=f'<link rel="stylesheet" href="{STYLE}"><link rel="icon" href="data:,">',
        end=scripts,
    )
