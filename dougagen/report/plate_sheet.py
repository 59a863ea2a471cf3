"""The background plates that a page carries, as large as its drawings."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dougagen.errors import ShardError
from dougagen.view import CodedPlate, PlateShelf, coded_small, plate_facts, seen_of


def carried_plates(
    shelf: PlateShelf,
    drawings: Sequence[Mapping[str, Any]],
    *,
    width: int,
    room: int,
    on_damage: Callable[[ShardError], object],
) -> tuple[dict[str, dict[int, list[dict[str, Any]]]], int]:
    """Episode → shot → plates of these drawings' shots, in ``room`` characters; and how many found none.

    A plate is scaled as pictures of at most ``width`` pixels are. Damage is passed over and told of.
    """
    found: dict[str, dict[int, list[dict[str, Any]]]] = {}
    left_out = 0
    if not shelf.has_plates():
        return found, left_out
    shots = {(facts["episode"], facts["shot"]): int(facts["width"]) for facts in drawings}
    for (episode, shot), picture in shots.items():
        try:
            for plate in shelf.of_shot(episode, shot):
                facts = _carried(plate, min(1.0, width / picture))
                if len(facts["image"]) > room:
                    left_out += 1
                    continue
                room -= len(facts["image"])
                found.setdefault(episode, {}).setdefault(shot, []).append(facts)
        except ShardError as error:
            on_damage(error)
    return found, left_out


def _carried(plate: CodedPlate, scale: float) -> dict[str, Any]:
    """The plate for the front end; transparent where it is not known."""
    seen = seen_of(plate)
    height, width = seen.shape[:2]
    small = coded_small(seen, width=max(1, round(width * scale)))
    return plate_facts(plate, (width, height)) | {"image": data_uri(small)}


def data_uri(data: bytes) -> str:
    """A PNG or WebP as the page carries it."""
    kind = "png" if data.startswith(b"\x89PNG") else "webp"
    return f"data:image/{kind};base64,{base64.b64encode(data).decode('ascii')}"
