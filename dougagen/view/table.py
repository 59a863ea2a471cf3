"""What the light table answers: an address below the token → text or a picture. Knows no socket."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dougagen import __version__
from dougagen.errors import DougagenError, NoRecordError, ShardError
from dougagen.shards import codec, open_dataset
from dougagen.view import front
from dougagen.view.catalog import Catalog
from dougagen.view.config import ViewConfig
from dougagen.view.pictures import KINDS, THUMBNAIL_WIDTHS, Pictures
from dougagen.view.plates import CodedPlate, PlateShelf, plate_facts

_NUMBER = r"(\d{1,15})"
_KIND = f"({'|'.join(KINDS)})"
_WIDTH = f"({'|'.join(map(str, THUMBNAIL_WIDTHS))})"
_TEXT, _JSON = "text/plain; charset=utf-8", "application/json"
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back."""

    status: int
    """Of HTTP."""
    body: bytes
    kind: str
    """Media type."""
    lasting: bool = False
    """Whether a browser may keep it while the light table runs."""


class LightTable:
    """A dataset and everything that the page may ask of it."""

    def __init__(self, path: Path, config: ViewConfig) -> None:
        """Opens the dataset. Raises ShardError where there is none."""
        self.damaged: dict[str, None] = {}
        """What cannot be read, a line each."""
        self.dataset = open_dataset(path, on_damage=self._told)
        self.catalog = Catalog(self.dataset, page_rows=config.page_rows)
        self._pictures = Pictures(
            self.dataset, kept=config.pictures_kept, thumbnails_kept=config.thumbnails_kept
        )
        self._plates = PlateShelf(self.dataset)
        self._routes: tuple[tuple[re.Pattern[str], Callable[..., Answer]], ...] = (
            (re.compile(r""), self._page),
            (re.compile(f"({'|'.join(map(re.escape, (*front.SCRIPTS, front.STYLE)))})"), self._part),
            (re.compile(r"about\.json"), self._about),
            (re.compile(rf"drawings/{_NUMBER}/{_NUMBER}\.json"), self._drawings),
            (re.compile(rf"picture/{_NUMBER}/{_NUMBER}/{_KIND}"), self._whole),
            (re.compile(rf"picture/{_NUMBER}/{_NUMBER}/{_KIND}/{_WIDTH}"), self._thumbnail),
            (re.compile(rf"plates/([0-9a-f]{{16}})/{_NUMBER}\.json"), self._plates_of),
            (re.compile(rf"plate/([0-9a-f]{{16}})/{_NUMBER}/{_NUMBER}"), self._plate),
        )

    def _told(self, error: ShardError) -> None:
        self.damaged.setdefault(str(error))

    @property
    def name(self) -> str:
        """Of the dataset: that of its folder."""
        return self.dataset.root.resolve().name or str(self.dataset.root)

    @property
    def drawings(self) -> int:
        """How many there are to be seen."""
        return sum(card.drawings for card in self.catalog.episodes)

    @property
    def has_plates(self) -> bool:
        """Whether there are background plates; older datasets have none."""
        return self._plates.has_plates()

    def answer(self, address: str) -> Answer:
        """The answer to an address, as ``picture/0/12/douga``. Raises nothing that a dataset can cause."""
        for pattern, answer in self._routes:
            if found := pattern.fullmatch(address):
                try:
                    return answer(*found.groups())
                except NoRecordError as error:
                    return _line(404, str(error))
                except DougagenError as error:
                    return _line(422, str(error))
        return _line(404, "there is nothing at this address")

    def _page(self) -> Answer:
        return Answer(200, front.served(self.name).encode(), "text/html; charset=utf-8")

    def _part(self, name: str) -> Answer:
        kind = "text/css" if name.endswith(".css") else "text/javascript"
        return Answer(200, front.part(name).encode(), f"{kind}; charset=utf-8")

    def _about(self) -> Answer:
        return _json(
            {
                "name": self.name,
                "version": __version__,
                "drawings": self.drawings,
                "plates": self.has_plates,
                "damaged": list(self.damaged),
                "episodes": [card.to_json() for card in self.catalog.episodes],
            }
        )

    def _drawings(self, shard: str, start: str) -> Answer:
        return _json(self.catalog.drawings(int(shard), int(start)))

    def _whole(self, shard: str, row: str, kind: str) -> Answer:
        data, media = self._pictures.whole(int(shard), int(row), kind)
        return Answer(200, data, media, lasting=True)

    def _thumbnail(self, shard: str, row: str, kind: str, width: str) -> Answer:
        small = self._pictures.thumbnail(int(shard), int(row), kind, int(width))
        return Answer(200, small, "image/webp", lasting=True)

    def _plates_of(self, episode_id: str, shot: str) -> Answer:
        found = [plate_facts(plate, _size_of(plate)) for plate in self._plates.of_shot(episode_id, int(shot))]
        return _json({"plates": found})

    def _plate(self, episode_id: str, shot: str, number: str) -> Answer:
        plates = self._plates.of_shot(episode_id, int(shot))
        if int(number) >= len(plates):
            raise NoRecordError(f"there is no plate {number} of this shot")
        return Answer(200, self._pictures.plate(plates[int(number)]), "image/png", lasting=True)


def _size_of(plate: CodedPlate) -> tuple[int, int]:
    header = codec.png_header(plate.image)
    return header.width, header.height


def _json(value: Any) -> Answer:
    return Answer(200, json.dumps(value, separators=(",", ":")).encode("ascii"), _JSON)


def _line(status: int, line: str) -> Answer:
    return Answer(status, line.encode("utf-8", "backslashreplace"), _TEXT)
