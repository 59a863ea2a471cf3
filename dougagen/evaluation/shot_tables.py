"""What is known of shots as tables: alone against together, plates, recomposition."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from dougagen.domain import ABSENT, Table, percent
from dougagen.evaluation.plate_view import decibels

if TYPE_CHECKING:  # only names: a table needs no video
    from dougagen.evaluation.recomposition import Recomposed, Recomposition, ShotRecomposition
    from dougagen.evaluation.shot_clips import ShotScore


def shot_tables(scores: Sequence[ShotScore]) -> tuple[Table, ...]:
    """Masks, douga and plates, a row a category, or a clip, and all of them together."""
    rows = list(scores)
    if len(rows) > 1:
        rows.append(_all(rows))
    cel = tuple(
        (
            score.name,
            str(score.together.drawings),
            f"{score.alone.cel.iou:.4f}",
            f"{score.together.cel.iou:.4f}",
            _times(score.cel_errors_left),
            percent(score.alone.flicker.masks),
            percent(score.together.flicker.masks),
        )
        for score in rows
    )
    douga = tuple(
        (
            score.name,
            f"{score.alone.douga.mean_iou:.3f}",
            f"{score.together.douga.mean_iou:.3f}",
            percent(score.alone.fills.accuracy),
            percent(score.together.fills.accuracy),
            _times(score.fill_errors_left),
            percent(score.alone.flicker.fills),
            percent(score.together.flicker.fills),
        )
        for score in rows
    )
    readings = ("alone", "as shot")
    found = [
        Table(
            "Cel masks, drawings alone and as shots: IoU, errors left, flicker",
            ("clips", "n", "IoU alone", "as shot", "errors ×", "flicker alone", "as shot"),
            cel,
        ),
        Table(
            "Douga, drawings alone and as shots: mean IoU, fills, errors left, flicker of fills",
            ("clips", *(f"IoU {r}" for r in readings), *(f"fills {r}" for r in readings), "errors ×",
             "flicker alone", "as shot"),
            douga,
        ),
    ]  # fmt: skip
    if any(score.plates.plates for score in rows):
        found.append(_plate_table(rows))
    return tuple(found)


def _plate_table(scores: Sequence[ShotScore]) -> Table:
    rows = []
    for score in scores:
        plates = score.plates
        shares = (
            (percent(plates.known / plates.area), percent(plates.shown / plates.area))
            if plates.area
            else (ABSENT, ABSENT)
        )
        found = (decibels(plates.difference.psnr), decibels(plates.difference_shown.psnr))
        rows.append((score.name, str(plates.plates), *found, *shares))
    return Table(
        "Background plates against backgrounds without actors",
        ("clips", "plates", "dB known", "dB truly shown", "known", "truly shown"),
        tuple(rows),
    )


def _all(scores: Sequence[ShotScore]) -> ShotScore:
    from dougagen.evaluation.shot_clips import ShotScore

    first, *others = scores
    total = sum(others, first)
    return ShotScore("all", total.alone, total.together, total.plates)


def _times(ratio: float | None) -> str:
    return ABSENT if ratio is None else f"{ratio:.2f}"


def recomposition_tables(episodes: Sequence[Recomposition]) -> tuple[Table, ...]:
    """For each episode the figures of all, those of its shots, and which shots want a look."""
    return tuple(table for episode in episodes for table in _recomposition_tables(episode))


def _recomposition_tables(episode: Recomposition) -> Iterator[Table]:
    columns = ("frames", "n", "PSNR dB", "plate dB", "cel", "plate", "unknown", "scored")
    yield Table(
        f"Frames composed again, and the plate alone outside every mask: {episode.name}",
        columns,
        (
            ("pictures", *_figures(episode.pictures)),
            ("all", *_figures(episode.every_frame)),
            ("camera stands", *_figures(episode.still)),
        ),
    )
    flicker = episode.flicker
    yield Table(
        f"Flicker between neighbouring drawings: {episode.name}",
        ("of", "pixels of the same paint", "disagree"),
        (
            ("masks", str(flicker.cel_pixels), percent(flicker.masks)),
            ("fills", str(flicker.fill_pixels), percent(flicker.fills)),
        ),
    )
    yield Table(
        f"Shots composed again, frames of pictures and all frames: {episode.name}",
        ("shot", "frames", "n", "camera", "pictures dB", "all dB", "plate dB", "cel", "unknown"),
        tuple(_shot_row(shot) for shot in episode.shots),
    )  # fmt: skip
    if to_see := [shot for shot in episode.shots if shot.problems]:
        yield Table(
            f"Shots to look at: {episode.name}",
            ("shot", "why", "frames to look at"),
            tuple(
                (
                    str(shot.shot_index),
                    ", ".join(shot.problems),
                    ", ".join(f"{frame} ({psnr:.0f} dB)" for frame, psnr in shot.look_at)
                    or f"{shot.span.start}–{shot.span.stop - 1}",
                )
                for shot in to_see
            ),
        )


def _figures(score: Recomposed) -> tuple[str, ...]:
    return (
        str(score.frames),
        decibels(score.psnr),
        decibels(score.plate.psnr),
        percent(score.share(score.cel.pixels)),
        percent(score.share(score.plate.pixels)),
        percent(score.share(score.unknown)),
        percent(score.share(score.cel.pixels + score.plate.pixels)),
    )


def _shot_row(shot: ShotRecomposition) -> tuple[str, ...]:
    all_frames = shot.every_frame
    camera = {True: "stands", False: "moves", None: ABSENT}[shot.camera_stands]
    return (
        str(shot.shot_index),
        f"{shot.span.start}–{shot.span.stop - 1}",
        str(shot.drawings),
        camera,
        decibels(shot.pictures.psnr),
        decibels(all_frames.psnr),
        decibels(all_frames.plate.psnr),
        percent(all_frames.share(all_frames.cel.pixels)),
        percent(all_frames.share(all_frames.unknown)),
    )
