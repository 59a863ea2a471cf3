"""What frames are judged by, by name: the traits of a frame beside the one before it, and those of a window.

``evidence`` measures the first, ``judge`` the second. The trees know them by their places.
"""

from __future__ import annotations

_VERDICT = ("strength", "least")
_STILL = ("still", "still_002", "still_01", "still_share", "stirred")
_LEFT = (
    "left",
    "left_002",
    "left_01",
    "left_share",
    "wide",
    "border",
    "border_002",
    "wide_within",
    "wide_beside",
)
_MOVES = ("moves", "fastest", "apart", "most", "stand", "stand_changed", "believed", "believed_changed")
_REFUSED = ("refused", "refused_changed", "refused_far", "refused_before", "refused_after")
_TRIED = ("tried_left", "tried_002", "tried_01", "tried_share", "tried_all", "tried_one", "tried_piece")
BARE = ("bare_left", "bare_left_0005", "bare_left_002", "bare_left_01", "bare_left_half")
_KIND = ("explained", "repeats", "relit", "glows", "rains", "text")
_PIECES = ("piece", "piece_level", "piece_fill", "pieces")
_AROUND = ("again", "again_two", "again_drawn", "standing", "contrast", "next_repeats", "candidates")
TRAITS = (*_VERDICT, *_STILL, *_LEFT, *_MOVES, *_REFUSED, *_TRIED, *BARE, *_KIND, *_PIECES, *_AROUND)
LEVELS = tuple(
    TRAITS.index(name)
    for name in (*_VERDICT, *_STILL[:3], *BARE, *_LEFT[:3], "wide", *_LEFT[6:], *_TRIED[:3], "piece_level")
)

BESIDE = (
    "strength", "still_002", "left_002", "left_share", "wide_within", "wide_beside", "repeats", "again",
    "tried_002", "explained", "piece", "believed", "stand",
)  # fmt: skip
STEPS = (-3, -2, -1, 1, 2, 3)
FAR_STEPS = (-6, -5, -4, 4, 5, 6)
BESIDE_REPEATS = (
    "strength",
    "left_002",
    "tried_002",
    "bare_left_0005",
    "bare_left_002",
    "believed",
    "piece",
)
STEPS_OVER_REPEATS = (-2, -1, 1, 2)
STANDS_OUT = (
    "strength", "left_002", "left_01", "left_share", "wide_within", "wide_beside", "tried_002", "piece",
    "bare_left", "bare_left_0005", "bare_left_002", "bare_left_01", "bare_left_half",
)  # fmt: skip
WINDOW_TRAITS = (
    *TRAITS,
    *("last", "last_least", "rule", "margin", "threshold", "since_cut", "to_cut", "blank"),
    *(f"{name}{step:+d}" for name in BESIDE for step in STEPS),
    *(f"last{step:+d}" for step in FAR_STEPS),
    *(f"{name}{step:+d}_over_repeats" for name in BESIDE_REPEATS for step in STEPS_OVER_REPEATS),
    *(f"{name}_over_{rank}" for rank in ("neighbours", "quarter", "half") for name in STANDS_OUT),
    *("strong_before", "strong_after", "strong_nearby", "strong_of_shot", "moving_nearby"),
    *("left_quarter", "left_half", "last_quarter", "last_half", "over_neighbours", "again_nearby"),
)
"""``last``: the strength with which transitions and passers left a frame. ``rule``: its threshold's word."""
COLUMN = {name: column for column, name in enumerate(TRAITS)}
COLUMNS_BESIDE, COLUMNS_BESIDE_REPEATS, COLUMNS_STANDING_OUT = (
    [COLUMN[name] for name in names] for names in (BESIDE, BESIDE_REPEATS, STANDS_OUT)
)
