"""From each frame to the next: how much changed that neither noise, light nor moving layers explain."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from copy import copy

import numpy as np
from numpy.typing import NDArray

from dougagen.domain import Frame
from dougagen.footage.belief import (
    at_voted_pace,
    carried_on,
    even_pace,
    lasting,
    left_over,
    moves_known,
    over_repeats,
)
from dougagen.footage.change import Change
from dougagen.footage.change_config import ChangeConfig
from dougagen.footage.differences import AnalysisPlane, analysis_plane
from dougagen.footage.evidence import Surroundings, evidence_of
from dougagen.footage.facts import blank_facts, facts_of
from dougagen.footage.fair_weather import in_weather
from dougagen.footage.layer_votes import voted_shifts
from dougagen.footage.layers import BorderMemory, Explained, explain
from dougagen.footage.light import is_blank
from dougagen.footage.motion import Move
from dougagen.footage.pairs import Pair, compared
from dougagen.footage.seen import Seen
from dougagen.footage.shots import is_cut
from dougagen.footage.strength import strength_at_edges, strength_of, strength_of_what_stands
from dougagen.footage.subtitles import text_blocks


def measured_changes(frames: Iterable[Frame], *, config: ChangeConfig) -> Iterator[Change]:
    """One change for each frame, a few frames late; the first frame is a cut.

    A move is believed when it goes on in the next frame or was believed in the last few. A blank frame shows
    nothing: what comes after it is compared with what was there before it, so that neither a flash nor
    a fade to black and back begins a drawing.
    """
    seen = Seen(config)
    before: AnalysisPlane | None = None
    waiting: deque[Pair | Change] = deque()

    def judged() -> Change:
        now, following = waiting.popleft(), list(waiting)
        change = _judged(now, seen, following, config)
        seen.earlier = now.before if isinstance(now, Pair) and not change.cut else None
        return change

    for frame in frames:
        plane = analysis_plane(frame.luma, lines=config.analysis_lines)
        blank = is_blank(plane, config=config.light)
        if before is None:
            waiting.append(Change(frame, plane, np.inf, 0.0, cut=True))
        elif blank:
            facts = blank_facts(plane, config=config)
            waiting.append(Change(frame, plane, 0.0, 0.0, cut=False, facts=facts, blank=True))
        else:
            waiting.append(compared(frame, plane, before, config))
        if len(waiting) > config.moves.most_repeats + 1:
            yield judged()
        if before is None or not blank or is_blank(before, config=config.light):
            before = plane
    while waiting:
        yield judged()


def compare(change: Change, before: AnalysisPlane, *, config: ChangeConfig) -> Change:
    """The frame of ``change`` against another frame than the one before it."""
    return _judged(compared(change.frame, change.plane, before, config), Seen(config), (), config)


def _judged(
    pair: Pair | Change, seen: Seen, following: Sequence[Pair | Change], config: ChangeConfig
) -> Change:
    if isinstance(pair, Change):
        return pair
    nowhere = np.zeros(pair.still.shape, np.bool_)
    explained = Explained(pair.still, (), nowhere, pair.still)
    later = following[0] if following else None
    after = later if isinstance(later, Pair) and not later.repeats else None
    # Between held frames of a standing camera no layer moves: what came is drawn.
    stands = pair.mostly_stands() and not pair.stirs_widely()
    drawn = not seen.moves and after is None and stands
    fair = in_weather(pair, seen, later, config, stands=drawn)
    if fair is not None:
        explained = fair
    beyond = None if fair is not None else over_repeats(following)
    evenly: list[Move] = []
    if seen.repeats and beyond is not None:
        evenly = even_pace(pair, seen, beyond, config)
        evenly = evenly or carried_on(pair, seen, beyond, config)
    if fair is None and not pair.glows and (evenly or not drawn) and pair.candidates:
        known, least = moves_known(seen, after, config=config)
        alone = config.slides_alone if pair.stirs_little() else 0.0
        candidates = lasting(pair, known, least=least, alone=alone, config=config)
        for further_moves in (evenly, at_voted_pace(pair, seen, config)):
            candidates += [move for move in further_moves if move not in candidates]
        ballots = [*seen.votes, pair.shifts, after.shifts if after is not None else ()]
        layers = pair.layers_among(candidates)
        if layers > 1:  # several layers: what one frame says of them is blurred, a few say it well
            candidates += voted_shifts(ballots, known=candidates, config=config.votes)
        borders = copy(seen.borders)
        explained = _explained(pair, candidates, borders, config)
        if candidates and seen.moves and layers <= 1 and not explained.moves and pair.stirs_widely():
            # Two layers look like one in between, which explains neither: they go on as frames nearby say.
            voted = voted_shifts(ballots, known=candidates, config=config.votes)
            if voted:
                borders = copy(seen.borders)
                candidates += voted
                explained = _explained(pair, candidates, borders, config)
        further = left_over(pair, after, explained.levels, seen, config=config) if layers else []
        if further:
            borders = copy(seen.borders)
            explained = _explained(pair, [*candidates, *further], borders, config)
        seen.borders = borders
    before = [*seen.followed, *seen.moves]
    seen.remember(explained.moves, pair)
    seen.weather.append(fair is not None)
    cut = is_cut(pair.current, pair.before, explained.levels, config=config.cuts)
    text = text_blocks(pair.current, pair.before, explained.wide, config=config.subtitles)
    if text.any():
        explained = explained.without(text)
    strength, least = strength_of(explained, pair.current, pair.before, config)
    if fair is not None or pair.glows:
        share = config.still_level / (config.weather_level if fair is not None else config.glow_level)
        strength, least = share * strength, share * least
    elif pair.bare is not None and not explained.moves and not text.any():
        at_edges, noise = strength_at_edges(pair.bare, pair.current, pair.before, config)
        if at_edges > max(strength, noise):
            strength, least = at_edges, noise
    elif pair.bare is not None and explained.stands is not None:
        inside, noise = _where_it_stands(pair, explained.stands & ~text, seen, config)
        if inside > max(strength, noise):
            strength, least = inside, noise
    around = Surroundings(before, after, isinstance(later, Pair) and later.repeats, seen.residue)
    evidence = evidence_of(
        pair, explained, (strength, least), around, rains=fair is not None, text=text, config=config
    )
    seen.residue.then(explained.levels, repeats=pair.known_to_repeat)
    if cut:
        seen.forget()
    forgets = cut and not seen.moves
    facts = facts_of(pair, explained, config=config)
    return Change(
        pair.frame,
        pair.plane,
        strength,
        least,
        cut,
        facts,
        rains=fair is not None,
        forgets=forgets,
        evidence=evidence,
    )


def _where_it_stands(
    pair: Pair, stands: NDArray[np.bool_], seen: Seen, config: ChangeConfig
) -> tuple[float, float]:
    """How strongly ``stands``, which stands beside layers that move, speaks for a new drawing; and its noise.

    By more than it did a frame ago: a layer that moves too slowly to be seen moving does so in every frame.
    """
    assert pair.bare is not None, "asked where the plain difference is known"
    told = strength_of_what_stands(pair.bare, stands, pair.current, pair.before, config)
    if told is None:
        return 0.0, 0.0
    before, seen.stood = seen.stood, told[0]
    if before is None:
        return 0.0, 0.0
    return told[0], max(told[1], config.standing_before * before)


def _explained(
    pair: Pair, candidates: Sequence[Move], borders: BorderMemory, config: ChangeConfig
) -> Explained:
    return explain(
        pair.current,
        pair.before,
        pair.still,
        candidates,
        tolerance=config.tolerance,
        memory=borders,
        config=config.layers,
        motion=config.motion,
        left_by=pair.left_by,
    )
