"""Scores noted in the header of the weights that reached them, and in step with it the model card.

A safetensors file is eight bytes with the length of the header, the header (JSON), the tensors. Only the
header is written anew: the tensors are copied byte by byte, so that weights are never rounded twice.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Mapping
from io import BufferedReader
from pathlib import Path
from typing import Any

from dougagen.errors import WeightsError
from dougagen.networks import read_header

SCORES = "scores"
"""The fact in the header that holds them, as JSON."""
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
    unfinished = weights.with_name(f".{weights.name}.{secrets.token_hex(4)}.unfinished")
    try:
        with _opened(weights) as source, unfinished.open("xb") as target:
            header = read_header(source, weights)
            header["__metadata__"][SCORES] = json.dumps(scores)
            text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
            text += b" " * (-len(text) % _ALIGNMENT)
            target.write(len(text).to_bytes(8, "little") + text)
            shutil.copyfileobj(source, target, 2**20)
            target.flush()
            os.fsync(target.fileno())
        shutil.copymode(weights, unfinished)
        unfinished.replace(weights)
    except OSError as error:
        raise WeightsError(f"the scores cannot be noted ({error.strerror})", where=weights) from error
    finally:
        unfinished.unlink(missing_ok=True)
    _renew_card(weights.with_suffix(".md"), before, file_digest(weights))


def file_digest(path: Path) -> str:
    """SHA-256 of the whole file, 64 hex digits. Raises WeightsError."""
    with _opened(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _renew_card(card: Path, before: str, after: str) -> None:
    """Only a card that was right about the file is kept right."""
    try:
        text = card.read_text(encoding="utf-8") if card.is_file() else ""
        if before not in text:
            return
        unfinished = card.with_name(f".{card.name}.{secrets.token_hex(4)}.unfinished")
        unfinished.write_text(text.replace(before, after), encoding="utf-8")
        unfinished.replace(card)
    except (OSError, UnicodeDecodeError) as error:
        raise WeightsError("the card names the old hash and cannot be renewed", where=card) from error


def _opened(path: Path) -> BufferedReader:
    try:
        return path.open("rb")
    except OSError as error:
        raise WeightsError(f"the weights cannot be read ({error.strerror})", where=path) from error
