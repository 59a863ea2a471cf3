"""What speaks against a drawing as an example, after the criteria of the thesis (5.2), with the figures.

Overly dark or bright, blurry, combed, with text on it, blank, in motion blur, in a fade: a flag marks and
rejects nothing by itself. Every figure goes into the record, so that a reader can draw the line elsewhere.

The lines were drawn by looking at 46 studio scenes of 480 to 1080 lines and broadcast frames of nine series,
as they are and made worse on purpose; ``FlagConfig`` says what was seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from dougagen.domain import Drawing
from dougagen.footage.picture_measures import MeasureConfig, picture_measures

FLAGS: Mapping[str, str] = {
    "dark": "even the light parts are dark",
    "bright": "even the dark parts are bright",
    "blurry": "no edge is sharp",
    "combed": "rows of two pictures interleave",
    "text": "subtitles, credits, a title",
    "blank": "nothing is drawn",
    "motion_blur": "edges are sharp in one direction only",
    "fade": "in a fade or a dissolve",
    "damaged": "the decoder had to make up a part of it",
    "no_cel": "the cel network found none",
    "scaled": "larger than 4K, so that mask and douga were read at a fraction of its size",
}
"""Flag → what it says. ``damaged`` comes from the decoder, ``no_cel`` and ``scaled`` from reconstruction, the
others from here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagConfig:
    """Where a measure becomes a flag."""

    dark: float = 64.0
    """Levels of luma that 95 % of the picture stay below: ordinary pictures at a quarter of their light. The
    darkest night scene seen has 86."""
    bright: float = 176.0
    """Levels of luma that 95 % of the picture exceed: ordinary pictures seven tenths of the way to white. The
    lightest scene seen has 166."""
    blurry: float = 4.0
    """Pixels that the sharper quarter of the edges are wide at least. Sharp pictures have 1.0 to 2.4; blurred
    by a Gaussian of 2 px 3.7 to 5.5; 270 lines shown at 1080, 3.4 to 5.5."""
    combed: float = 8.0
    """Combed pixels of the 256 in the worst block. Whole pictures have 0, double outlines a pixel apart up to
    2 (hatching of lines a pixel apart 19, in one of 293); two pictures woven that differ in a hundredth of
    their pixels 8 and more in all but one of 272."""
    text: float = 3.0
    """Shapes in rows that read like text: one row is enough, for a title has few letters. How many pictures
    with text reach it, and how many without: ``tests/bench/test_bench_flags.py``."""
    blank: float = 12.0
    """Levels between the lightest and the darkest part of the picture, in the channel of most difference."""
    one_way: float = 0.5
    """Sharpness in the softest direction over that in the sharpest: ordinary pictures have 0.6 to 1, those
    moved by 60 px at 1080 lines 0.1 to 0.7 …"""
    one_way_width: float = 2.4
    """… and edges at least so wide, px, in which they differ from drawings of few and parallel lines."""
    drag: float = 1.45
    """Times as wide as across that edges are in the direction in which the picture moved: 1.0 to 1.3 in sharp
    pictures and in those out of focus, 1.5 and more in those moved …"""
    drag_width: float = 3.2
    """… and px of 540 lines that they are wide there: at most 2.2 in sharp pictures, 3.5 and more in those
    moved."""
    measures: MeasureConfig = field(default_factory=MeasureConfig)
    """How the figures are measured."""


_USUAL = FlagConfig()


def flagged(drawing: Drawing, *, config: FlagConfig = _USUAL) -> Drawing:
    """The drawing with the measures of its picture, and the flags that follow from all its measures."""
    measures = (*drawing.measures, *picture_measures(drawing.image, config=config.measures))
    new = flags_of({measure.name: measure.value for measure in measures}, config=config)
    flags = (*drawing.flags, *(flag for flag in new if flag not in drawing.flags))
    return replace(drawing, flags=flags, measures=measures)


def flags_of(measures: Mapping[str, float], *, config: FlagConfig = _USUAL) -> Iterator[str]:
    """The flags that follow from ``picture_measures`` and from what is known of the hold."""
    if measures["luma_high"] < config.dark:
        yield "dark"
    if measures["luma_low"] > config.bright:
        yield "bright"
    if measures["contrast"] < config.blank:
        yield "blank"
    if measures["edge_width"] >= config.blurry:
        yield "blurry"
    softer = 0 < measures["one_way"] <= config.one_way and measures["edge_width"] >= config.one_way_width
    if softer or (measures["drag"] >= config.drag and measures["drag_width"] >= config.drag_width):
        yield "motion_blur"
    if measures["combing"] >= config.combed:
        yield "combed"
    if measures["text"] >= config.text:
        yield "text"
    if any(measures.get(name) for name in ("in_fade", "in_dissolve")):
        yield "fade"
