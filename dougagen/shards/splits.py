"""Which part of a split a drawing goes to: by the hash of what must stay together, so always the same one."""

from __future__ import annotations

import hashlib
import re
from fractions import Fraction

from dougagen.errors import ConfigError

NAMES = ("train", "val", "test")
_SHARES = re.compile(r"\d{1,9}(?:\.\d{1,9})?(?:/\d{1,9}(?:\.\d{1,9})?){0,2}")
_BITS = 64


def shares_of(text: str) -> dict[str, Fraction]:
    """Part → its share; all of them sum to 1. ``90/5/5`` has three parts, ``90/10`` train and val, and no
    text is train alone. Raises ConfigError."""
    if not text:
        return {"train": Fraction(1)}
    if not _SHARES.fullmatch(text):
        remedy = "train/val/test, or train/val"
        raise ConfigError(f"a split is written like 90/5/5, got {text!r}", remedy=remedy)
    numbers = [Fraction(number) for number in text.split("/")]
    if min(numbers) <= 0:
        raise ConfigError(f"a part of the split {text} has no share", remedy="leave it out, or give it one")
    return {name: number / sum(numbers) for name, number in zip(NAMES, numbers, strict=False)}


def split_key(episode_id: str, shot_index: int, by: str, *, scene: int | None = None) -> str:
    """What must stay together, in words: an episode, with ``by="shot"`` a shot of it, or one ``scene`` of a
    batch of the studio."""
    if scene is not None:
        return f"{episode_id}/{shot_index}/{scene}"
    return f"{episode_id}/{shot_index}" if by == "shot" else episode_id


def part_of(key: str, shares: dict[str, Fraction]) -> str:
    """The part of what is called ``key``: it depends on nothing else, so it stays when a dataset grows."""
    digest = hashlib.sha256(f"split {key}".encode("utf-8", "surrogatepass")).digest()
    at = Fraction(int.from_bytes(digest[: _BITS // 8]), 2**_BITS)
    *others, last = shares
    for name in others:
        if at < shares[name]:
            return name
        at -= shares[name]
    return last
