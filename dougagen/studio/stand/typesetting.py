"""Letters as coverage: Latin and Japanese lines of no dialogue, in real typefaces where OpenCV has them."""

from __future__ import annotations

from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.uint8]
"""uint8[H, W]: how much of a pixel a letter covers."""
Script = Literal["latin", "japanese"]

_FINE = 3
"""Letters are drawn so many times larger, then shrunk."""
_WORDS = """
the you I to a it is that what not this we of he do me in no my be have and on just like know are was for so
your come here going can't will but all right go see about there think want with they did how get him good why
time never really say up she one tell wait please sorry thank back father something must everyone who again
brother captain tomorrow master
"""
_KANA = """
そして それは でも なのに だから あなた わたし ここに どうして ください じゃない している
なかった ですか ました ところ もう一度 いったい まさか ちょっと みんな ありがとう ごめん
やっぱり だけど かもしれない
"""
_KANJI = """
世界 時間 約束 最後 仲間 戦争 学校 先生 今日 明日 昨日 電話 父親 母親 兄弟 空 海 夢 光 闇 心
声 手紙 駅前 事件 隊長 準備 完了 監督 作画 脚本 音楽 美術 撮影 編集 制作 原画 動画 仕上 背景
演出 第一話 第二話 次回予告 終
"""
_KATAKANA = """
アニメ スタジオ カメラ ロボット エネルギー システム データ チーム プロデューサー タイトル ナレーション
"""
_LATIN_POOL = tuple(_WORDS.split())
_JAPANESE_POOLS = tuple(tuple(words.split()) for words in (_KANA, _KANJI, _KATAKANA))
_HERSHEY = (
    cv2.FONT_HERSHEY_SIMPLEX,
    cv2.FONT_HERSHEY_DUPLEX,
    cv2.FONT_HERSHEY_COMPLEX,
    cv2.FONT_HERSHEY_TRIPLEX,
)
_HAS_FACES = hasattr(cv2, "FontFace")
"""OpenCV 5 carries TrueType faces, Japanese among them; OpenCV 4 only the strokes of Hershey."""
_faces: dict[str, Any] = {}


def sentence(rng: np.random.Generator, script: Script, letters: int) -> str:
    """About ``letters`` letters that read like a line of dialogue."""
    if script == "japanese":
        text = ""
        while len(text) < letters:
            pool = _JAPANESE_POOLS[rng.choice(3, p=[0.5, 0.38, 0.12])]
            text += pool[rng.integers(len(pool))]
        return text[:letters] + str(rng.choice(["", "。", "!", "?", "…"], p=[0.6, 0.1, 0.1, 0.1, 0.1]))
    words: list[str] = []
    while sum(len(word) + 1 for word in words) < letters:
        words.append(_LATIN_POOL[rng.integers(len(_LATIN_POOL))])
    text = " ".join(words)
    return text[0].upper() + text[1:] + str(rng.choice([".", "?", "!", ",", "...", ""]))


def typeset(
    rng: np.random.Generator, text: str, script: Script, *, size: float, weight: float, slant: float = 0.0
) -> Mask:
    """uint8[h, w] coverage of one line of ``text``, its letters about ``size`` pixels high.

    ``weight`` is the thickness of strokes as a share of the height, ``slant`` the shear to the right.
    """
    big = max(int(size * _FINE), 9)
    if _HAS_FACES:
        drawn = _in_a_face(rng, text, script, big, weight)
    elif script == "japanese":
        drawn = np.hstack([_ideograph(rng, big, weight) for _ in text])
    else:
        drawn = _in_hershey(rng, text, big, weight)
    return _shrunk(drawn, slant)


def _face(name: str) -> Any:
    """Faces are unpacked from the library once a process: 8 ms each."""
    if name not in _faces:
        _faces[name] = cv2.FontFace(name)  # type: ignore[attr-defined]
    return _faces[name]


def _in_a_face(rng: np.random.Generator, text: str, script: Script, big: int, weight: float) -> Mask:
    name = "uni" if script == "japanese" else str(rng.choice(["sans", "italic", "uni"], p=[0.55, 0.1, 0.35]))
    face, heavy = _face(name), int(np.clip(5000 * weight, 250, 900))
    # measured: a line needs 1.05 of its size for each ideograph, 0.75 for each Latin letter at most
    wide = int(big * (1.15 if script == "japanese" else 0.8) * (len(text) + 1)) + 2 * big
    canvas = np.zeros((2 * big, wide), np.uint8)
    cv2.putText(canvas, text, (big // 3, int(1.4 * big)), (255,), face, big, heavy)  # type: ignore[call-overload]
    if name == "uni":  # it has one weight: ink spreads
        spread = max(round(big * (weight - 0.08)), 0)
        if spread:
            kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (spread + 1, spread + 1))
            canvas = np.asarray(cv2.dilate(canvas, kernel), np.uint8)
    return _trimmed(canvas, margin=2)


def _trimmed(canvas: Mask, *, margin: int) -> Mask:
    """Without the empty columns at both ends."""
    columns = np.flatnonzero(canvas.any(axis=0))
    if not columns.size:
        return canvas[:, :1]
    return canvas[:, max(int(columns[0]) - margin, 0) : int(columns[-1]) + 1 + margin]


def _shrunk(drawn: Mask, slant: float) -> Mask:
    if slant:
        h, w = drawn.shape
        shear = np.array([[1, -slant, slant * h], [0, 1, 0]])
        drawn = np.asarray(cv2.warpAffine(drawn, shear, (int(w + slant * h), h)), np.uint8)
    size = (max(drawn.shape[1] // _FINE, 1), max(drawn.shape[0] // _FINE, 1))
    return np.asarray(cv2.resize(drawn, size, interpolation=cv2.INTER_AREA), np.uint8)


# ---- without faces -------------------------------------------------------------------------------------
def _in_hershey(rng: np.random.Generator, text: str, big: int, weight: float) -> Mask:
    font = int(_HERSHEY[rng.integers(len(_HERSHEY))])
    scale, thick = big / 30, max(int(big * weight), 1)
    (w, h), low = cv2.getTextSize(text, font, scale, thick)
    pad = thick + 2
    canvas = np.zeros((h + low + 2 * pad, w + 2 * pad), np.uint8)
    cv2.putText(canvas, text, (pad, pad + h), font, scale, (255,), thick, cv2.LINE_AA)
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
            cv2.polylines(canvas, [points], False, (255,), thick, cv2.LINE_AA)
        return canvas
    columns = [(0.0, 1.0)] if rng.uniform() < 0.4 else [(0.0, 0.36), (0.46, 1.0)]
    for left, right in columns:
        for y in np.linspace(0.06, 0.94, int(rng.integers(2, 5))):
            cv2.line(canvas, at(left, float(y)), at(right, float(y)), (255,), thick, cv2.LINE_AA)
        for x in rng.choice([left, (left + right) / 2, right], int(rng.integers(1, 3)), replace=False):
            a, b = sorted(rng.choice([0.0, 0.06, 0.35, 0.65, 0.94, 1.0], 2, replace=False))
            cv2.line(canvas, at(float(x), float(a)), at(float(x), float(b)), (255,), thick, cv2.LINE_AA)
    return canvas
