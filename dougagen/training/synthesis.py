"""SEEDS → SHARDS: studio scenes written as records, by as many processes as there are cores."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from pathlib import Path

from dougagen import __version__
from dougagen.domain import ExtractReport, FrameSpan, Origin, PictureArea, Provenance, Record
from dougagen.processes.workers import made_in_order
from dougagen.shards import EncodedRecord, EpisodeWriter, LedgerEntry, encode_record, renew_card
from dougagen.studio import (
    HELD_OUT_SEEDS,
    Profile,
    Scene,
    profile_of,
    require_one_family,
    shoot_scene,
    whole_frame,
)


def studio_record(scene: Scene, *, seed: int, batch: str, source: str) -> Record:
    """A scene as a record: every scene is a drawing of one frame at its seed."""
    triplet = scene.triplet
    return Record.of(
        triplet,
        Provenance(
            episode_id=batch,
            source=source,
            shot_index=0,
            drawing_index=seed,
            frame_index=seed,
            time=0.0,
            exposures=(FrameSpan(seed, seed + 1),),
            picture_area=PictureArea(0, 0, triplet.width, triplet.height),
            origin=Origin.STUDIO,
            models="",
            dougagen_version=__version__,
            config_digest=_digest(source),
            flags=scene.flags,
        ),
    )


def seeds_of(scenes: int = 100, *, first: int = 0, held_out: bool = False) -> range:
    """The seeds of so many scenes; ``held_out``: ``first`` counts from the first of that family."""
    first += HELD_OUT_SEEDS.start if held_out else 0
    return range(first, first + scenes)


def synthesise(
    out: Path,
    *,
    seeds: range,
    lines: int | None = None,
    profile: Profile | str | None = None,
    workers: int | None = 1,
    on_progress: Callable[[int], None] = lambda _: None,
) -> LedgerEntry:
    """Write the scenes of ``seeds`` as one batch of the dataset in ``out``; the same for any ``workers``.

    ``lines`` draws whole 16:9 frames of that height; None what the profile wants: whole frames of many
    heights, or windows of them. ``profile`` None is ``TRAINING``, and ``HELD_OUT`` for held-out seeds; a name
    is one of ``PROFILES`` and leaves held-out seeds as they are. ``workers`` None: one a core.
    Raises UsageError for an empty range, for one that reaches into the held-out seeds from below, and for a
    profile of the other family.
    """
    require_one_family(seeds)
    profile = profile_of(seeds[0], profile)
    source = f"studio {__version__} {profile.name} seeds {seeds.start}-{seeds.stop} lines {lines or 'any'}"
    batch = _digest(source)[:16]
    workers = workers or os.cpu_count() or 1
    written = 0
    with EpisodeWriter(out, episode_id=batch) as writer:
        for row in _encoded(seeds, lines=lines, profile=profile, batch=batch, source=source, workers=workers):
            writer.write(row)
            written += 1
            on_progress(written)
        entry = writer.commit(_ledger_entry(batch, source=source, scenes=len(seeds), lines=lines))
    renew_card(out)
    return entry


def _ledger_entry(batch: str, *, source: str, scenes: int, lines: int | None) -> LedgerEntry:
    """A batch of scenes as if it were an episode: every scene a shot of one frame."""
    largest = whole_frame(lines or 1080)
    report = ExtractReport(
        episode_id=batch,
        source=source,
        frames_decoded=scenes,
        frames_in_exposures=scenes,
        frames_skipped={},
        drawings=scenes,
        records=scenes,
        drawings_rejected={},
        shots=scenes,
    )
    return LedgerEntry.of(
        report,
        config_digest=_digest(source),
        models="",
        dougagen_version=__version__,
        width=largest.width,
        height=largest.height,
        frame_rate=Fraction(24),
    )


def _digest(source: str) -> str:
    return hashlib.sha256(source.encode()).hexdigest()


def _encoded(
    seeds: range, *, lines: int | None, profile: Profile, batch: str, source: str, workers: int
) -> Iterator[EncodedRecord]:
    make = partial(_one_row, lines=lines, profile=profile, batch=batch, source=source)
    return made_in_order(make, seeds, workers=workers, purpose="draws scenes")


def _one_row(seed: int, *, lines: int | None, profile: Profile, batch: str, source: str) -> EncodedRecord:
    scene = shoot_scene(seed, window=None if lines is None else whole_frame(lines), profile=profile)
    return encode_record(studio_record(scene, seed=seed, batch=batch, source=source))
