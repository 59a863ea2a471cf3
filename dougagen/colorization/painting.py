"""Drawings in, painted drawings out: what ``dougagen colorize`` does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from dougagen.colorization.colorizer import Colorizer, ShotPainter
from dougagen.colorization.drawings import Page, Pages, require_elsewhere
from dougagen.colorization.hints import read_hints
from dougagen.colorization.pots import Pots, model_with, paints_of
from dougagen.errors import DougagenError, UsageError
from dougagen.files import refused_as, write_file
from dougagen.labels import read_picture
from dougagen.shards import codec


@dataclass(frozen=True, slots=True)
class Colored:
    """What was done."""

    drawings: int
    shots: int
    failed: int
    """Drawings, or whole inputs, that could not be painted."""


def colorize(
    lines: Sequence[Path],
    out: Path,
    colorizer: Colorizer,
    *,
    hints: Path | None = None,
    like: Path | None = None,
    on_drawing: Callable[[str, int], None] = lambda _, __: None,
    on_problem: Callable[[DougagenError], None] = lambda _: None,
) -> Colored:
    """Paint every drawing of ``lines`` (folders of pictures, pictures, videos, shards) into ``out``.

    A drawing of a folder keeps its name; one of a video or of shards is ``<episode_id>/<frame_index>.png``.
    All have the size of their drawing, and are there whole or not at all. ``hints`` is a PNG with dots of
    colour for the first drawing; ``like`` is a picture whose paints are taken. ``on_problem`` is told of each
    drawing or input that cannot be painted. Raises UsageError, LabelError where ``out``, ``hints`` or
    ``like`` is of no use.
    """
    require_elsewhere(out, lines)
    with refused_as(UsageError, out, what="cannot be the output folder", remedy="choose another --out"):
        out.mkdir(parents=True, exist_ok=True)
    painter = _Painter(colorizer, out, hints, like)
    failed = 0
    for path in lines:
        pages = Pages(path)
        try:
            if not path.exists():
                raise UsageError("there is no such folder or file", where=path)
            for page in pages:
                painter.paint(page)
                on_drawing(page.name, painter.drawings)
        except DougagenError as error:
            if painter.refuses(error):
                raise
            pages.problems.append(error)
        painter.end()
        for problem in pages.problems:
            on_problem(problem)
        failed += len(pages.problems)
    return Colored(painter.drawings, painter.shots, failed)


class _Painter:
    """A shot after the other; paints in use stay in use from shot to shot."""

    def __init__(self, colorizer: Colorizer, out: Path, hints: Path | None, like: Path | None) -> None:
        self._colorizer, self._out, self._hints = colorizer, out, hints
        self._model = None if like is None else paints_of(read_picture(like))
        self._open: tuple[int, ShotPainter] | None = None
        self._written: set[str] = set()
        self._pots = Pots.of_nobody() if self._model is None else Pots.of_model(self._model)
        self._refusal: DougagenError | None = None
        self.drawings = self.shots = 0

    def paint(self, page: Page) -> None:
        """Into its file. Raises UsageError where another input has written a drawing of this name."""
        if page.name in self._written:
            raise UsageError(f"two inputs have a drawing called {page.name}", remedy="colour them one by one")
        height, width = page.art.classes.shape
        hints = None
        if self._hints is not None and not self.drawings:
            try:
                hints = read_hints(self._hints, height=height, width=width)
            except DougagenError as error:
                self._refusal = error
                raise
        if self._model is None:  # nobody has named one: the stock, with what the dots show
            self._model = model_with(hints)
        if self._open is None or self._open[0] != page.shot:
            self._open = page.shot, self._colorizer.open_shot(model=self._model, pots=self._pots)
            self.shots += 1
        painted = self._open[1].paint(page.art, hints=hints, plate=page.plate, cel=page.cel)
        path = self._out.joinpath(*page.name.split("/"))
        with refused_as(UsageError, path, what="the painted drawing cannot be written"):
            write_file(path, codec.encode_color(page.composed(painted)), below=self._out, survives="crash")
        self._written.add(page.name)
        self.drawings += 1

    def refuses(self, error: DougagenError) -> bool:
        """Whether the error is of the hints, and so of the whole call."""
        return error is self._refusal

    def end(self) -> None:
        """The next drawing is of another input."""
        self._open = None
