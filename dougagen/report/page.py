"""The report as one HTML page to send around: the drawings as a light table, and the figures behind them.

Everything is inside, and no network is opened.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Mapping
from hashlib import sha256
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from dougagen.domain import PALETTE, Table
from dougagen.errors import ShardError
from dougagen.files import place, refused_as, write_file
from dougagen.report import plots
from dougagen.report.contact_sheet import Sheet, contact_sheet
from dougagen.report.stats import DatasetStats, dataset_stats
from dougagen.report.tables import file_size, share_text
from dougagen.shards import LedgerEntry, open_dataset
from dougagen.view import SCRIPTS, STYLE, Catalog, by_name, document, part

# Nothing is loaded from anywhere and no script runs but ours, whatever a stranger's file name smuggles in.
_POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{}'; base-uri 'none'; "
    "form-action 'none'"
)
_MOST_EPISODES = 2000


def write_report(out: Path, page: Path) -> DatasetStats:
    """Write the page of the dataset at ``out``; the file at ``page`` is there whole or as it was before.

    Raises ShardError where there is no dataset, or the page cannot be written.
    """
    stats = dataset_stats(out)
    damaged: dict[str, None] = dict.fromkeys(stats.damaged)
    dataset = open_dataset(out, on_damage=lambda error: damaged.setdefault(str(error), None))
    sheet = contact_sheet(dataset, on_damage=lambda error: damaged.setdefault(str(error), None))
    catalog = Catalog(dataset)
    _write_whole(page, page_text(stats, sheet, catalog, damaged=tuple(damaged)))
    return stats


def page_text(stats: DatasetStats, sheet: Sheet, catalog: Catalog, *, damaged: Iterable[str] = ()) -> str:
    """The page as text."""
    name = place(stats.root).resolve().name
    drawings = [card.to_json() for card in sheet.cards]
    about = {
        "name": name,
        "sentence": _sentence(stats),
        "note": _note(stats, sheet, name),
        "drawings": len(drawings),
        "plates": bool(sheet.shelves),
        "shelves": sheet.shelves,
        "damaged": list(damaged),
        "sheets": catalog.placed(drawings),
        "episodes": [card.to_json() for card in catalog.episodes],
    }
    script = "".join(map(part, SCRIPTS))
    data = f'<script type="application/json" id="data">{_for_script({"about": about, "drawings": drawings})}'
    digest = b64encode(sha256(script.encode("utf-8")).digest()).decode("ascii")
    return document(
        name,
        policy=_POLICY.format(digest),
        head=f"<style>{part(STYLE)}{_figures_style()}</style>",
        more=_figures(stats, catalog.dataset.ledger),
        end=f"{data}</script><script>{script}</script>",
    )


def _note(stats: DatasetStats, sheet: Sheet, name: str) -> str:
    """What is not on the page, or is there smaller than it is stored; nothing where nothing is."""
    shown, parts = len(sheet.cards), []
    if shown < stats.records:
        parts.append(
            f"{shown:,} of {stats.records:,} drawings: shots with the least sure ones, and others evenly "
            "over the dataset"
        )
    if sheet.width < sheet.widest:
        parts.append(f"pictures are {sheet.width} pixels wide instead of {sheet.widest}")
    if sheet.plates_left_out:
        parts.append(f"{sheet.plates_left_out:,} of its background plates are left out")
    if not parts:
        return ""
    said = "; ".join(parts)
    return f"On this page: {said}. All of it in full size: dougagen view {name}"


def _figures(stats: DatasetStats, episodes: Iterable[LedgerEntry]) -> str:
    tables = "".join(table.to_html() for table in stats.tables())
    return (
        f'<section id="figures" aria-label="Figures" hidden><div class="plots">{"".join(_plots(stats))}</div>'
        f"<h2>Episodes</h2>{_episodes(episodes)}<h2>All figures</h2>"
        f'<div class="tables">{tables}</div></section>'
    )


def _sentence(stats: DatasetStats) -> str:
    counts = {"drawing": stats.records, "frame": stats.frames, "episode": stats.episodes}
    drawings, frames, episodes = (f"{n:,} {what}{'' if n == 1 else 's'}" for what, n in counts.items())
    return f"{drawings} of {frames} from {episodes}, {file_size(stats.bytes)} on disk."


def _plots(stats: DatasetStats) -> Iterable[str]:
    yield _figure("How long a drawing is held", plots.columns(stats.hold_lengths, unit="frames"))
    shots = f"How long a shot is (median {stats.median_shot:g} frames)"
    yield _figure(shots, plots.columns(stats.shot_lengths, unit="frames"))
    bins = stats.cel_coverage_histogram
    coverage = {f"{100 * i // len(bins)}": float(n) for i, n in enumerate(bins)}
    yield _figure("How much of the picture is cel", plots.columns(coverage, unit="% of the pixels, drawings"))
    yield _figure(
        "Douga classes, by magnitude",
        plots.rows(
            stats.class_frequencies,
            texts=[share_text(share) for share in stats.class_frequencies.values()],
            colors=[f"rgb({r},{g},{b})" for r, g, b in PALETTE.tolist()],
            logarithmic=True,
        ),
    )
    for title, counts in (
        ("Flags", stats.flags),
        ("Resolutions", stats.resolutions),
        ("Origins", stats.origins),
    ):
        if counts:
            few = dict(list(counts.items())[:12])
            yield _figure(title, plots.rows(few, texts=[f"{count:,}" for count in few.values()]))


def _figure(title: str, drawing: str) -> str:
    return f"<figure><figcaption>{escape(title)}</figcaption>{drawing}</figure>"


def _episodes(ledger: Iterable[LedgerEntry]) -> str:
    entries = sorted(ledger, key=lambda entry: by_name(entry.source, entry.episode_id))
    if not entries:
        return '<p class="nothing">no ledger: a plain folder of shards</p>'
    rows = tuple(
        (
            entry.source,
            f"{entry.width}×{entry.height}",
            f"{entry.shots:,}",
            f"{entry.records:,}",
            f"{entry.frames_decoded:,}",
            _speed(entry),
            ", ".join(entry.flags),
        )
        for entry in entries[:_MOST_EPISODES]
    )
    names = ("episode", "picture", "shots", "drawings", "frames", "frames/s", "flags")
    title = "" if len(entries) <= _MOST_EPISODES else f"the first {_MOST_EPISODES:,} of {len(entries):,}"
    return f'<div class="long">{Table(title, names, rows).to_html()}</div>'


def _speed(entry: LedgerEntry) -> str:
    seconds = entry.seconds.get("total", 0.0)
    return f"{entry.frames_decoded / seconds:.1f}" if seconds > 0 else "—"


def _for_script(value: Mapping[str, Any]) -> str:
    """JSON that cannot end the element it stands in, nor be read as markup."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _figures_style() -> str:
    return (files("dougagen.report") / "figures.css").read_text(encoding="utf-8")


def _write_whole(page: Path, text: str) -> None:
    with refused_as(
        ShardError, page, what="the report cannot be written", remedy="choose another --html file"
    ):
        write_file(page, text)
