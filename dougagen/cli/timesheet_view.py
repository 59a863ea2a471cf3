"""A timesheet on the terminal: a line a shot, and exposure sheets as an animator knows them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from rich.table import Table as RichTable
from rich.text import Text

from dougagen.domain.timing import clock

if TYPE_CHECKING:
    from dougagen.footage import ShotSheet

_MOVES, _MOVES_NOW_AND_THEN = 0.5, 0.1  # share of a shot's frames
_CELL = 6  # characters of a column of the sheet
_MARGIN = 5  # characters of the frame numbers beside it
_USUAL_SECOND = 24  # rows of a column where the frame rate is no use
_BEAT = 6  # frames; exposure sheets have a stronger line after so many


def frames_a_second(rate: Fraction) -> int:
    """The whole number of frames that an animator counts to a second: 24 at 24000/1001."""
    whole = round(rate)
    return whole if 1 <= whole <= 60 else _USUAL_SECOND


def length(frames: int, *, second: int) -> str:
    """Seconds and frames, as on a sheet: ``1+21``."""
    return f"{frames // second}+{frames % second:02d}"


def camera(moving: float | None) -> str:
    """What is known of the movement in a shot, in a word."""
    if moving is None:
        return ""
    if moving >= _MOVES:
        return "moves"
    return "moves in part" if moving >= _MOVES_NOW_AND_THEN else "still"


def shot_table(shots: Sequence[ShotSheet], *, second: int, whole: bool) -> RichTable:
    """A line a shot. With ``whole`` long lists of exposures are folded, otherwise cut at the margin."""
    table = RichTable(box=None, header_style="dim", padding=(0, 1), pad_edge=False)
    for name in ("cut", "time", "frame", "length", "drawings"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("on", no_wrap=True)
    table.add_column("camera", no_wrap=True)
    table.add_column("drawing × frames held")
    for shot in shots:
        moves = camera(shot.moving)
        table.add_row(
            Text(str(shot.index + 1), style="bold"),
            clock(shot.time),
            str(shot.span.start),
            length(len(shot.span), second=second),
            str(shot.drawings),
            Text(shot.rhythm, style="dim" if shot.rhythm == "held" else ""),
            Text(moves, style="dim" if moves == "still" else ""),
            Text(shot.in_short, style="cyan", no_wrap=not whole, overflow="fold" if whole else "ellipsis"),
        )
    return table


def moves_table(shots: Sequence[ShotSheet]) -> RichTable:
    """A line for each shot in which something moves: what camera and layers do."""
    table = RichTable(box=None, header_style="dim", padding=(0, 1), pad_edge=False)
    table.add_column("cut", justify="right", no_wrap=True)
    table.add_column("moves")
    for shot in shots:
        if shot.moves:
            table.add_row(Text(str(shot.index + 1), style="bold"), Text(shot.moves))
    return table


@dataclass(frozen=True, slots=True)
class _Column:
    """A second of a shot on the sheet."""

    cut: str
    """Over the first second of a shot."""
    second: int
    cells: tuple[Text, ...]
    """From the first frame of the second to the last; the cells after the cut are blank."""


def columns_of(shot: ShotSheet, *, second: int) -> Iterator[_Column]:
    """The shot cut into seconds: a number where a drawing begins, a stroke while it is held."""
    cells: list[Text] = []
    known: set[int] = set()
    start = shot.span.start
    for number, line in zip(shot.numbers, shot.exposures, strict=True):
        cells += [Text("×", style="dim")] * (line.span.start - start - len(cells))
        cells.append(Text(str(number), style="yellow" if number in known else "bold"))
        cells += [Text("│", style="dim")] * (len(line.span) - 1)
        known.add(number)
    cells.append(Text("━━", style="dim"))
    while len(cells) % second:
        cells.append(Text(""))
    for column in range(-(-len(shot.span) // second)):
        part = tuple(cells[column * second : (column + 1) * second])
        yield _Column(str(shot.index + 1) if column == 0 else "", column, part)


def sheet(shots: Sequence[ShotSheet], *, second: int, width: int) -> Iterator[Text]:
    """The lines of exposure sheets, ``width`` characters wide: a row a frame, a column a second."""
    columns = [column for shot in shots for column in columns_of(shot, second=second)]
    for page in pages(columns, width=width):
        yield Text("cut".ljust(_MARGIN) + "".join(column.cut.rjust(_CELL) for column in page), style="bold")
        yield Text(" " * _MARGIN + "".join(f"{column.second}″".rjust(_CELL) for column in page), style="dim")
        for row in range(second):
            beat = row % _BEAT == 0
            line = Text(f"{row + 1:>{_MARGIN - 2}}  ", style="" if beat else "dim")
            for column in page:
                cell = column.cells[row]
                line.append(" " * (_CELL - cell.cell_len))
                line.append_text(cell)
            yield line
        yield Text("")


def pages(columns: Sequence[_Column], *, width: int) -> list[Sequence[_Column]]:
    """As many columns side by side as ``width`` characters hold."""
    at_once = max(1, (width - _MARGIN) // _CELL)
    return [columns[i : i + at_once] for i in range(0, len(columns), at_once)]
