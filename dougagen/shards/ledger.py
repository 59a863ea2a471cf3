"""The ledger: an episode is in the dataset when, and only when, ``episodes/<episode_id>.json`` is there.

Light on purpose (no Arrow): runs and the command line ask it what is already done.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from fractions import Fraction
from pathlib import Path
from typing import Any

from dougagen.domain import ExtractReport, FrameSpan
from dougagen.errors import DomainError, ShardError
from dougagen.files import Refusal, names_in, open_file, read_file, refused_as
from dougagen.shards.side_files import SideFacts, episode_of_side_file

SCHEMA_VERSION = 3
"""Counts the additions of columns; part of every shard's metadata, of the ledger and of the digest."""
EPISODES = "episodes"
DATA = "data"
BACKGROUNDS = "backgrounds"
HIDDEN = ".dougagen"
"""Locks and caches; nothing in it is part of the dataset, and it may be deleted while no run is going on."""
MAX_LEDGER_BYTES = 16 << 20
_EPISODE_ID = re.compile(r"[0-9a-f]{16}")
_RATE = re.compile(r"[0-9]{1,18}(?:/[0-9]{1,18}|\.[0-9]{1,18})?")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_TIMESHEET_LINE = re.compile(r"(?:\d{1,9}:\d{1,9}-\d{1,9}(?: |$))*")
_SPLIT = re.compile(r"[a-z]{1,32}")
_RECORD_ID = re.compile(r"[0-9a-f]{16}/[0-9]{1,18}")
_SHARD_NAME = re.compile(r"([a-z]{1,32})-([0-9a-f]{16})-(?:([0-9a-f]{8})-)?([0-9]{5})\.parquet")
REDO = "run dougagen extract on its source again with --on-existing redo"
REPAIR = "run dougagen extract on its source again with --repair"
REPEAT = "repeat"
"""The flag of a drawing that another episode of the dataset shows, and the reason where that drops it."""
ON_REPEAT = ("", "keep", "mark", "drop")


def shard_name(split: str, episode_id: str, number: int, *, digest: str = "") -> str:
    """``train-0123456789abcdef-00000.parquet``; never the title of the episode.

    With the ``digest`` of a redo its first eight digits stand before the number, so that the new shards and
    the old ones can lie side by side until the ledger changes.
    """
    redone = f"{digest[:8]}-" if digest else ""
    return f"{split}-{episode_id}-{redone}{number:05d}.parquet"


def episode_of_shard(name: str) -> str | None:
    """The episode in a shard's name; None where it is no name of ours."""
    found = _SHARD_NAME.fullmatch(name)
    return found[2] if found else None


def split_of(name: str) -> str:
    """The split that a shard's name begins with."""
    return name.partition("-")[0]


def require_episode_id(text: object) -> str:
    """The id, if it is 16 hex digits and so safe in a path; DomainError otherwise."""
    if not isinstance(text, str) or not _EPISODE_ID.fullmatch(text):
        raise DomainError(f"an episode id must be 16 hex digits, got {text!r}")
    return text


def require_split(text: str) -> str:
    """The split's name, if it is lower-case letters and so safe in a path; DomainError otherwise."""
    if not _SPLIT.fullmatch(text):
        raise DomainError(f"a split must be named with lower-case letters, got {text!r}")
    return text


def sha256_of(path: Path) -> str:
    """64 hex digits over a file of a dataset, ``out/FOLDER/NAME``. Raises OSError, Refusal."""
    with open_file(path, below=path.parent.parent) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True, slots=True)
class ShardFacts:
    """One shard as it was committed."""

    name: str
    """Plain file name inside ``data/`` or ``backgrounds/``."""
    sha256: str
    """64 hex digits over the file."""
    bytes: int
    rows: int

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not _SHARD_NAME.fullmatch(self.name):
            raise DomainError(
                f"a shard must be named like train-<episode_id>-00000.parquet, got {self.name!r}"
            )
        if not isinstance(self.sha256, str) or not _SHA256.fullmatch(self.sha256):
            raise DomainError(f"ShardFacts.sha256 must be 64 hex digits, got {self.sha256!r}")
        _require_count("ShardFacts.bytes", self.bytes)
        _require_count("ShardFacts.rows", self.rows)


def _require_count(name: str, value: object) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**63:
        raise DomainError(f"{name} must be a whole number in [0, 2⁶³), got {value!r}")


_TEXTS = ("source", "config_digest", "models", "dougagen_version")
_COUNTS = (
    "frames_decoded",
    "frames_in_exposures",
    "drawings",
    "records",
    "shots",
    "packets_damaged",
    "width",
    "height",
    "schema_version",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """What was committed for one episode: the extraction's report and the shards with their hashes."""

    episode_id: str
    source: str
    config_digest: str
    models: str
    dougagen_version: str
    width: int
    """Pixels of a decoded frame."""
    height: int
    frame_rate: Fraction
    frames_decoded: int
    frames_in_exposures: int
    frames_skipped: Mapping[str, int]
    drawings: int
    records: int
    drawings_rejected: Mapping[str, int]
    shots: int
    flags: tuple[str, ...] = ()
    packets_damaged: int = 0
    seconds: Mapping[str, float] = field(default_factory=dict)
    shards: tuple[ShardFacts, ...] = ()
    """Filled in by the writer at commit."""
    schema_version: int = SCHEMA_VERSION
    timesheet: tuple[str, ...] = ()
    """A line a shot, an exposure a word, ``drawing:start-stop`` with stop exclusive: every exposure, also of
    rejected drawings. So short because all ledgers are read at once; empty in those of older versions."""
    rejected: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """Reason → index of each drawing that became no record."""
    on_repeat: str = ""
    """What is done with drawings that another episode shows: ``keep``, ``mark`` or ``drop``; empty where it
    is no episode, and in ledgers of older versions."""
    repeats: Mapping[int, str] = field(default_factory=dict)
    """Frame of each drawing that another episode shows → ``record_id`` of the original. Its row says the
    same, or is set aside."""
    prints: SideFacts | None = None
    """How its drawings are recognised, those set aside included. Filled in by the writer at commit."""
    dropped: SideFacts | None = None
    """The rows that are set aside. Filled in by the writer at commit."""
    backgrounds: tuple[ShardFacts, ...] = ()
    """The shards of its plates. Filled in by the writer at commit; empty where no shot has a plate, and in
    ledgers of older versions."""

    def __post_init__(self) -> None:
        require_episode_id(self.episode_id)
        for name in _TEXTS:
            if not isinstance(getattr(self, name), str):
                raise DomainError(f"LedgerEntry.{name} must be text, got {getattr(self, name)!r}")
        for name in _COUNTS:
            _require_count(f"LedgerEntry.{name}", getattr(self, name))
        for name in ("frames_skipped", "drawings_rejected"):
            for reason, count in getattr(self, name).items():
                _require_count(f"LedgerEntry.{name}[{reason!r}]", count)
        for name in ("frames_skipped", "drawings_rejected", "seconds"):
            object.__setattr__(self, name, dict(getattr(self, name)))  # a copy; a proxy does not pickle
        object.__setattr__(self, "rejected", {why: tuple(which) for why, which in self.rejected.items()})
        if not all(isinstance(line, str) and _TIMESHEET_LINE.fullmatch(line) for line in self.timesheet):
            raise DomainError("LedgerEntry.timesheet must hold lines of words like 17:48-51")
        for reason, drawings in self.rejected.items():
            if len(drawings) != self.drawings_rejected.get(reason):
                raise DomainError(f"LedgerEntry.rejected[{reason!r}] does not fit its count of drawings")
        for shards in (self.shards, self.backgrounds):
            for shard in shards:
                if f"-{self.episode_id}-" not in shard.name:
                    raise DomainError(f"shard {shard.name} is not of episode {self.episode_id}")
            if len({shard.name for shard in shards}) < len(shards):  # a bomb names one sixty thousand times
                raise DomainError("a ledger must name each shard once")
        self._require_repeats()
        self.report()  # its counts add up, or DomainError

    def _require_repeats(self) -> None:
        if self.on_repeat not in ON_REPEAT:
            raise DomainError(f"LedgerEntry.on_repeat must be keep, mark or drop, got {self.on_repeat!r}")
        object.__setattr__(self, "repeats", dict(self.repeats))
        for frame, original in self.repeats.items():
            _require_count("a frame in LedgerEntry.repeats", frame)
            if not isinstance(original, str) or not _RECORD_ID.fullmatch(original):
                raise DomainError(f"LedgerEntry.repeats must name records, got {original!r}")
        for side in (self.prints, self.dropped):
            if side is not None and episode_of_side_file(side.name) != self.episode_id:
                raise DomainError(f"{side.name} is not of episode {self.episode_id}")

    @classmethod
    def of(
        cls,
        report: ExtractReport,
        *,
        config_digest: str,
        models: str,
        dougagen_version: str,
        width: int,
        height: int,
        frame_rate: Fraction,
        timesheet: tuple[str, ...] = (),
        rejected: Mapping[str, tuple[int, ...]] | None = None,
        on_repeat: str = "",
    ) -> LedgerEntry:
        """The entry of an extraction, without its shards: the writer adds them at commit."""
        counts = {name.name: getattr(report, name.name) for name in fields(report) if name.name != "shards"}
        return cls(
            **counts,
            config_digest=config_digest,
            models=models,
            dougagen_version=dougagen_version,
            width=width,
            height=height,
            frame_rate=frame_rate,
            timesheet=timesheet,
            rejected=rejected or {},
            on_repeat=on_repeat,
        )

    @property
    def plates(self) -> int:
        """Backgrounds that were put together from its drawings."""
        return sum(shard.rows for shard in self.backgrounds)

    @property
    def untraced_repeats(self) -> int:
        """Drawings that an older version dropped as repeats and kept no trace of."""
        return self.drawings_rejected.get(REPEAT, 0) - (self.dropped.rows if self.dropped else 0)

    def exposures(self) -> Iterator[tuple[int, int, FrameSpan]]:
        """Shot, drawing and frames of each exposure, in order."""
        for shot, line in enumerate(self.timesheet):
            for word in line.split():
                drawing, start, stop = map(int, re.split("[:-]", word))
                yield shot, drawing, FrameSpan(start, stop)

    def report(self) -> ExtractReport:
        """The extraction's report as it was when the episode was committed."""
        counts = {
            name.name: getattr(self, name.name) for name in fields(ExtractReport) if name.name != "shards"
        }
        return ExtractReport(**counts, shards=tuple(shard.name for shard in self.shards))

    def to_json(self) -> dict[str, Any]:
        """A plain dict that ``json`` writes; ``from_json`` reads it back equal."""
        return asdict(self) | {"frame_rate": str(self.frame_rate), "flags": list(self.flags)}

    @classmethod
    def from_json(cls, plain: object) -> LedgerEntry:
        """Raises DomainError where anything is missing, of the wrong type, or not safe as a path."""
        if not isinstance(plain, dict):
            raise DomainError(f"a ledger must hold a JSON object, got {type(plain).__name__}")
        known = {name.name for name in fields(cls)}
        try:
            values: dict[str, Any] = {name: value for name, value in plain.items() if name in known}
            values["frame_rate"] = _frame_rate(str(plain["frame_rate"]))
            values["timesheet"] = tuple(plain.get("timesheet", ()))
            values["rejected"] = dict(plain.get("rejected", {}))
            values["flags"] = tuple(str(flag) for flag in plain["flags"])
            values["seconds"] = {str(stage): float(busy) for stage, busy in plain["seconds"].items()}
            values["repeats"] = {int(frame): which for frame, which in plain.get("repeats", {}).items()}
            for side in ("prints", "dropped"):
                values[side] = _side_facts(plain.get(side))
            for name, shards in (
                ("shards", plain["shards"]),
                ("backgrounds", plain.get("backgrounds", ())),
            ):
                values[name] = tuple(
                    ShardFacts(shard["name"], shard["sha256"], shard["bytes"], shard["rows"])
                    for shard in shards
                )
            return cls(**values)
        except (KeyError, TypeError, AttributeError, ValueError, ArithmeticError) as error:
            if isinstance(error, DomainError):
                raise
            raise DomainError(f"a ledger's facts are missing or malformed ({error!r})") from error


def _side_facts(plain: Any) -> SideFacts | None:
    if plain is None:
        return None
    return SideFacts(plain["name"], plain["sha256"], plain["bytes"], plain["rows"])


def _frame_rate(text: str) -> Fraction:
    if not _RATE.fullmatch(text):  # "1e999999999" is a number, too: one that takes hours to be written out
        raise DomainError(f"LedgerEntry.frame_rate must be like 24000/1001, got {text[:40]!r}")
    return Fraction(text)


def ledger_path(out: Path, episode_id: str) -> Path:
    """Where the ledger of an episode lies, whether it is there or not."""
    return out / EPISODES / f"{require_episode_id(episode_id)}.json"


def read_ledger(out: Path, episode_id: str) -> LedgerEntry | None:
    """The entry of an episode, None where it is not in the dataset. Raises ShardError where it is damaged."""
    path = ledger_path(out, episode_id)
    try:
        text = read_file(path, most=MAX_LEDGER_BYTES, below=out).decode("utf-8")
        entry = LedgerEntry.from_json(json.loads(text))
    except FileNotFoundError:
        return None
    except Refusal as error:
        what = f"the ledger cannot be read ({error.strerror})"
        raise ShardError(what, where=error.path, remedy=error.remedy) from error
    except OSError as error:
        raise ShardError(f"the ledger cannot be read ({error.strerror})", where=path) from error
    except (DomainError, ValueError, RecursionError) as error:
        raise ShardError(f"the ledger is damaged: {error}", where=path, remedy=REPAIR) from error
    if entry.episode_id != episode_id:
        raise ShardError(f"the ledger is of episode {entry.episode_id}", where=path, remedy=REPAIR)
    return entry


def committed_ids(out: Path) -> tuple[str, ...]:
    """The ids of the episodes in the dataset, sorted; nothing but the names of the files is read.

    Raises ShardError where the folder of ledgers is a link or may not be read.
    """
    folder = out / EPISODES
    with refused_as(ShardError, folder, what="the ledgers cannot be read"):
        names = names_in(folder, below=out)
    ids = (name.removesuffix(".json") for name in names if name.endswith(".json"))
    return tuple(episode_id for episode_id in ids if _EPISODE_ID.fullmatch(episode_id))


def committed(out: Path) -> Iterator[LedgerEntry]:
    """The entry of every episode in the dataset, by id. Raises ShardError at one that is damaged."""
    for episode_id in committed_ids(out):
        entry = read_ledger(out, episode_id)
        if entry is not None:
            yield entry
