"""Figures as tables of text: the command line draws them, the report page prints them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dougagen.domain import Table

if TYPE_CHECKING:
    from dougagen.report.stats import Confidence, DatasetStats

_NONE = "—"
THESIS_FREQUENCIES = {
    "flat area": "88 %",
    "visible line": "2 %",
    "shading line": "0.6 %",
    "color edge": "about 0.1 %",
    "highlight line": "about 0.1 %",
    "book line": "under 0.1 %",
    "shading fill": "8 %",
    "color fill": "0.3 %",
    "highlight fill": "0.4 %",
    "book fill": "under 0.1 %",
}
"""Shares of the pixels of the thesis's 200 douga (section 5.1; dougagen/README.md#classes)."""


def number_text(value: int | None) -> str:
    """``12,345``; a dash for None."""
    return _NONE if value is None else f"{value:,}"


def share_text(part: float, whole: float = 1.0) -> str:
    """A percentage that still says something where classes are rare."""
    percent = 100 * part / whole if whole else 0.0
    return f"{percent:.3f} %" if 0 < percent < 0.1 else f"{percent:.1f} %"


def file_size(size: int) -> str:
    """``1.4 GB``: powers of 1000, as disks are sold."""
    value = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"


def stats_tables(stats: DatasetStats) -> list[Table]:
    """What ``dougagen stats`` shows; tables without rows are left out."""
    tables = [
        _overview(stats),
        _holds(stats),
        _lengths("Hold lengths", "exposures of … frames", stats.hold_lengths),
        _lengths(f"Shots, median {stats.median_shot:g} frames", "shots of … frames", stats.shot_lengths),
        _counted("Resolutions", "picture", stats.resolutions, stats.records),
        _coverage(stats),
        class_table(stats),
        _confidences(stats),
        _counted("Flags", "flag", stats.flags, stats.records),
        _counted("Origins", "origin", stats.origins, stats.records),
        _backgrounds(stats),
        _sizes(stats),
        _throughput(stats),
        _damaged(stats),
    ]
    return [table for table in tables if table.rows]


def _overview(stats: DatasetStats) -> Table:
    a_drawing = f"{stats.frames / stats.records:.2f}" if stats.records else _NONE
    rows = (
        ("episodes", number_text(stats.episodes)),
        ("shots", number_text(stats.shots)),
        ("records", number_text(stats.records)),
        ("frames decoded", number_text(stats.frames_decoded)),
        ("frames shown", number_text(stats.frames)),
        ("frames a drawing", a_drawing),
        ("on disk", file_size(stats.bytes)),
        ("a record", file_size(stats.bytes // stats.records) if stats.records else _NONE),
    )
    return Table("Dataset", ("", "count"), rows)


def _backgrounds(stats: DatasetStats) -> Table:
    found = stats.backgrounds
    rows: list[tuple[str, str]] = []
    if found is not None:
        rows += [
            ("plates", number_text(found.plates)),
            ("shots with one", number_text(found.shots)),
            ("seen of a plate, mean", share_text(found.seen_fraction)),
            ("drawings laid on plates", number_text(found.placements)),
            ("on disk", file_size(found.bytes)),
        ]
    if stats.records_with_layer_moves:
        share = share_text(stats.records_with_layer_moves, stats.records)
        rows.append(("records with moves", f"{number_text(stats.records_with_layer_moves)} ({share})"))
    return Table("Backgrounds and moves", ("", "value"), tuple(rows))


def _holds(stats: DatasetStats) -> Table:
    shares = stats.holds.shares()
    rows = tuple(
        (name, number_text(getattr(stats.holds, name)), share_text(share)) for name, share in shares.items()
    )
    if stats.holds.total:
        rows = (*rows, ("longest (frames)", number_text(stats.holds.longest), ""))
    return Table("Holds", ("exposures on", "count", "share"), rows if stats.holds.total else ())


def _lengths(title: str, what: str, bins: Mapping[str, int]) -> Table:
    total = sum(bins.values())
    rows = tuple(
        (name, number_text(count), share_text(count, total)) for name, count in bins.items() if count
    )
    return Table(title, (what, "count", "share"), rows)


def _counted(title: str, name: str, counts: Mapping[str, int], whole: int) -> Table:
    rows = tuple((what, number_text(count), share_text(count, whole)) for what, count in counts.items())
    return Table(title, (name, "records", "share"), rows)


def _coverage(stats: DatasetStats) -> Table:
    bins = stats.cel_coverage_histogram
    if not stats.records:
        return Table("Cel coverage", ("share of the picture", "records", "share"), ())
    step = 100 // len(bins)
    rows = tuple(
        (f"{step * i}–{step * (i + 1)} %", number_text(count), share_text(count, stats.records))
        for i, count in enumerate(bins)
    )
    title = f"Cel coverage, mean {share_text(stats.cel_coverage_mean)}"
    return Table(title, ("share of the picture", "records", "share"), rows)


def class_table(stats: DatasetStats) -> Table:
    """Shares of the douga classes, beside those of the thesis; no rows where there is no record."""
    rows = tuple(
        (name, share_text(share), THESIS_FREQUENCIES.get(name, _NONE))
        for name, share in stats.class_frequencies.items()
    )
    columns = ("class", "share of pixels", "in the thesis")
    title = "Douga classes, beside the thesis: 200 douga drawn by hand (Kugler, TU Wien 2020)"
    return Table(title, columns, rows if stats.records else ())


def _confidences(stats: DatasetStats) -> Table:
    named: list[tuple[str, Confidence | None]] = [
        ("cel", stats.cel_confidence),
        ("douga", stats.douga_confidence),
    ]
    spoken = [(name, confidence) for name, confidence in named if confidence is not None]
    quantiles = tuple(spoken[0][1].quantiles) if spoken else ()
    rows = tuple((name, f"{c.mean:.3f}", *(f"{c.quantiles[q]:.3f}" for q in quantiles)) for name, c in spoken)
    return Table("Confidence", ("network", "mean", *quantiles), rows)


def _sizes(stats: DatasetStats) -> Table:
    total = sum(stats.bytes_by_column.values())
    pictures = ("color", "cel_mask", "douga")
    sizes = {name: stats.bytes_by_column.get(name, 0) for name in pictures}
    sizes["all other columns"] = total - sum(sizes.values())
    rows = tuple(
        (name, file_size(size), file_size(size // stats.records), share_text(size, total))
        for name, size in sizes.items()
        if stats.records
    )
    return Table("Size", ("column", "on disk", "a record", "share"), rows)


def _throughput(stats: DatasetStats) -> Table:
    if stats.throughput is None:
        return Table("Throughput", ("", ""), ())
    ran = stats.throughput
    rows = [
        ("episodes timed", number_text(ran.episodes)),
        ("hours", f"{ran.seconds / 3600:.2f}"),
        ("frames a second", f"{ran.frames_per_second:.1f}"),
    ]
    rows += [
        (f"busy: {stage}", share_text(busy, ran.seconds))
        for stage, busy in sorted(ran.stage_seconds.items(), key=lambda pair: -pair[1])
    ]
    return Table("Throughput of the runs that made it", ("", "value"), tuple(rows))


def _damaged(stats: DatasetStats) -> Table:
    return Table("Not counted: damaged", ("what",), tuple((line,) for line in stats.damaged))
