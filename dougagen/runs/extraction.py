"""One run of ``extract`` over many episodes: a failure takes one episode, never the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from dougagen.config import ExtractConfig, config_digest
from dougagen.domain import Episode, ExtractReport
from dougagen.errors import DougagenError, ShardError, UsageError
from dougagen.footage import open_episode
from dougagen.pipeline import Progress, Reconstructor, extract_episode
from dougagen.shards import SCHEMA_VERSION, read_ledger, write_card

OnExisting = Literal["error", "skip", "redo"]


class DigestedReconstructor(Reconstructor, Protocol):
    """A reconstructor that says what of it changes rows."""

    @property
    def digest_facts(self) -> Mapping[str, str]:
        """Hashes of the weights, wiring, precision."""
        ...


@dataclass(frozen=True, slots=True)
class EpisodeFailure:
    """One episode that is not in the dataset, and why: what, where, remedy in one line."""

    path: Path
    error: DougagenError


@dataclass(frozen=True, slots=True)
class RunReport:
    """What became of every episode of a run."""

    extracted: tuple[ExtractReport, ...]
    already_there: tuple[Path, ...]
    failed: tuple[EpisodeFailure, ...]

    @property
    def exit_code(self) -> int:
        """0 all done, 1 some episode failed."""
        return 1 if self.failed else 0


class RunEvents(Protocol):
    """What a run tells the person who watches it."""

    def episode_began(self, episode: Episode, number: int, total: int) -> None: ...

    def episode_moved(self, progress: Progress) -> None: ...

    def episode_ended(self, report: ExtractReport) -> None: ...

    def episode_skipped(self, path: Path) -> None: ...

    def episode_failed(self, failure: EpisodeFailure) -> None: ...


def require_output_folder(out: Path) -> None:
    """Raise UsageError where ``out`` cannot be the folder of a dataset; writes nothing."""
    for place in (out, *out.absolute().parents):
        if place.exists():
            if not place.is_dir():
                raise UsageError("the output path is a file", where=place, remedy="name a folder with --out")
            return


def extract_all(
    paths: Sequence[Path],
    out: Path,
    *,
    reconstructor: DigestedReconstructor,
    config: ExtractConfig,
    on_existing: OnExisting = "error",
    events: RunEvents,
) -> RunReport:
    """Extract every episode in turn; failures are collected, interrupts are not."""
    require_output_folder(out)
    digest = config_digest(config, schema_version=SCHEMA_VERSION, reconstruction=reconstructor.digest_facts)
    extracted: list[ExtractReport] = []
    already_there: list[Path] = []
    failed: list[EpisodeFailure] = []
    for number, path in enumerate(paths, start=1):
        try:
            episode = open_episode(path)
            if _is_committed(out, episode, digest, on_existing):
                already_there.append(path)
                events.episode_skipped(path)
                continue
            events.episode_began(episode, number, len(paths))
            report = extract_episode(
                episode,
                out,
                reconstructor=reconstructor,
                config=config,
                digest=digest,
                on_existing="redo" if on_existing == "redo" else "refuse",
                on_progress=events.episode_moved,
            )
        except DougagenError as error:
            failed.append(EpisodeFailure(path, error))
            events.episode_failed(failed[-1])
        else:
            extracted.append(report)
            events.episode_ended(report)
            write_card(out)
    return RunReport(tuple(extracted), tuple(already_there), tuple(failed))


def _is_committed(out: Path, episode: Episode, digest: str, on_existing: OnExisting) -> bool:
    entry = read_ledger(out, episode.episode_id)
    if entry is None:
        return False
    if entry.config_digest == digest or on_existing == "skip":
        return True
    if on_existing == "redo":
        return False
    raise ShardError(
        f"already in the dataset under other options (digest {entry.config_digest[:12]}, now {digest[:12]})",
        where=episode.path,
        remedy="--on-existing redo replaces it, --on-existing skip keeps it",
    )
