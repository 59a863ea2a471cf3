"""The pool of frames worth drawing that is made of episodes: no dataset is needed before the first label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from dougagen.choices import ChosenBy
from dougagen.domain import Drawing, Episode, Reconstructor, Record
from dougagen.errors import DougagenError, EpisodeError
from dougagen.footage import FootageConfig, open_episode, read_footage
from dougagen.labels.edges import edge_image
from dougagen.labels.pools import LOOKED_AT, Progress
from dougagen.labels.selection import LEAST_CEL, SEED, Candidate, drawn_by_lot, require_flags, unfit
from dougagen.pipeline import reconstruct_in_batches, stored_name, to_records
from dougagen.shards.repeats import print_of


@dataclass(frozen=True, slots=True)
class Span:
    """Which part of each episode is looked at, in seconds from its first frame."""

    start: Fraction | None = None
    stop: Fraction | None = None


class EpisodePool:
    """The drawings of episodes. By variety they need no network; by uncertainty the networks see each one.

    An episode that cannot be read is told in ``problems`` and the others go on. Memory holds twice
    ``looked_at`` edge images and some 500 bytes a drawing; what was chosen is read from its episode a second
    time, since the picture of a drawing is made of several of its frames.
    """

    def __init__(
        self,
        episodes: Sequence[Path],
        *,
        networks: Callable[[], Reconstructor],
        seed: int = SEED,
        by: ChosenBy = "variety",
        allowed: Sequence[str] = (),
        looked_at: int = LOOKED_AT,
        footage: FootageConfig | None = None,
        span: Span | None = None,
        progress: Progress = lambda *_: None,
    ) -> None:
        """``networks`` is called once, and only when their answer is needed."""
        self._paths, self._networks = tuple(episodes), networks
        self._seed, self._by, self._looked_at = seed, by, looked_at
        self._allowed = require_flags(allowed)
        self._footage, self._span = footage or FootageConfig(), span or Span()
        self._progress = progress
        self._reconstructor: Reconstructor | None = None
        self._skipped: Counter[str] = Counter()
        self._homes: dict[str, Path] = {}  # episode_id -> path
        self._prints: set[int] = set()
        self.problems: list[DougagenError] = []
        """Episodes that could not be read to their end, why."""

    @property
    def by(self) -> ChosenBy:
        """What it was gathered for."""
        return self._by

    @property
    def seed(self) -> int:
        """Of the lots that were drawn."""
        return self._seed

    @property
    def skipped(self) -> Mapping[str, int]:
        """Reason → drawings that are not fit."""
        return dict(self._skipped.most_common())

    def candidates(self) -> Sequence[Candidate]:
        """All drawings that are fit, in order; ``looked_at`` of them, by lot, keep their edge images."""
        found: list[Candidate] = []
        fresh = 0
        for path in self._paths:
            try:
                for candidate in self._of_episode(path):
                    found.append(candidate)
                    fresh += 1
                    if fresh >= self._looked_at:
                        found, fresh = self._thinned(found), 0
            except EpisodeError as error:
                self.problems.append(error)
        return self._thinned(found)

    def records(self, chosen: Iterable[Candidate]) -> Iterator[Record]:
        """The records of candidates as the networks read them, in the order of the episodes."""
        wanted: dict[str, set[int]] = {}
        for candidate in chosen:
            wanted.setdefault(candidate.shot[0], set()).add(candidate.frame_index)
        for episode_id, frames in wanted.items():
            yield from self._read_again(open_episode(self._homes[episode_id]), frames)

    def _read_again(self, episode: Episode, frames: set[int]) -> Iterator[Record]:
        networks, left = self._loaded(), set(frames)

        def wanted(drawings: Iterable[Drawing]) -> Iterator[Drawing]:
            for drawing in drawings:
                if drawing.frame_index in left:
                    left.discard(drawing.frame_index)
                    yield drawing
                if not left:
                    return

        with read_footage(
            episode, config=self._footage, start=self._span.start, stop=self._span.stop
        ) as footage:
            read = reconstruct_in_batches(wanted(footage), networks)
            yield from to_records(read, episode, networks.models, "", area=footage.picture_area)

    def _of_episode(self, path: Path) -> Iterator[Candidate]:
        episode = open_episode(path)
        if episode.episode_id in self._homes:
            return  # the same file under another name
        self._homes[episode.episode_id] = path
        with read_footage(
            episode, config=self._footage, start=self._span.start, stop=self._span.stop
        ) as footage:
            drawings = self._fit(footage)
            source = stored_name(path)
            candidates = (
                (_candidate(drawing, source) for drawing in drawings)
                if self._by == "variety"
                else self._questioned(drawings, source)
            )
            for number, candidate in enumerate(candidates, start=1):
                done = footage.counts.frames_decoded
                self._progress(done, episode.announced_frames, f"{number} drawings fit")
                yield candidate

    def _fit(self, drawings: Iterable[Drawing]) -> Iterator[Drawing]:
        for drawing in drawings:
            fingerprint = print_of(drawing.image).fingerprint
            reason = unfit(drawing.flags, allowed=self._allowed)
            if reason is None and fingerprint in self._prints:
                reason = "like one before"
            if reason is not None:
                self._skipped[reason] += 1
                continue
            if fingerprint:
                self._prints.add(fingerprint)
            yield drawing

    def _questioned(self, drawings: Iterable[Drawing], source: str) -> Iterator[Candidate]:
        """With what the networks say of each drawing; without those that show hardly any cel."""
        for drawing, result in reconstruct_in_batches(drawings, self._loaded()):
            if result.cel_mask.fraction < LEAST_CEL:
                self._skipped["little cel"] += 1
                continue
            yield replace(
                _candidate(drawing, source),
                cel_confidence=result.cel_confidence,
                douga_confidence=result.douga_confidence,
            )

    def _thinned(self, found: list[Candidate]) -> list[Candidate]:
        with_edges = [c for c in found if c.edges is not None]
        kept = {c.record_id for c in drawn_by_lot(with_edges, self._looked_at, seed=self._seed)}
        return [c if c.edges is None or c.record_id in kept else replace(c, edges=None) for c in found]

    def _loaded(self) -> Reconstructor:
        if self._reconstructor is None:
            self._reconstructor = self._networks()
        return self._reconstructor


def _candidate(drawing: Drawing, source: str) -> Candidate:
    return Candidate(
        record_id=f"{drawing.episode_id}/{drawing.frame_index}",
        source=source,
        shot=(drawing.episode_id, drawing.shot_index),
        frame_index=drawing.frame_index,
        time=float(drawing.time),
        edges=edge_image(drawing.image),
    )
