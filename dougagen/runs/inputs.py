"""Which video files the words on the command line mean: files, folders, globs."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from dougagen.errors import UsageError
from dougagen.files import Refusal, StorePath, store_of
from dougagen.footage import video_place

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
    """The files that ``words`` mean, each once, in the order given; folders are searched to the bottom, by
    ``**`` also through links, each folder once.

    A missing file is kept: it fails as that episode, and the others go on. Raises UsageError where a folder
    or a glob holds no video, since then the call itself is a mistake.
    """
    found: dict[Path, None] = {}
    for word in words:
        path = video_place(word)
        try:
            if isinstance(path, StorePath):
                found.update(dict.fromkeys(_meant_in_store(path)))
            else:
                found.update(dict.fromkeys(_meant_by(str(path))))
        except Refusal as error:
            what = f"cannot be looked up ({error.strerror})"
            raise UsageError(what, where=path, remedy=error.remedy) from error
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
    matches = sorted({Path(match) for match in _matches(word)})
    if not matches:
        raise UsageError("the pattern matches no file", where=word, remedy="check the folder and the quotes")
    return [p for match in matches for p in ([match] if match.is_file() else _meant_by(str(match)))]


def _meant_in_store(path: StorePath) -> list[Path]:
    """A name that looks like a video is one, and nobody asks the store before it is its turn."""
    store = store_of(path)
    if glob.has_magic(path.key) and not path.is_file():
        matches = store.matches(path)
        if not matches:
            raise UsageError("the pattern matches no file", where=path, remedy="check it and the quotes")
        return [*matches]
    if path.suffix.lower() in VIDEO_SUFFIXES or not path.is_dir():
        return [path]
    videos = [one for one in store.all_below(path) if one.suffix.lower() in VIDEO_SUFFIXES]
    if not videos:
        raise UsageError(
            "the folder holds no video", where=path, remedy=f"looked for {', '.join(sorted(VIDEO_SUFFIXES))}"
        )
    return [*videos]


def _matches(pattern: str) -> Iterator[str]:
    """What a glob matches. ``glob`` itself walks a link to a folder above it again and again."""
    head, stars, tail = _at_stars(pattern)
    if not stars:
        yield from glob.glob(pattern)  # noqa: PTH207 - absolute globs too
        return
    seen: set[tuple[int, int]] = set()
    for start in sorted(glob.glob(head)) if head else [""]:  # noqa: PTH207
        for folder in _folders_from(start, seen):
            yield from _matches(os.path.join(glob.escape(folder), tail or "*"))  # noqa: PTH118


def _at_stars(pattern: str) -> tuple[str, bool, str]:
    """What stands before the first ``**`` of a pattern, whether there is one, and what stands behind it."""
    parts = pattern.split("/")
    if "**" not in parts:
        return pattern, False, ""
    at = parts.index("**")
    head = "/".join(parts[:at])
    return ("/" if at and not head else head), True, "/".join(parts[at + 1 :])


def _folders_from(start: str, seen: set[tuple[int, int]]) -> Iterator[str]:
    """``start`` and every folder below it that is not hidden, each once, whatever links lead there."""
    waiting = [start]
    while waiting:
        folder = waiting.pop()
        try:
            facts = os.stat(folder or ".")  # noqa: PTH116
            if (facts.st_dev, facts.st_ino) in seen:
                continue
            with os.scandir(folder or ".") as entries:
                below = sorted(e.name for e in entries if e.is_dir() and not e.name.startswith("."))
        except OSError:  # a file, or a folder that may not be looked into: nothing matches there, as in glob
            continue
        seen.add((facts.st_dev, facts.st_ino))
        yield folder
        waiting += [os.path.join(folder, name) for name in reversed(below)]  # noqa: PTH118
