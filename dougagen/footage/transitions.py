"""Dissolves and flashes: what looks like new drawings or shots and is none (dougagen/README.md#words).

**Flash.** A picture that is gone for a few frames and comes back was covered by a flash or an explosion: the
frames between belong to the drawing before, and the picture that comes back is compared with what was there
before it was covered. It may be gone for longer where some of it is seen beside what covers it: then nothing
was cut, but what covers it is drawn.

**Fade to black and back.** Where another shot comes out of the dark, the cut is where the dark shows least;
where the shot before went dark at once and did not fade, it is where the dark begins. Beside the dark two
shots may show too little to be told apart: they are compared where they show most.

**Dissolve.** Each of its frames is a mixture of the same two pictures, ever more of the second. That is
tested on the pixels of the small planes: a pan or a new drawing between two pictures is no mixture of them.
The new shot begins where it weighs at least half, in the middle of the dissolve; nothing else begins while
the pictures are mixed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.footage.change import Change
from dougagen.footage.change_config import ChangeConfig
from dougagen.footage.changes import compare
from dougagen.footage.differences import AnalysisPlane, block_levels, residual
from dougagen.footage.hold import FrameFacts
from dougagen.footage.light import LightConfig, in_one_light, is_blank
from dougagen.footage.shots import correlation, fine_structure


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitionConfig:
    """What a flash, a fade to black and a dissolve are."""

    frames_ahead: int = 36  # frames looked at before one is passed on: a dissolve of a second and a half
    longest_flash: int = 8  # frames that a picture may be gone and come back; a shot is longer
    longest_effect: int = 20  # frames that it may be gone behind something beside which …
    # … so large a part of it is seen, from the rim, above where subtitles are, as share of the blocks …
    seen_beside: float = 0.02
    same_beside: float = 0.5  # … whose fine structure correlates by so much; what is only as dark has none
    above_subtitles: float = 0.75  # share of the height
    longest_dark: int = 12  # frames as good as black in which the cut between two fades is looked for
    # times the steps of the contrast before it by which the picture goes where it is cut to black, not faded
    at_once: float = 4.0
    # frames before and after the dark among which those that show most are held against each other
    clear_within: int = 12
    # levels, mean over the cells, that a frame of a dissolve differs from the one before
    least_step: float = 0.35
    # cosine of the steps to two frames in a row; in a dissolve they are the same picture, B − A
    steady: float = 0.5
    spread: float = 0.35  # share of the cells that take part in a step
    shortest: int = 4  # frames of a dissolve; a shorter mixture is what an encoder makes of a cut
    # share of |B − A| that a mixture of A and B may miss a frame by, mean over the pixels
    unmixed: float = 0.15
    correlated: float = 0.8  # correlation of two pictures that are one in another light: a fade, no dissolve
    alike: float = 0.4  # share of the contrast of the cells that another drawing may change in another light


def without_transitions(
    changes: Iterable[Change], *, config: ChangeConfig, transitions: TransitionConfig
) -> Iterator[Change]:
    """The changes with dissolves and flashes taken out: their frames begin nothing but the new shot."""
    changes = _without_flashes(changes, config, transitions=transitions)
    changes = _others_out_of_the_dark(changes, config, transitions=transitions)
    changes = _cut_in_the_dark(changes, transitions=transitions)
    return _dissolves_as_cuts(changes, transitions=transitions, light=config.light)


# ---- flashes ----------------------------------------------------------------------------------------
def _without_flashes(
    changes: Iterable[Change], config: ChangeConfig, *, transitions: TransitionConfig
) -> Iterator[Change]:
    """Undo a cut if within a few frames another one brings the picture back."""
    recent: deque[Change] = deque()
    for change in changes:
        if change.cut:
            change = _returned(recent, change, config, transitions=transitions) or change
        recent.append(change)
        if len(recent) > transitions.longest_effect + 1:
            yield recent.popleft()
    yield from recent


def _returned(
    recent: deque[Change], change: Change, config: ChangeConfig, *, transitions: TransitionConfig
) -> Change | None:
    """``change`` as a return of the picture before one of the last cuts, after a flash or an effect.

    Beside a large cel that comes and goes, as in a cycle, the background is seen: it is no flash, but drawn.
    """
    for place in reversed([i for i, other in enumerate(recent) if other.cut and i > 0]):
        if np.isinf(recent[place].strength):
            return None
        covered, before = recent[place], recent[place - 1]
        short = len(recent) - place <= transitions.longest_flash
        beside = _seen_beside(covered.plane, before.plane, config, transitions=transitions)
        if not short and not beside:
            continue
        back = compare(change, before.plane, config=config)
        if back.cut:
            continue
        if beside:  # what covers it is drawn, and so is each drawing of it
            for i in range(place, len(recent)):
                recent[i] = replace(recent[i], cut=False)
            return replace(change, cut=False)
        for i in range(place, len(recent)):
            facts = replace(recent[i].facts, in_flash=True)
            recent[i] = replace(recent[i], strength=0.0, least=0.0, cut=False, facts=facts)
        return back
    return None


def _seen_beside(
    covered: AnalysisPlane, before: AnalysisPlane, config: ChangeConfig, *, transitions: TransitionConfig
) -> bool:
    """Whether some of the picture ``before`` is still there in the one that covers it.

    A shot of half a second between two others leaves nothing of them but a subtitle.
    """
    left = block_levels(residual(covered, before, tolerance=config.tolerance))
    same = (left <= config.changed_level).astype(np.uint8)[: int(transitions.above_subtitles * len(left))]
    _, labels = cv2.connectedComponents(cv2.morphologyEx(same, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)))
    at_rim = np.unique(np.concatenate([labels[0], labels[:, 0], labels[:, -1]]))
    fine = [fine_structure(plane, config=config.cuts)[: len(labels)] for plane in (covered, before)]
    for label in at_rim[at_rim > 0]:
        part = (labels == label)[: len(fine[0]), : fine[0].shape[1]]
        large = float(np.mean(part)) >= transitions.seen_beside
        if large and correlation(fine[0][part], fine[1][part]) >= transitions.same_beside:
            return True
    return False


# ---- fades to black and back ----------------------------------------------------------------------
def _others_out_of_the_dark(
    changes: Iterable[Change], config: ChangeConfig, *, transitions: TransitionConfig
) -> Iterator[Change]:
    """Cut where what comes out of the dark is another picture than what went into it, both at their clearest.

    The last frame of a fade and the first of the next may hold a few levels each, which light explains.
    """
    behind: deque[Change] = deque(maxlen=transitions.clear_within)  # of this shot
    emerging: list[Change] = []  # the first frames after the dark, while what they show is not known
    dark = False

    def judged() -> list[Change]:
        if emerging:
            clear, before = (max(among, key=_spread) for among in (emerging, behind))
            other = compare(clear, before.plane, config=config)
            if other.cut and not is_blank(before.plane, config=config.light):  # an episode begins in black
                emerging[0] = replace(emerging[0], strength=other.strength, cut=True)
                behind.clear()
        behind.extend(emerging)
        passed = emerging[:]
        emerging.clear()
        return passed

    for change in changes:
        if change.cut or change.blank or len(emerging) == transitions.clear_within:
            yield from judged()
        if change.cut:
            behind.clear()
        if not change.blank and not change.cut and (emerging or (dark and behind)):
            emerging.append(change)
        else:
            if not change.blank:
                behind.append(change)
            yield change
        dark = change.blank and not change.facts.in_flash  # a white flash hides nothing for long
    yield from judged()


def _cut_in_the_dark(changes: Iterable[Change], *, transitions: TransitionConfig) -> Iterator[Change]:
    """Where a shot fades out and the next fades in, the old one ends with the first that shows least."""
    dark: deque[Change] = deque()
    lit: deque[float] = deque(maxlen=4)  # levels, spread of the last frames that showed something
    for change in changes:
        if change.blank:
            dark.append(change)
            if len(dark) > transitions.longest_dark:
                yield dark.popleft()
            continue
        if dark and change.cut:
            begins = _begin_in_the_dark([_spread(other) for other in dark], lit, transitions=transitions)
            lit.clear()
            if begins < len(dark):
                dark[begins] = replace(dark[begins], strength=change.strength, cut=True)
                change = replace(change, strength=0.0, cut=False)
        yield from dark
        dark.clear()
        if change.cut:
            lit.clear()
        lit.append(_spread(change))
        yield change
    yield from dark


def _begin_in_the_dark(shows: Sequence[float], lit: Sequence[float], *, transitions: TransitionConfig) -> int:
    """Which of the dark frames, that show so much each, is the first of the shot that comes out of them.

    A shot that fades out ends with the first of them that shows least. One that shows all it has up to them,
    ``lit``, was cut to a shot that begins in the dark.
    """
    steps = np.abs(np.diff(lit))
    if steps.size and lit[-1] - shows[0] > transitions.at_once * float(steps.max()):
        return 0
    return 1 + next(i for i, spread in enumerate(shows) if spread <= min(shows) + 0.05)


def _spread(change: Change) -> float:
    return float(change.plane.small.luma.std())


# ---- dissolves --------------------------------------------------------------------------------------
def _dissolves_as_cuts(
    changes: Iterable[Change], *, transitions: TransitionConfig, light: LightConfig
) -> Iterator[Change]:
    """Find runs of steady steps, and where one is a mixture of its two ends, leave one cut in its middle."""
    window: deque[Change] = deque()
    before: Change | None = None  # the frame that was passed on last
    steps: deque[NDArray[np.float32]] = deque()  # [cells], to the frame at the same place of the window
    cells: NDArray[np.float32] | None = None
    settled = 0  # frames at the beginning of the window that were found to be of a dissolve

    def passed() -> Change:
        nonlocal before, settled
        if settled == 0 and before is not None:
            length = _run(steps, transitions=transitions)
            if transitions.shortest <= length < len(window):
                settled = _as_dissolve(window, before, length, transitions=transitions, light=light)
        settled = max(settled - 1, 0)
        before = window.popleft()
        steps.popleft()
        return before

    for change in changes:
        now = change.plane.cells
        steps.append((now - (now if cells is None else cells)).ravel())
        cells = now
        window.append(change)
        if len(window) > transitions.frames_ahead:
            yield passed()
    while window:
        yield passed()


def _run(steps: Sequence[NDArray[np.float32]], *, transitions: TransitionConfig) -> int:
    """How many frames from the first on differ from the one before by steadily the same picture."""
    length = 0
    way = steps[0]
    for step in steps:
        size = float(np.abs(step).mean())
        if size < transitions.least_step or float(np.mean(np.abs(step) > 0.3 * size)) < transitions.spread:
            break
        if length and _cosine(way, step) < transitions.steady:
            break
        way = step if length == 0 else way + step
        length += 1
    return length


def _cosine(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    return float(one @ other) / max(float(np.linalg.norm(one) * np.linalg.norm(other)), 1e-6)


def _alike(
    one: AnalysisPlane, other: AnalysisPlane, *, transitions: TransitionConfig, light: LightConfig
) -> bool:
    """Whether two pictures are one in another light, be it with another drawing."""
    a, b = (plane.small.luma.astype(np.float32).ravel() for plane in (one, other))
    if correlation(a, b) > transitions.correlated:
        return True
    lit = in_one_light(one, other, config=light)
    left = float(np.abs(lit.current.cells - lit.before.cells).mean())
    return lit.relit and left < transitions.alike * float(lit.current.cells.std())


def _as_dissolve(
    window: deque[Change], before: Change, length: int, *, transitions: TransitionConfig, light: LightConfig
) -> int:
    """Make the first ``length`` frames a dissolve if they are mixtures; how many frames it takes."""
    last = window[length - 1]  # all but the second picture, or the second picture itself
    first, second = (change.plane.small.luma.astype(np.float32) for change in (before, last))
    if (
        is_blank(before.plane, config=light)
        or is_blank(last.plane, config=light)
        or _alike(before.plane, last.plane, transitions=transitions, light=light)
    ):
        return 0  # a fade, or an exposure that changes
    apart = second - first
    weights, missed = [], []
    for change in list(window)[: length - 1]:
        mixed = change.plane.small.luma.astype(np.float32) - first
        weight = float((mixed * apart).sum() / (apart * apart).sum())
        weights.append(weight)
        missed.append(float(np.abs(mixed - weight * apart).mean() / np.abs(apart).mean()))
    if (
        np.median(missed) > transitions.unmixed
        or not 0 < weights[0] < 0.6
        or np.any(np.diff(weights) < -0.05)
    ):
        return 0
    # A camera that moves meanwhile falsifies the weights, yet not where the mixture begins and ends.
    middle = (length + 1) // 2 - 1
    for i in range(length):
        begins = i == middle
        window[i] = replace(
            window[i],
            strength=np.inf if begins else 0.0,
            least=0.0,
            cut=begins,
            facts=FrameFacts(in_dissolve=True),
        )
    return length
