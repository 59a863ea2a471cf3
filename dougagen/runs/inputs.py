"""Which video files the words on the command line mean: files, folders, globs."""

from __future__ import annotations

import glob
from collections.abc import Iterable
from pathlib import Path

from dougagen.errors import UsageError

VIDEO_SUFFIXES = frozenset(
    {
        ".mkv",
        ".mp4",
        ".m4v",
        ".mov",
        ".avi",
        ".ts",
        ".m2ts",
        ".mts",
        ".vob",
        ".mpg",
        ".mpeg",
        ".webm",
        ".wmv",
        ".ogv",
    }
)
"""What counts as a video when a folder is searched; a file that is named is tried whatever its suffix."""


def find_episodes(words: Iterable[str]) -> tuple[Path, ...]:
    """The files that ``words`` mean, each once, in the order given; folders are searched to the bottom.

    A missing file is kept: it fails as that episode, and the others go on. Raises UsageError where a folder
    or a glob holds no video, since then the call itself is a mistake.
    """
    found: dict[Path, None] = {}
    for word in words:
        try:
            found.update(dict.fromkeys(_meant_by(word)))
        except OSError as error:  # a name longer than any file's, a folder that may not be entered
            raise UsageError(
                f"cannot be looked up ({(error.strerror or 'error').lower()})", where=word, remedy="check it"
            ) from error
    return tuple(found)


def _meant_by(word: str) -> list[Path]:
    path = Path(word)
    if path.is_dir():
        videos = sorted(p for p in path.rglob("*") if p.suffix.lower() in VIDEO_SUFFIXES and p.is_file())
        if not videos:
            raise UsageError(
                "the folder holds no video",
                where=path,
                remedy=f"looked for {', '.join(sorted(VIDEO_SUFFIXES))}",
            )
        return videos
    if path.exists() or not glob.has_magic(word):
        return [path]
    matches = sorted(Path(p) for p in glob.glob(word, recursive=True))  # noqa: PTH207 - absolute globs too
    if not matches:
        raise UsageError("the pattern matches no file", where=word, remedy="check the folder and the quotes")
    return [p for match in matches for p in ([match] if match.is_file() else _meant_by(str(match)))]
