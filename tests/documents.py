"""The documents as data: their pages, the code blocks in them, and the commands that they name."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGES = (
    ROOT / "README.md",
    ROOT / "dougagen/README.md",
    ROOT / "models/README.md",
    ROOT / "sample_videos/README.md",
    *sorted((ROOT / "dougagen/guide").glob("*.md")),
)
_FENCE = re.compile(r"^```([^\n`]*)\n(.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`\n]+)`")
_SEPARATORS = {"&&", "||", ";", "|", ">", ">>"}


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block."""

    page: Path
    line: int
    """Of its first line, from 1."""
    words: tuple[str, ...]
    """What stands behind the fence: the language, and perhaps why it is not run."""
    text: str

    @property
    def language(self) -> str:
        return self.words[0] if self.words else ""

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for found in _FENCE.finditer(text):
        line = text.count("\n", 0, found.start()) + 2
        yield Block(page, line, tuple(found[1].split()), found[2])


def all_blocks(*languages: str) -> list[Block]:
    return [block for page in PAGES for block in blocks(page) if block.language in languages]


def prose(page: Path) -> str:
    """The page without its blocks."""
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


def inline_code(page: Path) -> list[str]:
    """What stands between backquotes; in a table a bar is escaped there."""
    return [code.replace(r"\|", "|") for code in _INLINE.findall(prose(page))]


def commands(text: str) -> Iterator[list[str]]:
    """The words after ``dougagen`` of every command in a block of shell, cron or systemd lines."""
    for line in text.replace("\\\n", " ").splitlines():
        words = shlex.shlex(line.replace("ExecStart=", ""), posix=True, punctuation_chars=True)
        words.whitespace_split = True
        command: list[str] | None = None
        for word in [*words, ";"]:
            if word in _SEPARATORS:
                if command is not None:
                    yield command
                command = None
            elif command is not None:
                command.append(word)
            elif word == "dougagen":
                command = []
