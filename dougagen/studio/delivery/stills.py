"""Delivery: what mastering and broadcast do to a finished picture.

A ``Delivery`` is drawn first and carried out then: what may happen stands apart from how it happens.
Nothing here moves an edge of luma by more than half a pixel, so the truth of the undelivered picture stays
valid. Edges of colour alone move by up to three quarters: 4:2:0 has one chroma sample for two pixels, and
swscale, like most players, repeats it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

import cv2
import numpy as np

from dougagen.studio.delivery.coding import Picture
from dougagen.studio.delivery.still_coding import Coding, coded

Image = Literal["jpeg", "webp"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One way from the studio to the viewer, in the order in which it happens."""

    master: float = 1.0
    """Lines of the master over lines shown: below 1 it was drawn smaller and scaled up, above 1 larger."""
    scaler: int = cv2.INTER_CUBIC
    halo: tuple[float, float] | None = None
    """σ in pixels and gain of an unsharp mask; a wide one leaves the ringing of old masters."""
    step: int = 1
    """Levels between bands; 1 = none."""
    dither: float = 0.0
    """8-bit levels (σ) of the noise that hides bands, or of an analogue chain."""
    is_soft_dither: bool = False
    chroma: tuple[int, int] | None = None
    """Width and height in pixels over which colour smears (tape, analogue masters)."""
    combing: float = 0.0
    """Pixels between the two fields of a frame that was never woven cleanly; half of it is left."""
    coding: Coding | None = None
    image: tuple[Image, int] | None = None
    """A still's format and quality, instead of a video codec."""
    again: Coding | None = None
    """Coded a second time, by whoever recorded or uploaded it."""
    seed: int = 0
    """Of the dither."""


# ---- what may happen -------------------------------------------------------------------------------
class Codecs(Protocol):
    """How the stills of a family are coded: a video codec, a still's format, or neither."""

    def __call__(
        self, rng: np.random.Generator, *, is_old: bool
    ) -> tuple[Coding | None, tuple[Image, int] | None]: ...


def any_codec(rng: np.random.Generator, *, is_old: bool) -> tuple[Coding | None, tuple[Image, int] | None]:
    """The codecs that networks may learn from: H.264, HEVC, MPEG-2, MJPEG, JPEG, or none."""
    ways = ["h264", "hevc", "mpeg2video", "mjpeg", "jpeg", "none"]
    way = str(
        rng.choice(
            ways, p=[0.2, 0.02, 0.6, 0.03, 0.1, 0.05] if is_old else [0.58, 0.1, 0.06, 0.03, 0.13, 0.1]
        )
    )
    if way == "none":
        return None, None
    if way == "jpeg":
        return None, ("jpeg", int(rng.integers(55, 97)))
    return (
        Coding(
            way,
            crf=int(np.clip(rng.normal(20.5, 4.5), 12, 30)),
            preset=str(rng.choice(["ultrafast", "superfast", "veryfast"], p=[0.25, 0.5, 0.25])),
            matrix="bt601" if is_old or rng.uniform() < 0.22 else "bt709",
            ten_bit=bool(rng.uniform() < 0.3),
            moved=_moved(rng) if way in ("h264", "mpeg2video") and rng.uniform() < 0.25 else None,
        ),
        None,
    )


def _moved(rng: np.random.Generator) -> tuple[int, int]:
    dx, dy = (int(v) for v in rng.integers(-6, 7, 2))
    return dx, dy


def plan_delivery(rng: np.random.Generator, *, codecs: Codecs = any_codec) -> Delivery:
    """Any delivery, coded in a way that ``codecs`` draws."""
    if rng.uniform() < 0.10:
        return Delivery()
    is_old = bool(rng.uniform() < 0.12)
    coding, image = codecs(rng, is_old=is_old)
    is_master_other = rng.uniform() < 0.4
    has_halo, has_bands, has_dither = rng.uniform(size=3) < (0.2, 0.1, 0.2)
    smears, is_combed = rng.uniform(size=2) < ((0.6, 0.35) if is_old else (0.06, 0.02))
    is_coded_again = coding is not None and rng.uniform() < 0.06
    return Delivery(
        master=_master(rng) if is_master_other else 1.0,
        scaler=int(rng.choice([cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_LANCZOS4], p=[0.3, 0.45, 0.25])),
        halo=(float(rng.uniform(0.7, 1.8)), float(rng.uniform(0.2, 1.0))) if has_halo else None,
        step=int(rng.choice([2, 3, 4, 6])) if has_bands else 1,
        dither=float(rng.choice([0.6, 1.2, 2.5, 4.0, 6.0])) if has_dither else 0.0,
        is_soft_dither=bool(rng.uniform() < 0.5),
        chroma=(int(rng.choice([3, 5, 7, 9])), int(rng.choice([1, 3]))) if smears else None,
        combing=float(rng.uniform(0.3, 0.9)) if is_combed else 0.0,
        coding=coding,
        image=image,
        again=Coding("h264", crf=int(rng.integers(18, 27))) if is_coded_again else None,
        seed=int(rng.integers(2**31)),
    )


def _master(rng: np.random.Generator) -> float:
    """540p, 720p, 810p and 900p masters of 1080 lines, any other; or a larger one shrunk."""
    shares = [0.5, 2 / 3, 0.75, 0.8, 5 / 6, rng.uniform(0.5, 0.95), 1.5, 2.0]
    return float(shares[rng.choice(8, p=[0.1, 0.24, 0.14, 0.1, 0.12, 0.15, 0.1, 0.05])])


# ---- how it happens --------------------------------------------------------------------------------
def deliver(picture: Picture, delivery: Delivery) -> Picture:
    """``picture`` (uint8[H, W, 3]) as it arrives by ``delivery``; the input is not changed."""
    shown = picture.copy()
    if delivery.master != 1.0:
        shown = _remastered(shown, delivery.master, delivery.scaler)
    if delivery.halo is not None:
        shown = _sharpened(shown, *delivery.halo)
    if delivery.step > 1:
        shown = _banded(shown, delivery.step)
    if delivery.dither > 0:
        shown = _noisy(shown, delivery)
    if delivery.chroma is not None:
        shown = _chroma_bled(shown, delivery.chroma)
    if delivery.combing > 0:
        shown = _combed(shown, delivery.combing)
    if delivery.coding is not None:
        shown = coded(shown, delivery.coding)
    if delivery.image is not None:
        shown = _compressed(shown, *delivery.image)
    if delivery.again is not None:
        shown = coded(shown, delivery.again)
    return shown


def degrade(rng: np.random.Generator, picture: Picture) -> Picture:
    """``picture`` (uint8[H, W, 3]) as it may arrive: one random delivery."""
    return deliver(picture, plan_delivery(rng))


def encode_still(
    rgb: Picture, *, codec: str = "h264", crf: int = 23, rng: np.random.Generator | None = None
) -> Picture:
    """Encode and decode ``rgb`` (uint8[H, W, 3]) in memory; the result has the same size.

    ``crf`` is libx264's scale, translated for the other codecs. With ``rng`` the preset, the matrix and
    whether the picture is coded as a difference to a neighbouring one are drawn by chance; without it
    BT.709 and an intra picture. Raises ConfigError for a codec that is not known.
    """
    if rng is None:
        return coded(rgb, Coding(codec, crf))
    return coded(
        rgb,
        Coding(
            codec,
            crf,
            matrix="bt709" if rng.uniform() < 0.7 else "bt601",
            preset=str(rng.choice(["ultrafast", "superfast", "veryfast"])),
            moved=_moved(rng) if codec in ("h264", "mpeg2video") and rng.uniform() < 0.25 else None,
        ),
    )


def _remastered(picture: Picture, share: float, scaler: int) -> Picture:
    """Through a master of other lines and back, centres aligned."""
    height, width = picture.shape[:2]
    master = (max(round(width * share), 2), max(round(height * share), 2))
    to, back = (cv2.INTER_AREA, scaler) if share < 1 else (scaler, cv2.INTER_AREA)
    between = cv2.resize(picture, master, interpolation=to)
    return np.asarray(cv2.resize(between, (width, height), interpolation=back), np.uint8)


def _sharpened(picture: Picture, sigma: float, gain: float) -> Picture:
    soft = cv2.GaussianBlur(picture, (0, 0), sigma)
    return np.asarray(cv2.addWeighted(picture, 1 + gain, soft, -gain, 0), np.uint8)


def _banded(picture: Picture, step: int) -> Picture:
    """Fewer levels than eight bits, as after a poor conversion."""
    levels = np.clip(np.round(np.arange(256) / step) * step, 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(picture, levels), np.uint8)


def _noisy(picture: Picture, delivery: Delivery) -> Picture:
    """Dither or grain: white, or soft by a fraction of a pixel, in luma or in all channels."""
    rng = np.random.default_rng(delivery.seed)
    height, width = picture.shape[:2]
    tile = rng.standard_normal((128, 192, 3 if rng.uniform() < 0.3 else 1), np.float32)
    tile = np.broadcast_to(tile, (128, 192, 3)) * np.float32(delivery.dither)
    if delivery.is_soft_dither:
        tile = cv2.GaussianBlur(tile, (0, 0), 0.7, borderType=cv2.BORDER_REFLECT_101) * 1.8
    noise = np.tile(tile, (height // 128 + 1, width // 192 + 1, 1))[:height, :width]
    return np.asarray(cv2.add(picture, np.ascontiguousarray(noise), dtype=cv2.CV_8U), np.uint8)


def _chroma_bled(picture: Picture, size: tuple[int, int]) -> Picture:
    """Chroma with much less resolution than luma; luma is untouched."""
    ycc = cv2.cvtColor(picture, cv2.COLOR_RGB2YCrCb)
    soft = cv2.blur(ycc, size)
    soft[..., 0] = ycc[..., 0]
    return np.asarray(cv2.cvtColor(soft, cv2.COLOR_YCrCb2RGB), np.uint8)


def _combed(picture: Picture, pixels: float) -> Picture:
    """Every second row from a moment later: half of what a deinterlacer could not take away."""
    height, width = picture.shape[:2]
    move = np.array([[1.0, 0.0, pixels], [0.0, 1.0, 0.0]])
    later = cv2.warpAffine(
        picture, move, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    woven = picture.copy()
    woven[1::2] = cv2.addWeighted(picture, 0.5, later, 0.5, 0)[1::2]
    return woven


def _compressed(picture: Picture, image: Image, quality: int) -> Picture:
    flag = cv2.IMWRITE_JPEG_QUALITY if image == "jpeg" else cv2.IMWRITE_WEBP_QUALITY
    done, data = cv2.imencode(f".{image}", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [flag, quality])
    assert done, "cv2 encodes every uint8 BGR picture"
    return np.asarray(cv2.cvtColor(cv2.imdecode(data, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB), np.uint8)
