"""Does the dataset hold what its ledgers say? Every byte is hashed, every picture decoded.

And do the rows say of each other what is so? Prints and repeats are compared across the whole folder.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from dougagen.errors import ShardError, quoted
from dougagen.files import (
    Refusal,
    StorePath,
    StoreRefused,
    names_in,
    place,
    refused_as,
    require_file_or_nothing,
    stat_of,
)
from dougagen.shards.durable import store_refuses
from dougagen.shards.ledger import (
    BACKGROUNDS,
    DATA,
    EPISODES,
    REPAIR,
    LedgerEntry,
    ShardFacts,
    committed_ids,
    episode_of_shard,
    read_ledger,
    sha256_of,
)
from dougagen.shards.members import Known, PrintsLost, known, plan, prints_of, takes_part
from dougagen.shards.reader import open_dataset, raw_rows, require_schema
from dougagen.shards.recovery import files_of
from dougagen.shards.rows import decode_row
from dougagen.shards.side_files import SideFacts
from dougagen.shards.verify_plates import Shown, check_plates

_SETTLE = "run dougagen extract on its source again, which settles repeats"
_MAX_NAMED = 20  # rows of one shard that are named one by one


@dataclass(frozen=True, slots=True)
class Damage:
    """One thing that does not match the ledger."""

    where: str
    """File, relative to the dataset's folder."""
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{quoted(self.where)}: {self.what}; {self.remedy}"


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What was checked and what was found."""

    episodes: int
    shards: int
    records: int
    """Rows whose pictures were decoded and compared."""
    bytes: int
    damages: tuple[Damage, ...]
    leftovers: tuple[str, ...]
    """Hidden files of runs that were killed or are still writing: no part of the dataset, no damage."""
    plates: int = 0
    """Backgrounds whose pictures were decoded and compared."""

    @property
    def ok(self) -> bool:
        """Whether nothing is damaged."""
        return not self.damages

    def to_json(self) -> dict[str, Any]:
        """A plain dict, ``ok`` included."""
        return {"ok": self.ok, **asdict(self)}


class _Findings:
    """Collects while the dataset is walked once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.damages: list[Damage] = []
        self.record_ids: set[str] = set()
        self.aside: set[str] = set()
        """Records whose rows lie beside the ledger."""
        self.taking_part: dict[str, Known] = {}
        self.uncommitted: list[Path] = []
        """Shards that no ledger names yet, or any more, where that is no damage."""
        self.shards = self.records = self.plates = self.bytes = 0

    def add(self, where: Path, what: str, remedy: str) -> None:
        self.damages.append(Damage(where.relative_to(self.root).as_posix(), what, remedy))


def verify_dataset(out: Path) -> VerifyReport:
    """Check hashes, sizes, schema, counts, ids and every picture of the dataset at ``out``.

    Damage is reported, not raised; ShardError only where there is no dataset to check.
    """
    out = place(out)
    with refused_as(ShardError, out, what="cannot be read"):
        has_ledgers = (out / EPISODES).is_dir()
    if not has_ledgers:
        dataset = open_dataset(out)  # raises where there is nothing; a plain folder has no ledger to check
        raise ShardError(
            f"{len(dataset.shards)} shards and no ledger: there is nothing to verify them against",
            where=out,
            remedy="give the folder that dougagen extract --out wrote",
        )
    findings = _Findings(out)
    named: set[Path] = set()
    episode_ids = committed_ids(out)
    for episode_id in episode_ids:
        try:
            entry = read_ledger(out, episode_id)
        except ShardError as error:
            if store_refuses(error):
                raise
            findings.add(out / EPISODES / f"{episode_id}.json", error.what, error.remedy or REPAIR)
            named.update(
                path
                for folder in (DATA, BACKGROUNDS)
                for path in _all_in(out / folder)
                if episode_of_shard(path.name) == episode_id
            )
            continue
        if entry is not None:
            named.update(file.path for file in files_of(out, entry))
            _check_episode(findings, entry)
    _check_repeats(findings)
    _find_strays(findings, named)
    leftovers = findings.uncommitted + [
        path
        for folder in (out / DATA, out / BACKGROUNDS, out / EPISODES)
        for path in _all_in(folder)
        if path.name.startswith(".") and path.suffix == ".partial"
    ]
    return VerifyReport(
        len(episode_ids),
        findings.shards,
        findings.records,
        findings.bytes,
        tuple(findings.damages),
        tuple(sorted(path.relative_to(out).as_posix() for path in leftovers)),
        findings.plates,
    )


def _all_in(folder: Path) -> list[Path]:
    """What lies in a folder of the dataset; nothing where it is a link: its files are then named as damaged,
    and those of somebody else are not."""
    try:
        return [folder / name for name in names_in(folder, below=folder.parent)]
    except OSError:
        return []


def _remedy(entry: LedgerEntry) -> str:
    if entry.models:
        return f"run dougagen extract on {quoted(entry.source)} again with --repair"
    return f"remove {EPISODES}/{entry.episode_id}.json and make {quoted(entry.source)} again"


def _check_episode(findings: _Findings, entry: LedgerEntry) -> None:
    ledger = findings.root / EPISODES / f"{entry.episode_id}.json"
    rows = sum(shard.rows for shard in entry.shards)
    if rows != entry.records:
        findings.add(ledger, f"counts {entry.records} records, its shards {rows}", _remedy(entry))
    if entry.untraced_repeats:
        what = (
            f"an older version dropped {entry.untraced_repeats} drawings as repeats and kept no trace of them"
        )
        findings.add(ledger, what, _remedy(entry))
    shown = Shown.of(entry)
    said = [
        _check_rows(findings, entry, findings.root / DATA / shard.name, shard, shown)
        for shard in entry.shards
    ]
    findings.shards += len(said)
    if entry.dropped is not None:
        path = findings.root / EPISODES / entry.dropped.name
        said.append(_check_rows(findings, entry, path, entry.dropped, shown))
    seen: set[str] = set()
    for shard in entry.backgrounds:
        path = findings.root / BACKGROUNDS / shard.name
        if _check_file(findings, entry, path, shard):
            told = check_plates(path, entry, shard, shown if None not in said else None, seen)
            findings.plates += told.plates
            _tell(findings, entry, path, told.wrong)
    if takes_part(findings.root, entry):
        _check_prints(findings, entry, said)


def _check_prints(findings: _Findings, entry: LedgerEntry, said: list[dict[int, int] | None]) -> None:
    """``said`` is frame → fingerprint of the rows of each file."""
    try:
        one = known(findings.root, entry)
        table = prints_of(findings.root, one)
    except ShardError as error:
        if store_refuses(error):
            raise
        if isinstance(error, PrintsLost) and error.where is not None:
            findings.add(Path(error.where), error.what, _remedy(entry))
        return  # what is wrong with the rows is said already
    findings.taking_part[entry.episode_id] = one
    of_rows = {frame: mark for part in said if part for frame, mark in part.items()}
    in_file = dict(zip(table["frame"].tolist(), table["fingerprint"].tolist(), strict=True))
    if one.prints is not None and None not in said and of_rows != in_file:
        what = "the prints are not those of the rows"
        findings.add(findings.root / EPISODES / one.prints.name, what, _remedy(entry))


def _check_repeats(findings: _Findings) -> None:
    """Whatever says that it repeats a record repeats one that is there, and that repeats nothing."""
    said = {
        f"{episode_id}/{frame}": original
        for episode_id, one in findings.taking_part.items()
        for frame, original in one.member.repeats.items()
    }
    wrong: dict[str, list[str]] = {}
    for record_id, original in said.items():
        episode_id = record_id.partition("/")[0]
        if original not in findings.record_ids:
            why = "which is not there"
        elif original in said or original.startswith(episode_id):
            why = "which is not an original"
        else:
            continue
        wrong.setdefault(episode_id, []).append(f"record {record_id!r} repeats {original!r}, {why}")
    for episode_id, whats in wrong.items():
        ledger = findings.root / EPISODES / f"{episode_id}.json"
        more = [f"and {len(whats) - _MAX_NAMED} more"] if len(whats) > _MAX_NAMED else []
        for what in [*whats[:_MAX_NAMED], *more]:
            findings.add(ledger, what, _SETTLE)
    if wrong or findings.damages:
        return  # what is to be settled follows from a whole dataset
    for member, repeats in plan(findings.root, findings.taking_part):
        if other := {frame for frame, _ in repeats.items() ^ member.repeats.items()}:
            ledger = findings.root / EPISODES / f"{member.episode_id}.json"
            findings.add(ledger, f"its repeats are not settled ({len(other)} drawings)", _SETTLE)


def _check_file(findings: _Findings, entry: LedgerEntry, path: Path, facts: ShardFacts | SideFacts) -> bool:
    """Whether it can be read; what is wrong with its bytes is said."""
    try:
        found = stat_of(path, below=findings.root)
        if found is None:
            findings.add(path, "is in the ledger and not in the folder", _remedy(entry))
            return False
        require_file_or_nothing(path, below=findings.root)
        size = found.st_size
        findings.bytes += size
        if size != facts.bytes:
            findings.add(path, f"holds {size} bytes, the ledger says {facts.bytes}", _remedy(entry))
        elif sha256_of(path) != facts.sha256:
            findings.add(path, "its SHA-256 is not the ledger's", _remedy(entry))
    except OSError as error:
        if isinstance(error, StoreRefused) and error.is_of_the_store:
            raise ShardError(f"cannot be read ({error.strerror})", where=path, remedy=error.remedy) from error
        remedy = error.remedy if isinstance(error, Refusal) else "make it readable"
        findings.add(path, f"cannot be read ({error.strerror})", remedy)
        return False
    return True


def _tell(findings: _Findings, entry: LedgerEntry, path: Path, wrong: list[str]) -> None:
    """Name what is wrong with the rows of a file, the first of them one by one."""
    more = [f"and {len(wrong) - _MAX_NAMED} more"] if len(wrong) > _MAX_NAMED else []
    for what in [*wrong[:_MAX_NAMED], *more]:
        findings.add(path, what, _remedy(entry))


def _check_rows(
    findings: _Findings, entry: LedgerEntry, path: Path, facts: ShardFacts | SideFacts, seen: Shown
) -> dict[int, int] | None:
    """Frame → fingerprint of each row; None where not all of them are in order. ``seen`` hears of each."""
    if not _check_file(findings, entry, path, facts):
        return None
    rows = 0
    wrong: list[str] = []
    prints: dict[int, int] = {}
    shown = isinstance(facts, ShardFacts)
    try:
        require_schema(path)
        for row in raw_rows(path):
            rows += 1
            wrong += _wrong_in(findings, entry, row, seen, shown=shown)
            prints[row["frame_index"]] = row["fingerprint"]
    except ShardError as error:
        if store_refuses(error):
            raise
        findings.add(path, error.what, _remedy(entry))
        return None
    finally:
        findings.records += rows if shown else 0
        _tell(findings, entry, path, wrong)
    if rows != facts.rows:
        findings.add(path, f"holds {rows} rows, the ledger says {facts.rows}", _remedy(entry))
    return None if wrong or rows != facts.rows else prints


def _wrong_in(
    findings: _Findings, entry: LedgerEntry, row: dict[str, Any], seen: Shown, *, shown: bool
) -> Iterator[str]:
    record_id = str(row.get("record_id"))
    try:
        record = decode_row(row)
    except ShardError as error:
        yield error.what
        return
    provenance = record.provenance
    seen.add(provenance)
    if provenance.episode_id != entry.episode_id:
        yield f"record {record_id!r} is of episode {provenance.episode_id!r}"
    if record_id != f"{provenance.episode_id}/{provenance.frame_index}":
        yield f"record {record_id!r} shows frame {provenance.frame_index}"
    if record_id in findings.record_ids or record_id in findings.aside:
        yield f"record {record_id!r} is there twice"
    (findings.record_ids if shown else findings.aside).add(record_id)
    if entry.on_repeat:
        wanted = entry.repeats.get(provenance.frame_index, "")
        if shown and provenance.repeats != wanted:
            yield f"record {record_id!r} repeats {provenance.repeats!r}, the ledger says {wanted!r}"
        if not shown and not wanted:
            yield f"record {record_id!r} is set aside, and repeats nothing"


def _find_strays(findings: _Findings, named: set[Path]) -> None:
    """Visible shards that no ledger names: a glob reads them, the dataset does not hold them."""
    for folder in (DATA, BACKGROUNDS):
        for path in _all_in(findings.root / folder):
            if path.suffix == ".parquet" and path not in named and not path.name.startswith("."):
                if isinstance(path, StorePath) and episode_of_shard(path.name) is not None:
                    findings.uncommitted.append(path)  # there they get their names before the commit
                    continue
                what = "is in the folder and in no ledger"
                findings.add(path, what, "extract its episode again or remove it")
