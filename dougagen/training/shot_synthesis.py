"""CLIPS → SHARDS: the drawings of studio clips as records with exact truth, a row a drawing.

Stills have no shot. What learns or is measured over shots, a colouriser for one, needs drawings that follow
each other; they are taken from the film before any codec.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from dougagen import __version__
from dougagen.domain import ExtractReport, FrameSpan, Origin, PictureArea, Provenance, Record, Triplet
from dougagen.shards import EpisodeWriter, LedgerEntry, encode_record, renew_card
from dougagen.studio import HELD_OUT_SEEDS, ClipPlan, film, plan_clip, plan_held_out_clip

LINES = 540
"""Of a clip, as ``plan_clip`` has it."""


@dataclass(frozen=True, slots=True, eq=False)
class _Shown:
    """A drawing of a clip and its frames."""

    triplet: Triplet
    shot: int
    span: FrameSpan


def synthesise_shots(
    out: Path,
    *,
    clip: str,
    seed: int = 0,
    held_out: bool = False,
    lines: int = LINES,
    on_progress: Callable[[int], None] = lambda _: None,
) -> LedgerEntry:
    """Write the drawings of one clip as an episode of the dataset in ``out``; without grain and subtitles.

    ``held_out`` takes a category of the held-out family, whose ``seed`` counts from its first. Raises
    UsageError for a clip that there is not, ShardError where it is in the dataset already.
    """
    if held_out:
        planned = plan_held_out_clip(clip, seed=HELD_OUT_SEEDS.start + seed, lines=lines)
    else:
        planned = plan_clip(clip, seed=seed, lines=lines)
    plan = replace(planned.plan, grain=0.0, subtitles=())
    family = "held-out clip" if held_out else "clip"
    source = f"studio {__version__} {family} {clip} seed {seed} lines {lines}"
    digest = hashlib.sha256(source.encode()).hexdigest()
    rate = float(plan.frame_rate)
    written = shots = 0
    with EpisodeWriter(out, episode_id=digest[:16]) as writer:
        for number, shown in enumerate(_drawings(plan, on_progress)):
            area = PictureArea(0, 0, shown.triplet.width, shown.triplet.height)
            told = Provenance(
                episode_id=digest[:16], source=source, shot_index=shown.shot, drawing_index=number,
                frame_index=shown.span.start, time=shown.span.start / rate, exposures=(shown.span,),
                picture_area=area, origin=Origin.STUDIO, models="", dougagen_version=__version__,
                config_digest=digest,
            )  # fmt: skip
            writer.write(encode_record(Record.of(shown.triplet, told)))
            written, shots = number + 1, shown.shot + 1
        report = ExtractReport(
            episode_id=digest[:16], source=source, frames_decoded=plan.frames,
            frames_in_exposures=plan.frames, frames_skipped={}, drawings=written, records=written,
            drawings_rejected={}, shots=shots,
        )  # fmt: skip
        entry = writer.commit(
            LedgerEntry.of(
                report, config_digest=digest, models="", dougagen_version=__version__,
                width=plan.width, height=plan.height, frame_rate=plan.frame_rate,
            )
        )  # fmt: skip
    renew_card(out)
    return entry


def _drawings(plan: ClipPlan, on_progress: Callable[[int], None]) -> Iterator[_Shown]:
    """Each drawing once its last frame is known: a hold may show it longer."""
    begun: tuple[Triplet, int, int] | None = None
    for index, frame in enumerate(film(plan)):
        if frame.facts.begins_drawing:
            if begun is not None:
                yield _Shown(begun[0], begun[1], FrameSpan(begun[2], index))
            begun = frame.triplet, frame.facts.shot, index
        on_progress(index + 1)
    if begun is not None:
        yield _Shown(begun[0], begun[1], FrameSpan(begun[2], plan.frames))
