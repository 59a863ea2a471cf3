"""The figures of ``bench`` as one HTML page to send around: bars and the table, no script, no network."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from importlib.resources import files
from pathlib import Path

from dougagen.domain import Table
from dougagen.errors import ShardError
from dougagen.files import refused_as, write_file
from dougagen.report import plots
from dougagen.view import STYLE, part

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_OWN_STYLE = ".plots { margin-bottom: 14px; } .plots text.figure { fill: var(--faint); }"


def write_speed_page(
    page: Path, table: Table, sentence: str, *, stages: Mapping[str, float], together: float, note: str
) -> None:
    """Write the page; the file is there whole or as it was before.

    ``stages`` are seconds of each stage alone, ``together`` those of all at once, ``note`` is the machine in
    words. Raises ShardError where the page cannot be written.
    """
    text = speed_page(table, sentence, stages=stages, together=together, note=note)
    with refused_as(ShardError, page, what="the page cannot be written", remedy="choose another --html file"):
        write_file(page, text)


def speed_page(
    table: Table, sentence: str, *, stages: Mapping[str, float], together: float, note: str
) -> str:
    """The page as text."""
    total = sum(stages.values())
    shares = [f"{seconds:.2f} s, {seconds / total:.0%}" for seconds in stages.values()] if total else []
    alone = plots.rows(stages, texts=shares) if shares else ""
    flow = {"in turn": total, "overlapping": together}
    both = plots.rows(flow, texts=[f"{seconds:.2f} s" for seconds in flow.values()])
    figures = (
        f"<figure><figcaption>Each stage alone</figcaption>{alone}</figure>"
        f"<figure><figcaption>The whole flow</figcaption>{both}</figure>"
    )
    title = escape(table.title)
    style = part(STYLE) + (files("dougagen.report") / "figures.css").read_text(encoding="utf-8") + _OWN_STYLE
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title} — dougagen bench</title><style>{style}</style></head><body>"
        f'<header id="top"><div class="title"><h1>Where the time goes</h1>'
        f'<p id="sentence">{escape(sentence[:1].upper() + sentence[1:])}.</p></div></header>'
        f'<section id="figures"><div class="plots">{figures}</div>{table.to_html()}'
        f'<p class="nothing">{escape(note)}</p></section></body></html>\n'
    )
