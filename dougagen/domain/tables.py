"""A table of text: what the library reports and the command line draws."""

from __future__ import annotations

import math
from dataclasses import dataclass

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
