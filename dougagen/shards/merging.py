"""Datasets joined: every episode of every folder once, its files byte for byte, committed like any other.

An episode is put under hidden names, each file compared with the hash in its ledger on the way, and committed
with the ledger that it had. So a merge that is killed leaves whole episodes, and remains that ``recovery``
puts right, and the same command carries on. What episodes of different folders repeat of each other is
settled at the end.
"""

from __future__ import annotations

import errno
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from dougagen.errors import ShardError, UsageError, quoted
from dougagen.files import Refusal, folder_at, open_file, refused_as
from dougagen.shards.card import renew_card
from dougagen.shards.commits import keep_promise, promise
from dougagen.shards.durable import (
    is_there,
    make_folders,
    refusals_named,
    remove,
    remove_if_empty,
    size_of,
    stops_everything,
)
from dougagen.shards.ledger import EPISODES, LedgerEntry, committed_ids, read_ledger, sha256_of
from dougagen.shards.locks import lock_episode
from dougagen.shards.option_words import differences, in_a_clause
from dougagen.shards.recovery import (
    CommittedFile,
    files_of,
    intent_path,
    recover,
    recover_episode,
)
from dougagen.shards.removal import take_out
from dougagen.shards.settling import Settled, settle_repeats
from dougagen.shards.shard_file import HashedFile

How = Literal["copy", "link"]
"""Copies of the files, or second names for them (hard links) where the disk has them: dougagen never writes
into a file that is there, so neither folder can change the other's."""
_PIECE = 4 << 20
_NO_LINK = frozenset({errno.EXDEV, errno.EPERM, errno.EMLINK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EACCES})
_SEVERAL = "give it a dataset that dougagen extract --out wrote"


@dataclass(frozen=True, slots=True)
class Merged:
    """What became of every episode of every folder."""

    taken: tuple[str, ...] = ()
    """Ids of episodes that are in the dataset now and were not before."""
    replaced: tuple[str, ...] = ()
    already_there: tuple[str, ...] = ()
    """They were there, or an earlier folder had them, under the same options."""
    kept: tuple[str, ...] = ()
    """They were there under other options, and stayed."""
    failed: tuple[ShardError, ...] = ()
    """Why some are not in the dataset: a line each."""
    bytes: int = 0
    """Copied or linked."""
    configurations: Mapping[str, int] = field(default_factory=dict)
    """Digest of the options → episodes of the joined dataset that were made under them, the most first."""
    repeats: Settled = field(default_factory=Settled)

    @property
    def troubles(self) -> tuple[ShardError, ...]:
        """All that did not go as it should."""
        return (*self.failed, *self.repeats.troubles)


def _unheard(_: int, __: int) -> None:
    """Nobody follows the bytes."""


def merge_datasets(
    folders: Sequence[Path],
    out: Path,
    *,
    how: How = "copy",
    on_existing: Literal["error", "skip", "redo"] = "error",
    on_progress: Callable[[int, int], None] = _unheard,
) -> Merged:
    """Join ``folders`` in ``out``, which may hold episodes already, or be one of them.

    An episode of two folders is taken once, from the first. Where they had other options ``on_existing`` says
    what becomes of the later one: a failure that names what differs, passed over, or put in the place of the
    earlier. ``on_progress`` hears bytes, done and in all. Raises UsageError where a folder is no dataset,
    before anything is written; ShardError where the disk refuses.
    """
    out = Path(out)
    if out.exists() and not out.is_dir():
        raise UsageError("the output path is a file", where=out, remedy="name a folder with --out")
    sources = [_ids_of(Path(folder)) for folder in folders]
    with refusals_named(out):
        created = make_folders(out)
    try:
        recover(out)
        merging = _Merging(out, how, on_existing, on_progress, sources)
        merging.run()
        return merging.settled()
    finally:
        remove_if_empty(created)


def _ids_of(folder: Path) -> tuple[Path, tuple[str, ...]]:
    """Raises UsageError, ShardError."""
    if not folder.is_dir():
        raise UsageError("there is no such folder", where=folder, remedy=_SEVERAL)
    if not (folder / EPISODES).is_dir():
        what = "this folder has no ledgers, so nobody knows which episodes it holds"
        raise UsageError(what, where=folder, remedy=_SEVERAL)
    ids = committed_ids(folder)
    if not ids:
        raise UsageError("no episode is committed in this folder", where=folder, remedy=_SEVERAL)
    return folder, ids


class _Merging:
    """A merge while it goes on."""

    def __init__(
        self,
        out: Path,
        how: How,
        on_existing: str,
        on_progress: Callable[[int, int], None],
        sources: Sequence[tuple[Path, tuple[str, ...]]],
    ) -> None:
        self._out, self._how, self._on_existing, self._tell = out, how, on_existing, on_progress
        self._failed: list[ShardError] = []
        self._ends: dict[str, list[str]] = {"taken": [], "replaced": [], "already_there": [], "kept": []}
        self._done = self._bytes = 0
        found = [(folder, entry) for folder, ids in sources for entry in self._read(folder, ids)]
        self._entries = _last_of_each(found) if on_existing == "redo" else found
        self._total = sum(_size_of(entry) for _, entry in self._entries)

    def _read(self, folder: Path, ids: Sequence[str]) -> Iterator[LedgerEntry]:
        for episode_id in ids:
            try:
                entry = read_ledger(folder, episode_id)
            except ShardError as error:
                self._failed.append(error)
                continue
            if entry is not None:
                yield entry

    def run(self) -> None:
        """Take one episode after another. Raises ShardError where the next would be refused, too."""
        for folder, entry in self._entries:
            before = self._done
            try:
                self._ends[self._take(folder, entry)].append(entry.episode_id)
            except ShardError as error:
                if stops_everything(error) and not _is_of(error, folder):
                    raise
                self._failed.append(error)
            self._done = before + _size_of(entry)
            self._tell(self._done, self._total)

    def _take(self, folder: Path, entry: LedgerEntry) -> str:
        """How it ended: a name of ``_ends``. Raises ShardError."""
        there = read_ledger(self._out, entry.episode_id)
        end = self._standing(folder, entry, there)
        if end in ("taken", "replaced"):
            with lock_episode(self._out, entry.episode_id):
                with refusals_named(self._out):
                    recover_episode(self._out, entry.episode_id)
                end = self._standing(folder, entry, read_ledger(self._out, entry.episode_id))
                if end in ("taken", "replaced"):
                    self._bring(folder, entry, replaces=end == "replaced")
        return end

    def _standing(self, folder: Path, entry: LedgerEntry, there: LedgerEntry | None) -> str:
        if there is None:
            return "taken"
        if there.config_digest == entry.config_digest:
            return "already_there"
        if self._on_existing == "skip":
            return "kept"
        if self._on_existing == "redo":
            return "replaced"
        raise ShardError(
            f"episode {entry.episode_id} ({quoted(entry.source)}) is in the dataset under other options "
            f"({_differing(there, entry)})",
            where=folder,
            remedy="--on-existing redo takes this one, --on-existing skip keeps the other",
        )

    def _bring(self, folder: Path, entry: LedgerEntry, *, replaces: bool) -> None:
        """Put the files under hidden names, then commit. Raises ShardError; then nothing has changed."""
        made: list[Path] = []
        pairs = list(zip(files_of(folder, entry), files_of(self._out, entry), strict=True))
        with refusals_named(self._out):
            created = tuple(
                new for place in sorted({o.path.parent for _, o in pairs} | {self._out / EPISODES})
                for new in make_folders(place, below=self._out)
            )  # fmt: skip
            try:
                for source, target in pairs:
                    made.append(target.hidden)
                    self._bring_file(source, target)
                if replaces:  # both have the same names: the older goes first, and a kill between the two
                    take_out(self._out, entry.episode_id)  # leaves it to the same command again
                promise(self._out, entry, created)
            except BaseException:
                if not is_there(intent_path(self._out, entry.episode_id)):
                    for path in made:
                        with suppress(OSError):
                            remove(path)
                    remove_if_empty(created)
                raise
            keep_promise(self._out, entry)

    def _bring_file(self, source: CommittedFile, target: CommittedFile) -> None:
        """Raises OSError, ShardError where it is not what its ledger says."""
        try:
            size = size_of(source.path)
            if size != source.facts.bytes:
                raise _altered(source, "is missing" if size < 0 else "has another size than its ledger says")
            if self._how == "link" and _linked(source.path, target.hidden):
                digest = sha256_of(target.hidden)
            else:
                digest = self._copied(source.path, target.hidden)
        except Refusal as error:
            if error.path.is_relative_to(target.hidden.parent):
                raise
            raise ShardError(
                f"cannot be read ({error.strerror})", where=error.path, remedy=error.remedy
            ) from error
        if digest != source.facts.sha256:
            raise _altered(source, "is not what its ledger says")
        self._bytes += size

    def _copied(self, source: Path, hidden: Path) -> str:
        """SHA-256 of what was copied, which is on the disk then. Raises OSError."""
        copy = HashedFile(hidden)
        try:
            for piece in _pieces(source):
                copy.write(piece)
                self._done += len(piece)
                self._tell(self._done, self._total)
            return copy.seal()
        finally:
            copy.release()

    def settled(self) -> Merged:
        """Settle what episodes repeat of each other, write the card, and say what came of it all."""
        repeats = Settled()
        if committed_ids(self._out):
            repeats = settle_repeats(self._out)
            renew_card(self._out)
        digests = Counter(
            entry.config_digest
            for episode_id in committed_ids(self._out)
            if (entry := _readable(self._out, episode_id)) is not None
        )
        return Merged(
            **{end: tuple(ids) for end, ids in self._ends.items()},
            failed=tuple(self._failed),
            bytes=self._bytes,
            configurations=dict(digests.most_common()),
            repeats=repeats,
        )


def _last_of_each(found: Sequence[tuple[Path, LedgerEntry]]) -> list[tuple[Path, LedgerEntry]]:
    """Without the episodes that a later folder has under other options: those take their place."""
    last = {entry.episode_id: entry.config_digest for _, entry in found}
    return [(folder, entry) for folder, entry in found if last[entry.episode_id] == entry.config_digest]


def _readable(out: Path, episode_id: str) -> LedgerEntry | None:
    with suppress(ShardError):
        return read_ledger(out, episode_id)
    return None


def _size_of(entry: LedgerEntry) -> int:
    return sum(file.facts.bytes for file in files_of(Path(), entry))


def _is_of(error: ShardError, folder: Path) -> bool:
    """Whether what the system refuses lies in a folder that is read, not in the one that is written."""
    return error.where is not None and Path(error.where).is_relative_to(folder)


def _altered(file: CommittedFile, what: str) -> ShardError:
    remedy = "run dougagen verify on its folder; if a run was writing there, merge again"
    return ShardError(f"{what}, so its episode is left out", where=file.path, remedy=remedy)


def _pieces(path: Path) -> Iterator[bytes]:
    """The bytes of a file of a dataset. Raises ShardError."""
    with refused_as(ShardError, path, what="cannot be read"):
        file = open_file(path, below=path.parent.parent)
    with file:
        while True:
            with refused_as(ShardError, path, what="cannot be read"):
                piece = file.read(_PIECE)
            if not piece:
                return
            yield piece


def _linked(source: Path, hidden: Path) -> bool:
    """Give ``source`` the second name ``hidden``; False where the disk knows none. Raises OSError."""
    try:
        with (
            folder_at(source.parent, below=source.parent.parent) as old,
            folder_at(hidden.parent, below=hidden.parent.parent) as new,
        ):
            new.link(old, source.name, hidden.name)
    except OSError as error:
        if error.errno in _NO_LINK and not isinstance(error, Refusal):
            return False
        raise
    return True


def _differing(one: LedgerEntry, other: LedgerEntry) -> str:
    """In which options two ledgers differ, as far as they say."""
    if one.options and other.options and (found := list(differences(one.options, other.options))):
        return in_a_clause(found)
    return f"digest {one.config_digest[:8]} there, {other.config_digest[:8]} here"
