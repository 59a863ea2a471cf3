"""Where to look next: the last line of a command that has filled a folder, ready to be copied."""

from __future__ import annotations

import shlex
from pathlib import Path

from dougagen.errors import printable


def look_at(dataset: Path) -> str:
    """The command that shows the drawings of a dataset."""
    return f"dougagen view {_typed(dataset)}"


def all_figures(dataset: Path) -> str:
    """The command that shows every table of a dataset."""
    return f"dougagen stats {_typed(dataset)} --full"


def _typed(path: Path) -> str:
    """A path as one types it; ``./`` before a name that would be read as an option."""
    text = str(path)
    return printable(shlex.quote(f"./{text}" if text.startswith("-") else text))
