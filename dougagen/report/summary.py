"""What a dataset holds in a dozen lines, for a terminal: the first thing one wants to know of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from dougagen.report.tables import class_table, file_size, number_text, share_text

if TYPE_CHECKING:
    from dougagen.domain import Table
    from dougagen.report.stats import DatasetStats

_MOST_NAMES, _LONGEST_NAME = 4, 60


def summary_lines(stats: DatasetStats) -> Iterator[tuple[str, str]]:
    """A name and what is to be said of it, one line each; the full tables have the rest."""
    yield "episodes", _episodes(stats)
    decoded = f" of {number_text(stats.frames_decoded)} decoded" if stats.frames_decoded is not None else ""
    yield "frames", f"{number_text(stats.frames)} shown{decoded}{_a_drawing(stats)}"
    if stats.holds.total:
        shares = ", ".join(f"{name} {share_text(share)}" for name, share in stats.holds.shares().items())
        yield "holds", f"{shares} (to {stats.holds.longest:,})"
    if stats.records:
        yield "resolutions", _counts(stats.resolutions, stats.records)
        yield "cel coverage", f"mean {share_text(stats.cel_coverage_mean)}{_usual_coverage(stats)}"
        yield from _confidence(stats)
        yield "flags", _counts(stats.flags, stats.records) or "none"
        yield "origins", _counts(stats.origins, stats.records)
    if (found := stats.backgrounds) is not None:
        seen = share_text(found.seen_fraction)
        plates = f"{_some(found.plates, 'plate')} in {_some(found.shots, 'shot')}"
        yield "backgrounds", f"{plates}, {seen} of a plate seen"
    yield "size", _size(stats)
    if (ran := stats.throughput) is not None:
        slowest = max(ran.stage_seconds, key=lambda stage: ran.stage_seconds[stage], default="")
        most = f", most of it {slowest}" if slowest else ""
        yield "speed", f"{ran.frames_per_second:.1f} frames a second, {ran.seconds / 3600:.2f} hours{most}"
    if stats.damaged:
        yield "not counted", f"{_some(len(stats.damaged), 'damaged part')}, named above"


def summary_tables(stats: DatasetStats) -> list[Table]:
    """The tables that stand below the lines: classes, where there are drawings."""
    return [table for table in (class_table(stats),) if table.rows]


def _episodes(stats: DatasetStats) -> str:
    shots = ""
    if stats.shots is not None:
        median = f" (median {stats.median_shot:g} frames)" if stats.median_shot else ""
        shots = f", {_some(stats.shots, 'shot')}{median}"
    return f"{number_text(stats.episodes)}{shots}, {_some(stats.records, 'record')}"


def _a_drawing(stats: DatasetStats) -> str:
    return f", {stats.frames / stats.records:.2f} a drawing" if stats.records else ""


def _usual_coverage(stats: DatasetStats) -> str:
    """The bin with the most records."""
    bins = stats.cel_coverage_histogram
    most = max(range(len(bins)), key=lambda place: bins[place])
    step = 100 // len(bins)
    share = share_text(bins[most], stats.records)
    return f"; {step * most}–{step * (most + 1)} % of the picture in {share} of the records"


def _confidence(stats: DatasetStats) -> Iterator[tuple[str, str]]:
    networks = {"cel": stats.cel_confidence, "douga": stats.douga_confidence}
    spoke = {name: found for name, found in networks.items() if found is not None}
    if spoke:
        means = ", ".join(f"{name} {found.mean:.3f}" for name, found in spoke.items())
        low = ", ".join(f"{found.quantiles['p05']:.3f}" for found in spoke.values())
        yield "confidence", f"{means} on average, 95 % are above {low}"


def _size(stats: DatasetStats) -> str:
    size = f"{file_size(stats.bytes)} on disk"
    if not stats.records:
        return size
    color = share_text(stats.bytes_by_column.get("color", 0), sum(stats.bytes_by_column.values()))
    return f"{size}, {file_size(stats.bytes // stats.records)} a record, {color} of it color"


def _counts(counts: Mapping[str, int], whole: int) -> str:
    """The most frequent ones with their shares, and how many more there are."""
    ordered = sorted(counts.items(), key=lambda pair: -pair[1])
    said = [f"{_short(name)} {share_text(count, whole)}" for name, count in ordered[:_MOST_NAMES]]
    if len(ordered) > _MOST_NAMES:
        said.append(f"{len(ordered) - _MOST_NAMES} more")
    return ", ".join(said)


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"


def _some(count: int, what: str) -> str:
    return f"{count:,} {what}{'s' * (count != 1)}"
