"""The report as one HTML page: figures, plots and a contact sheet, everything inside, no network."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from dougagen.domain import PALETTE, Table
from dougagen.errors import ShardError
from dougagen.files import refused_as, write_file
from dougagen.report import plots
from dougagen.report.contact_sheet import Card, contact_sheet
from dougagen.report.stats import DatasetStats, dataset_stats
from dougagen.report.tables import file_size, share_text
from dougagen.shards import LedgerEntry, open_dataset

# Nothing is loaded from anywhere, whatever a stranger's file name smuggles into the text.
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
_MOST_EPISODES = 2000


def write_report(out: Path, page: Path) -> DatasetStats:
    """Write the page of the dataset at ``out``; the file at ``page`` is there whole or as it was before.

    Raises ShardError where there is no dataset, or the page cannot be written.
    """
    stats = dataset_stats(out)
    damaged: dict[str, None] = dict.fromkeys(stats.damaged)
    dataset = open_dataset(out, on_damage=lambda error: damaged.setdefault(str(error), None))
    cards = list(contact_sheet(dataset, on_damage=lambda error: damaged.setdefault(str(error), None)))
    _write_whole(page, page_text(stats, cards, episodes=dataset.ledger, damaged=tuple(damaged)))
    return stats


def page_text(
    stats: DatasetStats, cards: Iterable[Card], *, episodes: Iterable[LedgerEntry], damaged: Iterable[str]
) -> str:
    """The page as text."""
    shown = list(cards)
    name = escape(Path(stats.root).resolve().name)
    tables = "".join(table.to_html() for table in stats.tables())
    body = "".join(
        (
            f"<header><h1>{name}</h1><p>{escape(_sentence(stats))}</p></header>",
            _warnings(damaged),
            f'<section class="plots">{"".join(_plots(stats))}</section>',
            _sheet(stats, len(shown)),
            f"<section><h2>Episodes</h2>{_episodes(episodes)}</section>",
            f'<section class="tables"><h2>All figures</h2>{tables}</section>',
        )
    )
    data = _for_script({"cards": [card.facts | _pictures(card) for card in shown]})
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{name} — dougagen</title><style>{_part('page.css')}</style></head><body>{body}"
        f'<script type="application/json" id="data">{data}</script><script>{_part("page.js")}</script>'
        "</body></html>\n"
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


def _sheet(stats: DatasetStats, shown: int) -> str:
    which = "" if shown == stats.records else ": the least sure, and others evenly over the dataset"
    return (
        f"<section id=sheet><h2>Drawings</h2><p>{shown:,} of {stats.records:,}{which}.</p>"
        '<form id="controls"></form><div id="cards"></div><p id="more"></p></section>'
        '<dialog id="large"></dialog>'
    )


def _episodes(ledger: Iterable[LedgerEntry]) -> str:
    entries = list(ledger)
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


def _warnings(damaged: Iterable[str]) -> str:
    lines = "".join(f"<li>{escape(line)}</li>" for line in damaged)
    return (
        f'<section class="damaged"><h2>Damaged, in no figure</h2><ul>{lines}</ul></section>' if lines else ""
    )


def _pictures(card: Card) -> dict[str, str]:
    return {"color": card.color, "mask": card.cel_mask, "douga": card.douga}


def _for_script(value: Mapping[str, Any]) -> str:
    """JSON that cannot end the element it stands in, nor be read as markup."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _part(name: str) -> str:
    return (files("dougagen.report") / name).read_text(encoding="utf-8")


def _write_whole(page: Path, text: str) -> None:
    with refused_as(
        ShardError, page, what="the report cannot be written", remedy="choose another --html file"
    ):
        write_file(page, text)
