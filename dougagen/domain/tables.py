"""A table of text: what the library reports and the command line draws."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape

from dougagen.errors import DomainError

ABSENT = "–"
"""Stands in a cell for a figure that there is not."""


def percent(share: float | None) -> str:
    """``0.954`` -> ``95.4 %``; a dash for None and NaN."""
    return ABSENT if share is None or math.isnan(share) else f"{share:.1%}".replace("%", " %")


@dataclass(frozen=True, slots=True)
class Table:
    """A titled table of text."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise DomainError(
                    f"Table {self.title!r} has {len(self.columns)} columns, a row {len(row)} cells: {row}"
                )

    def to_json(self) -> dict[str, object]:
        """Title, columns and rows as lists of text."""
        return {"title": self.title, "columns": list(self.columns), "rows": [list(row) for row in self.rows]}

    def to_markdown(self) -> str:
        """A heading line and a pipe table; the first column is aligned left, the others right."""
        rule = ["---", *["---:"] * (len(self.columns) - 1)]
        lines = [self.columns, rule, *self.rows]
        return "\n".join([f"**{self.title}**", "", *("| " + " | ".join(line) + " |" for line in lines)])

    def to_html(self) -> str:
        """A table element. The text of every cell is shown as it is, markup in it included."""
        head = "".join(f"<th>{escape(column)}</th>" for column in self.columns)
        rows = "".join(
            "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in self.rows
        )
        caption = f"<caption>{escape(self.title)}</caption>" if self.title else ""
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"

    def _repr_html_(self) -> str:
        return self.to_html()
