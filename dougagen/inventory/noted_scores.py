"""Scores noted in the header of the weights that reached them, and in step with it the model card.

A safetensors file is eight bytes with the length of the header, the header (JSON), the tensors. Only the
header is written anew: the tensors are copied byte by byte, so that weights are never rounded twice.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from io import BufferedReader
from pathlib import Path
from typing import Any

from dougagen.errors import WeightsError
from dougagen.files import is_file, new_file, open_file, read_file, refused_as, write_file
from dougagen.networks import read_header

SCORES = "scores"
"""The fact in the header that holds them, as JSON."""
_LARGEST_CARD = 4 << 20  # bytes
_ALIGNMENT = 8  # bytes: safetensors pads its header with spaces, so that tensors can be mapped


def noted_scores(facts: Mapping[str, str]) -> Mapping[str, Any]:
    """The scores among a file's facts; empty where there are none or they cannot be read."""
    try:
        scores = json.loads(facts.get(SCORES, "{}"))
    except (ValueError, RecursionError):
        return {}
    return scores if isinstance(scores, dict) else {}


def tensors_digest(weights: Path) -> str:
    """SHA-256, 16 hex digits, over everything behind the header: a note does not change it.

    Raises WeightsError.
    """
    with _opened(weights) as file:
        read_header(file, weights)
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]


def note_scores(weights: Path, scores: Mapping[str, object]) -> None:
    """Write the scores into the header of a weights file; it is there as it was or with the note, never half.

    The file's hash changes with it. Where the model card beside it names the old one, it names the new one
    afterwards. Raises WeightsError.
    """
    weights = weights.resolve()  # a link stays a link
    before = file_digest(weights)
    with (
        refused_as(WeightsError, weights, what="the scores cannot be noted"),
        _opened(weights) as source,
        new_file(weights, below=weights.parent) as target,
    ):
        header = read_header(source, weights)
        header["__metadata__"][SCORES] = json.dumps(scores)
        text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
        text += b" " * (-len(text) % _ALIGNMENT)
        target.write(len(text).to_bytes(8, "little") + text)
        shutil.copyfileobj(source, target, 2**20)
    _renew_card(weights.with_suffix(".md"), before, file_digest(weights))


def file_digest(path: Path) -> str:
    """SHA-256 of the whole file, 64 hex digits. Raises WeightsError."""
    with _opened(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _renew_card(card: Path, before: str, after: str) -> None:
    """Only a card that was right about the file is kept right."""
    folder, old = card.parent, before.encode()
    with refused_as(WeightsError, card, what="the card names the old hash and cannot be renewed"):
        if not is_file(card, below=folder):
            return
        text = read_file(card, most=_LARGEST_CARD, below=folder)
        if old in text:
            write_file(card, text.replace(old, after.encode()), below=folder)


def _opened(path: Path) -> BufferedReader:
    with refused_as(WeightsError, path, what="the weights cannot be read"):
        return open_file(path)
