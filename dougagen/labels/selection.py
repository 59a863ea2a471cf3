"""Which frames are worth drawing (thesis 4.1): k-means on edge images for variety, entropy for difficulty.

An artist's day is dear, so that the few frames should differ from each other, and some of them should be what
the networks find hard: there they learn most. Frames at the other end, where the networks are sure, cost
little to correct.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal, get_args

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.choices import ChosenBy
from dougagen.errors import LabelError, UsageError
from dougagen.labels.edges import edge_vectors

Why = Literal["variety", "hard", "easy"]
LEAST_CEL = 0.02
"""Share of the picture that must be cel: the networks are surest where there is nothing to see. The thesis
(5.2) leaves out everything but medium shots and close-ups."""
HARMLESS_FLAGS = frozenset({"truncated", "scaled"})
"""Flags that say something of the file and nothing against the picture."""
SEED = 0
"""The same seed chooses the same frames."""
_ITERATIONS = 50
_SHIFT = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A drawing that could be chosen."""

    record_id: str
    """``<episode_id>/<frame_index>``."""
    source: str
    shot: tuple[str, int]
    """Episode and index of the shot."""
    frame_index: int
    time: float
    """Seconds."""
    cel_confidence: float | None = None
    """1 − mean normalised entropy, [0, 1]; None where no network looked."""
    douga_confidence: float | None = None
    edges: NDArray[np.uint8] | None = None
    """uint8[36, 64]; None where nobody has looked at the picture."""

    def lot(self, seed: int) -> bytes:
        """Where the drawing stands among all by chance: the same whatever else there is to choose from."""
        return blake2b(f"{seed}/{self.record_id}".encode(), digest_size=8).digest()


@dataclass(frozen=True, slots=True)
class Chosen:
    """A drawing that is worth an artist's time, and why."""

    candidate: Candidate
    why: Why
    stands_for: int = 1
    """How many candidates are alike: the size of its cluster."""

    def to_json(self) -> dict[str, object]:
        """Plain values under stable names."""
        of = self.candidate
        return {
            "record_id": of.record_id,
            "source": of.source,
            "shot_index": of.shot[1],
            "frame_index": of.frame_index,
            "time": of.time,
            "why": self.why,
            "stands_for": self.stands_for,
            "cel_confidence": of.cel_confidence,
            "douga_confidence": of.douga_confidence,
        }


def unfit(flags: Sequence[str], *, allowed: Sequence[str] = ()) -> str | None:
    """The flag that speaks against a drawing (thesis 5.2: text, blur, combing, too dark …), or None."""
    return next((flag for flag in flags if flag not in HARMLESS_FLAGS and flag not in allowed), None)


def require_flags(allowed: Sequence[str]) -> tuple[str, ...]:
    """The flags, all known. Raises UsageError for another word: it would allow nothing and say nothing."""
    if allowed:
        from dougagen.footage import FLAGS  # the decoder is behind it, and who allows nothing needs it not

        unknown = next((flag for flag in allowed if flag not in FLAGS), None)
        if unknown is not None:
            raise UsageError(f"there is no flag {unknown!r} to allow", remedy=f"one of {', '.join(FLAGS)}")
    return tuple(allowed)


def drawn_by_lot(candidates: Sequence[Candidate], most: int, *, seed: int) -> list[Candidate]:
    """At most ``most`` candidates, in their order: first one of every shot, then a second one of each …

    A stream can be thinned by it again and again while it comes.
    """
    if len(candidates) <= most:
        return list(candidates)
    turns: dict[tuple[str, int], int] = {}
    order = []
    for lot, position in sorted((c.lot(seed), i) for i, c in enumerate(candidates)):
        shot = candidates[position].shot
        turns[shot] = turns.get(shot, -1) + 1
        order.append((turns[shot], lot, position))
    kept = sorted(position for _, _, position in sorted(order)[:most])
    return [candidates[position] for position in kept]


def choose(candidates: Sequence[Candidate], *, count: int, by: ChosenBy, seed: int) -> tuple[Chosen, ...]:
    """The ``count`` candidates that are worth drawing, or as many as there are; the same for the same seed.

    ``"both"`` gives half of the places to variety, a quarter each to hard and easy ones. Variety takes those
    with edges, uncertainty those with confidences; at most one of a shot while shots last. Raises LabelError
    where there is nothing to choose from.
    """
    if by not in get_args(ChosenBy):
        raise UsageError(f"frames are chosen by {', '.join(get_args(ChosenBy))}, got {by!r}")
    if count < 1:
        raise UsageError(f"at least one frame must be chosen, got {count}")
    if not candidates:
        raise LabelError(
            "no frame is suitable for drawing", remedy="look at the reasons, allow some of the flags"
        )
    various = {"variety": count, "uncertainty": 0, "both": count - count // 2}[by]
    chosen = list(_by_variety(candidates, various, seed=seed)) if various else []
    if by != "variety":
        chosen += _by_uncertainty(candidates, count - len(chosen), besides=chosen)
    return tuple(chosen)


def _by_variety(candidates: Sequence[Candidate], count: int, *, seed: int) -> list[Chosen]:
    """One of each cluster, that of most candidates first."""
    seen = [c for c in candidates if c.edges is not None]
    images = [c.edges for c in seen if c.edges is not None]
    if not images:
        raise LabelError("no frame has an edge image")
    vectors = edge_vectors(np.stack(images))
    if len(seen) <= count:
        return [Chosen(c, "variety") for c in seen]
    cv2.setRNGSeed(seed)
    ending = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_MAX_ITER, _ITERATIONS, _SHIFT)
    _, labels, centers = cv2.kmeans(vectors, count, None, ending, 3, cv2.KMEANS_PP_CENTERS)
    members = labels[:, 0]  # [N, 1] -> [N]
    far = np.linalg.norm(vectors - centers[members], axis=1)  # [N]
    sizes = np.bincount(members, minlength=count)
    nearest = [int(np.where(members == cluster, far, np.inf).argmin()) for cluster in np.flatnonzero(sizes)]
    nearest.sort(key=lambda position: (-int(sizes[members[position]]), position))
    return [Chosen(seen[p], "variety", int(sizes[members[p]])) for p in nearest]


def _by_uncertainty(
    candidates: Sequence[Candidate], count: int, *, besides: Sequence[Chosen]
) -> list[Chosen]:
    """The hardest, then the easiest."""
    known = [c for c in candidates if c.cel_confidence is not None and c.douga_confidence is not None]
    if not known:
        raise LabelError("no frame has a confidence from the networks", remedy="choose by variety")
    order = np.argsort(_difficulty(known), kind="stable")  # the easiest first
    taken = {c.candidate.record_id for c in besides}
    shots = {c.candidate.shot for c in besides}
    hard = _one_a_shot([known[i] for i in order[::-1]], count - count // 2, taken=taken, shots=shots)
    easy = _one_a_shot([known[i] for i in order], count // 2, taken=taken, shots=shots)
    return [Chosen(c, "hard") for c in hard] + [Chosen(c, "easy") for c in easy]


def _difficulty(known: Sequence[Candidate]) -> NDArray[np.float64]:
    """float64[N]: the mean of the places that a candidate takes by the entropy of each network.

    Places, since the two entropies differ in scale: one is over the picture, the other over the cel.
    """
    entropies = np.array([[1 - (c.cel_confidence or 0), 1 - (c.douga_confidence or 0)] for c in known])
    places = entropies.argsort(axis=0, kind="stable").argsort(axis=0, kind="stable")  # [N, 2]
    mean: NDArray[np.float64] = places.mean(axis=1)
    return mean


def _one_a_shot(
    order: Sequence[Candidate], count: int, *, taken: set[str], shots: set[tuple[str, int]]
) -> list[Candidate]:
    """The first ``count`` of those not taken, no two of a shot while there are other shots; marks them."""
    found: list[Candidate] = []
    for again in (False, True):
        for candidate in order:
            if len(found) == count:
                return found
            if candidate.record_id in taken or (candidate.shot in shots and not again):
                continue
            found.append(candidate)
            taken.add(candidate.record_id)
            shots.add(candidate.shot)
    return found
