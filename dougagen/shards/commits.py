"""The commit of an episode: a promise that can only be kept, then its keeping."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dougagen.files import StorePath
from dougagen.shards.durable import (
    is_there,
    move,
    prepare_text,
    refusals_named,
    remove,
    sync_folder,
    write_text_whole,
)
from dougagen.shards.ledger import EPISODES, LedgerEntry, ledger_path
from dougagen.shards.locks import Lock
from dougagen.shards.recovery import (
    committed_files,
    finish_commit,
    hidden_side,
    intent_path,
    names_of,
    remove_replaced,
    replaced_path,
    require_places,
    sync_folders,
)
from dougagen.shards.shard_file import HashedFile
from dougagen.shards.side_files import SideFacts, side_name


class PrintsFile:
    """The prints of an episode until they are committed; one that is left without a commit is discarded."""

    def __init__(self, out: Path, episode_id: str) -> None:
        self._out, self._episode_id = out, episode_id
        self._file: HashedFile | None = None

    def write(self, prints: NDArray[np.void]) -> SideFacts:
        """Put ``PRINT[N]`` on the disk under a hidden name. Raises OSError."""
        data = prints.tobytes()
        name = side_name(self._episode_id, "prints", sha256(data).hexdigest())
        self._file = HashedFile(hidden_side(self._out, name))
        self._file.write(data)
        return SideFacts(name, self._file.seal(), len(data), len(prints))

    def release(self) -> None:
        if self._file is not None:
            self._file.release()

    def discard(self) -> None:
        if self._file is not None:
            self._file.abandon()


def commit_beside(
    out: Path, entry: LedgerEntry, lock: Lock, *, prints: NDArray[np.void] | None = None
) -> LedgerEntry:
    """Change the ledger of an episode, and its prints where they are given, but no row.

    ``lock`` is the episode's. Raises ShardError where the disk refuses.
    """
    if isinstance(out, StorePath):
        from dougagen.shards.stored import commit_beside_in_store

        return commit_beside_in_store(out, entry, lock, prints=prints)
    file = PrintsFile(out, entry.episode_id)
    with refusals_named(out):
        try:
            if prints is not None:
                entry = replace(entry, prints=file.write(prints))
            promise(out, entry)
        except BaseException:
            if not is_there(intent_path(out, entry.episode_id)):
                file.discard()
            raise
        finally:
            file.release()
        keep_promise(out, entry)
    return entry


def promise(out: Path, entry: LedgerEntry, created: tuple[Path, ...] = ()) -> None:
    """Put all that a commit needs on the disk, last the intent; from here on it can only be finished.

    The files of ``entry`` lie synced under their hidden names, or are there already; ``created`` are folders
    that were made for them. Raises OSError; then there is no intent, and nothing has changed.
    """
    intent, listing = intent_path(out, entry.episode_id), replaced_path(out, entry.episode_id)
    replaced = committed_files(out, entry.episode_id) - names_of(entry)
    text = json.dumps(entry.to_json(), indent=1, ensure_ascii=False) + "\n"
    require_places(out, entry)
    hidden = prepare_text(ledger_path(out, entry.episode_id), text)
    try:
        if replaced:
            write_text_whole(listing, json.dumps(sorted(replaced)))
        for parent in {out, *(folder.parent for folder in created)}:
            sync_folder(parent)  # its folders, which may have been made anew (``durable.create``)
        sync_folders(out, entry)
        move(hidden, intent)
        sync_folder(out / EPISODES)
    except BaseException:
        for path in (hidden, intent, listing):
            remove(path)
        raise


def keep_promise(out: Path, entry: LedgerEntry) -> None:
    """Finish a commit that was promised. Raises OSError; then the next start finishes it."""
    finish_commit(out, entry)
    remove_replaced(out, entry.episode_id)
