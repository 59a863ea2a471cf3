"""The real command on a pseudo-terminal, and what of its output drives the terminal."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import termios
from pathlib import Path

HOSTILE = "a\x1b]0;owned\x07\x1b[2Jb\x9b2Jc\x08\x7f\x85\u202ed\u2028e\u2066\x1b[35;7mf"
"""A title, a cleared screen, a C1 sequence, backspace, delete, an end of line, reversed text, colours."""
HOSTILE_TEXT = f"{HOSTILE}\n2026-01-01 00:00:00 forged line\rx\ty"
"""The same where lines may end: no name of a file."""

_OURS = re.compile(rb"\x1b\[(?:[0-9;]*m|\?25[hl]|2K|[0-9]*[AB]|[0-9]*G)|\r\n|\r|\n")
"""What Rich writes: colours, the cursor's sight and place, a cleared line."""
_OF_THIS_TERMINAL = ("NO_COLOR", "COLUMNS", "LINES")  # pytest-xdist sets the size to 80×24 for its workers
_THEIRS = ("\x1b[35;7m", "\x1b]0;", "\x1b[2J")


def on_terminal(*words: str | Path, seconds: float = 300, **environment: str) -> tuple[int, bytes]:
    """Exit code, and all that the command wrote to its terminal, on which both its outputs are."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (50, 160))
    variables = {"TERM": "xterm-256color", "PYTHONIOENCODING": "utf-8", **environment}
    process = subprocess.Popen(
        [sys.executable, "-m", "dougagen", *map(os.fspath, words)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={key: value for key, value in os.environ.items() if key not in _OF_THIS_TERMINAL} | variables,
    )
    os.close(theirs)
    written = b""
    try:
        while data := os.read(ours, 1 << 16):
            written += data
    except OSError:  # EIO: nobody has the other end open any more
        pass
    finally:
        os.close(ours)
    return process.wait(seconds), written


def drives_terminal(written: bytes) -> list[str]:
    """Everything in it that a terminal would obey and that Rich did not write, and bytes that are no text.
    Empty is good."""
    found = [mark for mark in _THEIRS if mark.encode() in written]
    text = _OURS.sub(b"", written).decode("utf-8", "surrogateescape")
    return found + sorted({c for c in text if not c.isprintable() and c != "\u3000"})
