"""Text burnt into the picture: subtitles, credits, logos, captions. Text is never cel."""

from __future__ import annotations

import string
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.studio.celsheet import Rgb
from dougagen.studio.colors import rgb

Mask = NDArray[np.uint8]
_FINE = 3
"""Letters are drawn so many times larger, then shrunk."""
_LATIN_FONTS = (
    cv2.FONT_HERSHEY_SIMPLEX,
    cv2.FONT_HERSHEY_DUPLEX,
    cv2.FONT_HERSHEY_COMPLEX,
    cv2.FONT_HERSHEY_TRIPLEX,
)
_WORDS = [
    "the",
    "you",
    "I",
    "to",
    "a",
    "it",
    "is",
    "that",
    "what",
    "not",
    "this",
    "we",
    "of",
    "he",
    "do",
    "me",
    "in",
    "no",
    "my",
    "be",
    "have",
    "and",
    "on",
    "just",
    "like",
    "know",
    "are",
    "was",
    "for",
    "so",
    "your",
    "come",
    "here",
    "going",
    "can't",
    "will",
    "but",
    "all",
    "right",
    "go",
    "see",
    "about",
    "there",
    "think",
    "want",
    "with",
    "they",
    "did",
    "how",
    "get",
    "him",
    "good",
    "why",
    "time",
    "never",
    "really",
    "say",
    "up",
    "she",
    "one",
    "tell",
    "wait",
    "please",
    "sorry",
    "thank",
    "back",
    "father",
    "something",
    "must",
    "everyone",
    "who",
    "again",
]


@dataclass(frozen=True, slots=True)
class Style:
    """How letters look."""

    fill: Rgb
    edge: Rgb | None
    edge_width: float
    """Share of the letter's height."""
    weight: float
    """Thickness of strokes, share of the letter's height."""
    slant: float
    shadow: float
    """Offset, share of the letter's height; 0 = none."""
    opacity: float


def burn_text(rng: np.random.Generator, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """``picture`` (uint8[H, W, 3]) with text over it; the input is not changed."""
    burnt = picture.copy()
    kind = rng.choice(["subtitle", "credits", "logo", "caption", "vertical"], p=[0.58, 0.14, 0.12, 0.1, 0.06])
    {"subtitle": _subtitle, "credits": _credits, "logo": _logo, "caption": _caption, "vertical": _vertical}[
        str(kind)
    ](rng, burnt)
    if kind == "subtitle" and rng.uniform() < 0.12:
        _logo(rng, burnt)
    return burnt


# ---- kinds -------------------------------------------------------------------------------------------
def _subtitle(rng: np.random.Generator, burnt: NDArray[np.uint8]) -> None:
    height, width = burnt.shape[:2]
    size = height * rng.uniform(0.04, 0.08)
    style, script = _style(rng), _script(rng)
    rows = int(rng.integers(1, 3))
    y = height * rng.uniform(0.9, 0.96) if rng.uniform() < 0.9 else height * 0.06 + rows * 1.35 * size
    if rng.uniform() < 0.06:  # a box behind
        top = int(y - rows * 1.35 * size)
        burnt[max(top, 0) : int(y + 0.3 * size)] //= 3
    for row in range(rows):
        mask = _line(rng, script, size, style, longest=0.9 * width)
        base = y - (rows - 1 - row) * 1.35 * size
        _lay(burnt, mask, style, size, x=width / 2 - mask.shape[1] / 2, y=base - mask.shape[0])


def _credits(rng: np.random.Generator, burnt: NDArray[np.uint8]) -> None:
    height, width = burnt.shape[:2]
    size, style, script = height * rng.uniform(0.025, 0.06), _style(rng, plain=True), _script(rng)
    rows, x = int(rng.integers(1, 8)), width * rng.uniform(0.04, 0.6)
    y = height * rng.uniform(0.08, 0.5)
    align = rng.choice(["left", "middle"])
    for _ in range(rows):
        mask = _line(rng, script, size * rng.choice([1.0, 0.7]), style, longest=0.4 * width)
        _lay(burnt, mask, style, size, x=x if align == "left" else x + 0.15 * width - mask.shape[1] / 2, y=y)
        y += size * 1.8
    if rng.uniform() < 0.2:
        cv2.line(burnt, (int(x), int(y)), (int(x + 0.3 * width), int(y)), style.fill, 1, cv2.LINE_AA)


def _logo(rng: np.random.Generator, burnt: NDArray[np.uint8]) -> None:
    height, width = burnt.shape[:2]
    size = height * rng.uniform(0.03, 0.07)
    style = _style(rng, plain=True, opacity=float(rng.uniform(0.25, 0.95)))
    mask = _line(rng, _script(rng), size, style, longest=0.18 * width, short=True)
    if rng.uniform() < 0.4:  # an emblem
        r = int(size * _FINE * 0.7)
        disc = np.zeros((2 * r + 4, 2 * r + 4), np.uint8)
        cv2.circle(disc, (r + 2, r + 2), r, 255, -1 if rng.uniform() < 0.5 else max(r // 5, 1), cv2.LINE_AA)
        mask = cv2.resize(disc, None, fx=1 / _FINE, fy=1 / _FINE, interpolation=cv2.INTER_AREA)
    x = width * 0.03 if rng.uniform() < 0.4 else width * 0.97 - mask.shape[1]
    y = height * 0.04 if rng.uniform() < 0.75 else height * 0.95 - mask.shape[0]
    _lay(burnt, np.asarray(mask, np.uint8), style, size, x=x, y=y)


def _caption(rng: np.random.Generator, burnt: NDArray[np.uint8]) -> None:
    """A large title or the translation of a sign, anywhere, at any size."""
    height, width = burnt.shape[:2]
    size, style, script = height * rng.uniform(0.05, 0.2), _style(rng), _script(rng)
    mask = _line(rng, script, size, style, longest=0.7 * width, short=True)
    x, y = rng.uniform(0, max(width - mask.shape[1], 1)), rng.uniform(0.02, 0.85) * height
    _lay(burnt, mask, style, size, x=x, y=y)


def _vertical(rng: np.random.Generator, burnt: NDArray[np.uint8]) -> None:
    """A column of glyphs."""
    height, width = burnt.shape[:2]
    size, style = height * rng.uniform(0.04, 0.1), _style(rng)
    x, y = width * rng.uniform(0.03, 0.92), height * rng.uniform(0.04, 0.3)
    for _ in range(int(rng.integers(3, 9))):
        mask = _shrunk(_ideograph(rng, int(size * _FINE), style.weight), style)
        _lay(burnt, mask, style, size, x=x, y=y)
        y += size * 1.1


# ---- letters -----------------------------------------------------------------------------------------
def _style(rng: np.random.Generator, *, plain: bool = False, opacity: float = 1.0) -> Style:
    fill = [
        (255, 255, 255),
        (255, 240, 60),
        (235, 235, 235),
        rgb(rng.uniform(), rng.uniform(0.2, 1), rng.uniform(0.5, 1)),
        (10, 10, 10),
    ]
    color = fill[rng.choice(5, p=[0.6, 0.13, 0.1, 0.12, 0.05])]
    edge: Rgb | None = (0, 0, 0) if rng.uniform() < 0.8 else rgb(rng.uniform(), 0.8, rng.uniform(0.1, 0.6))
    if sum(color) < 100:
        edge = (255, 255, 255)
    if plain and rng.uniform() < 0.6:
        edge = None
    return Style(
        fill=color,
        edge=edge,
        edge_width=float(rng.uniform(0.03, 0.11)),
        weight=float(rng.uniform(0.06, 0.15)),
        slant=float(rng.choice([0.0, 0.22], p=[0.8, 0.2])),
        shadow=float(rng.choice([0.0, rng.uniform(0.03, 0.1)], p=[0.6, 0.4])),
        opacity=opacity,
    )


def _script(rng: np.random.Generator) -> str:
    return str(rng.choice(["latin", "ideographs"], p=[0.62, 0.38]))


def _sentence(rng: np.random.Generator, letters: int) -> str:
    text = ""
    while len(text) < letters:
        word = (
            str(rng.choice(_WORDS))
            if rng.uniform() < 0.9
            else "".join(rng.choice(list(string.ascii_lowercase), int(rng.integers(3, 9))))
        )
        text += word + " "
    text = text[0].upper() + text[1:].rstrip()
    return text + str(rng.choice([".", "?", "!", ",", "...", ""]))


def _line(
    rng: np.random.Generator, script: str, size: float, style: Style, *, longest: float, short: bool = False
) -> Mask:
    """Coverage of one line of text, ``size`` pixels high, at most ``longest`` wide: uint8[h, w]."""
    big = max(int(size * _FINE), 9)
    if script == "ideographs":
        count = int(np.clip(rng.integers(2, 6) if short else rng.integers(4, 22), 1, max(longest / size, 1)))
        drawn = np.hstack([_ideograph(rng, big, style.weight) for _ in range(count)])
    else:
        letters = int(rng.integers(4, 12)) if short else int(rng.integers(6, 46))
        drawn = _latin(
            rng, _sentence(rng, max(int(min(letters, longest / (0.62 * size))), 2)), big, style.weight
        )
    mask = _shrunk(drawn, style)
    if mask.shape[1] > longest:
        mask = mask[:, : max(int(longest), 1)]
    return mask


def _shrunk(drawn: Mask, style: Style) -> Mask:
    if style.slant:
        h, w = drawn.shape
        shear = np.array([[1, -style.slant, style.slant * h], [0, 1, 0]])
        drawn = np.asarray(cv2.warpAffine(drawn, shear, (int(w + style.slant * h), h)), np.uint8)
    return np.asarray(
        cv2.resize(drawn, None, fx=1 / _FINE, fy=1 / _FINE, interpolation=cv2.INTER_AREA), np.uint8
    )


def _latin(rng: np.random.Generator, text: str, big: int, weight: float) -> Mask:
    font = int(_LATIN_FONTS[rng.integers(len(_LATIN_FONTS))])
    scale, thick = big / 30, max(int(big * weight), 1)
    (w, h), low = cv2.getTextSize(text, font, scale, thick)
    pad = thick + 2
    canvas = np.zeros((h + low + 2 * pad, w + 2 * pad), np.uint8)
    cv2.putText(canvas, text, (pad, pad + h), font, scale, 255, thick, cv2.LINE_AA)
    return canvas


def _ideograph(rng: np.random.Generator, big: int, weight: float) -> Mask:
    """A block of strokes like a kanji, or a few curves like a kana."""
    canvas = np.zeros((big, big), np.uint8)
    thick = max(int(big * weight * 0.9), 2)
    inner = big * 0.84

    def at(x: float, y: float) -> tuple[int, int]:
        return int(big * 0.08 + inner * x), int(big * 0.08 + inner * y)

    if rng.uniform() < 0.4:
        for _ in range(int(rng.integers(1, 4))):
            a = np.cumsum(rng.normal(0, 0.5, 10)) + rng.uniform(0, 6.3)
            path = np.cumsum(np.stack([np.cos(a), np.sin(a)], 1) * 0.1, axis=0)
            path = path - path.mean(axis=0) + rng.uniform(0.35, 0.65, 2)
            points = np.array([at(*p) for p in path.clip(0, 1)], np.int32)
            cv2.polylines(canvas, [points], False, 255, thick, cv2.LINE_AA)
        return canvas
    columns = [(0.0, 1.0)] if rng.uniform() < 0.4 else [(0.0, 0.36), (0.46, 1.0)]
    for left, right in columns:
        for y in np.linspace(0.06, 0.94, int(rng.integers(2, 5))):
            if rng.uniform() < 0.8:
                cv2.line(canvas, at(left, float(y)), at(right, float(y)), 255, thick, cv2.LINE_AA)
        for x in rng.choice([left, (left + right) / 2, right], int(rng.integers(1, 3)), replace=False):
            a, b = sorted(rng.choice([0.0, 0.06, 0.35, 0.65, 0.94, 1.0], 2, replace=False))
            cv2.line(canvas, at(float(x), float(a)), at(float(x), float(b)), 255, thick, cv2.LINE_AA)
        if rng.uniform() < 0.5:
            m = (left + right) / 2
            cv2.line(canvas, at(m, 0.5), at(left, 1.0), 255, thick, cv2.LINE_AA)
            cv2.line(canvas, at(m, 0.5), at(right, 1.0), 255, thick, cv2.LINE_AA)
    return canvas


def _lay(burnt: NDArray[np.uint8], mask: Mask, style: Style, size: float, *, x: float, y: float) -> None:
    """Shadow, edge and fill of ``mask`` with its corner at (x, y); what falls outside is cut."""
    edge = max(round(style.edge_width * size), 1)
    pad = edge + 2 + int(style.shadow * size)
    mask = cv2.copyMakeBorder(mask, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=0)
    if style.shadow:
        off = style.shadow * size
        moved = cv2.warpAffine(mask, np.array([[1, 0, off], [0, 1, off]]), mask.shape[::-1])
        _blend(
            burnt,
            cv2.GaussianBlur(moved, (0, 0), max(0.3 * off, 0.4)),
            (0, 0, 0),
            0.75 * style.opacity,
            x - pad,
            y - pad,
        )
    if style.edge is not None:
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * edge + 1, 2 * edge + 1))
        _blend(burnt, cv2.dilate(mask, kernel), style.edge, style.opacity, x - pad, y - pad)
    _blend(burnt, mask, style.fill, style.opacity, x - pad, y - pad)


def _blend(burnt: NDArray[np.uint8], mask: NDArray, color: Rgb, opacity: float, x: float, y: float) -> None:
    left, top = round(x), round(y)
    a, b = max(-left, 0), max(-top, 0)
    right, bottom = min(burnt.shape[1] - left, mask.shape[1]), min(burnt.shape[0] - top, mask.shape[0])
    if right <= a or bottom <= b:
        return
    share = mask[b:bottom, a:right, None].astype(np.float32) * np.float32(opacity / 255)
    below = burnt[top + b : top + bottom, left + a : left + right]
    below[:] = np.round(below + (np.asarray(color, np.float32) - below) * share).astype(np.uint8)
