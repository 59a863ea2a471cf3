"""Does the dataset hold what its ledgers say? Every byte is hashed, every picture decoded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from dougagen.errors import ShardError, quoted
from dougagen.shards.ledger import (
    DATA,
    EPISODES,
    REPAIR,
    LedgerEntry,
    ShardFacts,
    committed_ids,
    read_ledger,
    sha256_of,
)
from dougagen.shards.reader import open_dataset, raw_rows, require_schema
from dougagen.shards.rows import decode_row

_MAX_NAMED = 20  # rows of one shard that are named one by one


@dataclass(frozen=True, slots=True)
class Damage:
    """One thing that is not as the ledger says."""

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
        self.shards = self.records = self.bytes = 0

    def add(self, where: Path, what: str, remedy: str) -> None:
        self.damages.append(Damage(where.relative_to(self.root).as_posix(), what, remedy))


def verify_dataset(out: Path) -> VerifyReport:
    """Check hashes, sizes, schema, counts, ids and every picture of the dataset at ``out``.

    Damage is reported, not raised; ShardError only where there is no dataset to check.
    """
    out = Path(out)
    if not (out / EPISODES).is_dir():
        dataset = open_dataset(out)  # raises where there is nothing; a plain folder has no ledger to check
        raise ShardError(
            f"{len(dataset.shards)} shards and no ledger: there is nothing to verify them against",
            where=out,
            remedy="give the folder that dougagen extract --out wrote",
        )
    findings = _Findings(out)
    named: set[str] = set()
    episode_ids = committed_ids(out)
    for episode_id in episode_ids:
        try:
            entry = read_ledger(out, episode_id)
        except ShardError as error:
            findings.add(out / EPISODES / f"{episode_id}.json", error.what, error.remedy or REPAIR)
            named.update(path.name for path in (out / DATA).glob(f"*-{episode_id}-*.parquet"))
            continue
        if entry is not None:
            named.update(shard.name for shard in entry.shards)
            _check_episode(findings, entry)
    _find_strays(findings, named)
    leftovers = [path for folder in (out / DATA, out / EPISODES) for path in folder.glob(".*.partial")]
    return VerifyReport(
        len(episode_ids),
        findings.shards,
        findings.records,
        findings.bytes,
        tuple(findings.damages),
        tuple(sorted(path.relative_to(out).as_posix() for path in leftovers)),
    )


def _remedy(entry: LedgerEntry) -> str:
    if entry.models:
        return f"run dougagen extract on {quoted(entry.source)} again with --repair"
    return f"remove {EPISODES}/{entry.episode_id}.json and make {quoted(entry.source)} again"


def _check_episode(findings: _Findings, entry: LedgerEntry) -> None:
    ledger = findings.root / EPISODES / f"{entry.episode_id}.json"
    rows = sum(shard.rows for shard in entry.shards)
    if rows != entry.records:
        findings.add(ledger, f"counts {entry.records} records, its shards {rows}", _remedy(entry))
    for shard in entry.shards:
        _check_shard(findings, entry, shard)


def _check_shard(findings: _Findings, entry: LedgerEntry, facts: ShardFacts) -> None:
    path = findings.root / DATA / facts.name
    findings.shards += 1
    if not path.is_file():
        findings.add(path, "is in the ledger and not in the folder", _remedy(entry))
        return
    try:
        size = path.stat().st_size
        findings.bytes += size
        if size != facts.bytes:
            findings.add(path, f"holds {size} bytes, the ledger says {facts.bytes}", _remedy(entry))
        elif sha256_of(path) != facts.sha256:
            findings.add(path, "its SHA-256 is not the ledger's", _remedy(entry))
    except OSError as error:
        findings.add(path, f"cannot be read ({error.strerror})", "make it readable")
        return
    _check_rows(findings, entry, facts, path)


def _check_rows(findings: _Findings, entry: LedgerEntry, facts: ShardFacts, path: Path) -> None:
    rows = 0
    wrong: list[str] = []
    try:
        require_schema(path)
        for row in raw_rows(path):
            rows += 1
            wrong += _wrong_in(findings, entry, row)
    except ShardError as error:
        findings.add(path, error.what, _remedy(entry))
        return
    finally:
        findings.records += rows
        for what in wrong[:_MAX_NAMED]:
            findings.add(path, what, _remedy(entry))
        if len(wrong) > _MAX_NAMED:
            findings.add(path, f"and {len(wrong) - _MAX_NAMED} more", _remedy(entry))
    if rows != facts.rows:
        findings.add(path, f"holds {rows} rows, the ledger says {facts.rows}", _remedy(entry))


def _wrong_in(findings: _Findings, entry: LedgerEntry, row: dict[str, Any]) -> Iterator[str]:
    record_id = str(row.get("record_id"))
    try:
        record = decode_row(row)
    except ShardError as error:
        yield error.what
        return
    provenance = record.provenance
    if provenance.episode_id != entry.episode_id:
        yield f"record {record_id!r} is of episode {provenance.episode_id!r}"
    if record_id != f"{provenance.episode_id}/{provenance.frame_index}":
        yield f"record {record_id!r} shows frame {provenance.frame_index}"
    if record_id in findings.record_ids:
        yield f"record {record_id!r} is there twice"
    findings.record_ids.add(record_id)


def _find_strays(findings: _Findings, named: set[str]) -> None:
    """Visible shards that no ledger names: a glob reads them, the dataset does not hold them."""
    for path in sorted((findings.root / DATA).glob("*.parquet")):
        if path.name not in named and not path.name.startswith("."):
            findings.add(path, "is in the folder and in no ledger", "extract its episode again or remove it")
