"""Google's store, by its JSON interface through gcsfs. A tag is a generation: a number that each put raises.

gcsfs would rather ask Google's control servers of every bucket, by gRPC, whatever address was given: its
plain file system does not.
"""

from __future__ import annotations

import errno
import json
import logging
import os
import secrets
from collections.abc import Iterator, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, BinaryIO

from dougagen.files.addresses import StorePath
from dougagen.files.stores.conditions import ABSENT, PART, ConditionalStore, again
from dougagen.files.stores.store import Found
from dougagen.files.stores.words import StoreRefused

_PLAIN = {"GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT": "false"}
_OBJECT, _OBJECTS = "b/{}/o/{}", "b/{}/o"


class GoogleStore(ConditionalStore):
    """Google's store, or what stands in for it at ``STORAGE_EMULATOR_HOST``."""

    no_tag = "1"

    def __init__(self, scheme: str) -> None:
        for name, value in _PLAIN.items():
            os.environ.setdefault(name, value)
        super().__init__(scheme)
        logger = logging.getLogger("gcsfs")  # it logs each error at length before it raises it
        logger.setLevel(logging.CRITICAL + 1)
        logger.propagate = False

    def _file_system(self, settings: Mapping[str, Any]) -> Any:
        from gcsfs.core import GCSFileSystem

        return GCSFileSystem(**settings)

    def _asked(
        self, path: StorePath, method: str, where: str, *names: str, **words: Any
    ) -> tuple[Any, bytes]:
        """Headers and body of the answer to one request. Raises FileNotFoundError, StoreRefused."""
        answer: tuple[Any, bytes] = self.ask(path, self.fs.call, method, where, *names, **words)
        return answer

    def find(self, path: StorePath) -> Found:
        try:
            said = self._facts(path)
        except FileNotFoundError:
            self._require_bucket(path)
            raise
        moment = datetime.fromisoformat(said["updated"]).timestamp()
        return Found(int(said["size"]), str(said["generation"]), int(moment * 1e6) * 1000)

    def _facts(self, path: StorePath) -> dict[str, Any]:
        facts: dict[str, Any] = json.loads(self._asked(path, "GET", _OBJECT, *_names(path))[1])
        return facts

    def _require_bucket(self, path: StorePath) -> None:
        """Raises StoreRefused where there is none."""
        bucket, _ = _names(path)
        try:
            self._asked(path, "GET", _OBJECTS, bucket, maxResults=1)
        except FileNotFoundError:
            raise _no_bucket(path) from None

    def has_below(self, path: StorePath) -> bool:
        bucket, key = _names(path)
        try:
            answer = json.loads(
                self._asked(path, "GET", _OBJECTS, bucket, prefix=f"{key}/" if key else "", maxResults=1)[1]
            )
        except FileNotFoundError:
            raise _no_bucket(path) from None
        return bool(answer.get("items"))

    def read(self, path: StorePath, start: int, stop: int, found: Found) -> bytes:
        return b"" if start >= stop else again(lambda: self._read(path, start, stop, found))

    def _read(self, path: StorePath, start: int, stop: int, found: Found) -> bytes:
        part = {"headers": {"Range": f"bytes={start}-{stop - 1}"}, "generation": found.tag}
        try:
            _, data = self._asked(path, "GET", _OBJECT, *_names(path), alt="media", **part)
        except FileNotFoundError:  # of that generation there is none any more
            raise StoreRefused(
                errno.ESTALE, "it is not what it was", path, remedy="run the same command again later"
            ) from None
        if len(data) != min(stop, found.size) - start:
            remedy = "run the same command again"
            raise StoreRefused(errno.ECONNRESET, "the store sent too few bytes", path, remedy=remedy)
        return data

    def small(self, path: StorePath) -> tuple[bytes, str, float]:
        headers, data = again(lambda: self._asked(path, "GET", _OBJECT, *_names(path), alt="media"))
        put = parsedate_to_datetime(headers["Last-Modified"])
        return data, str(headers["X-Goog-Generation"]), max(0.0, (_date_of(headers) - put).total_seconds())

    def tag_of(self, path: StorePath) -> str:
        try:
            return str(self._facts(path)["generation"])
        except FileNotFoundError:
            return ABSENT

    def put(self, path: StorePath, data: bytes, *, over: str | None = None) -> str:
        bucket, key = _names(path)
        border = secrets.token_hex(16)
        body = b"".join(
            (
                f"--{border}\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n".encode(),
                json.dumps({"name": key}).encode(),
                f"\r\n--{border}\r\nContent-Type: application/octet-stream\r\n\r\n".encode(),
                data,
                f"\r\n--{border}--".encode(),
            )
        )
        words = {"headers": {"Content-Type": f'multipart/related; boundary="{border}"'}, "data": body}
        condition = {} if over is None else {"ifGenerationMatch": over or "0"}
        try:
            _, said = self._asked(
                path, "POST", self._uploads, bucket, uploadType="multipart", **words, **condition
            )
        except FileNotFoundError:
            raise _no_bucket(path) from None
        return str(json.loads(said)["generation"])

    @property
    def _uploads(self) -> str:
        return f"{self.fs._location}/upload/storage/v1/b/{{}}/o"

    def _put_in_parts(self, path: StorePath, file: BinaryIO, size: int) -> None:
        """The store takes a part that it has already for what it is."""
        bucket, key = _names(path)
        words = {"uploadType": "resumable", "json": {"name": key}}
        headers, _ = again(lambda: self._asked(path, "POST", self._uploads, bucket, **words))
        place = str(headers["Location"])
        for start in range(0, size, PART):
            data = file.read(PART)
            about = {"Content-Range": f"bytes {start}-{start + len(data) - 1}/{size}"}
            part = {"headers": about, "data": data}
            again(lambda part=part: self._asked(path, "PUT", place, **part))  # type: ignore[misc]
        if self.find(path).size != size:
            remedy = "run the same command again"
            raise StoreRefused(errno.EIO, "the store did not take all of it", path, remedy=remedy)

    def remove(self, path: StorePath) -> None:
        try:
            again(lambda: self._asked(path, "DELETE", _OBJECT, *_names(path)))
        except FileNotFoundError:
            return

    def ages_below(self, folder: StorePath, begin: str = "") -> list[tuple[StorePath, float]]:
        return [
            (StorePath(f"{self.scheme}:/{folder.parts[1]}/{one['name']}"), age)
            for one, age in self._listed(folder, begin)
        ]

    def _listed(self, folder: StorePath, begin: str) -> Iterator[tuple[Mapping[str, Any], float]]:
        bucket, key = _names(folder)
        words = {"prefix": f"{key}/{begin}"}
        while True:
            try:
                headers, data = self._asked(folder, "GET", _OBJECTS, bucket, **words)
            except FileNotFoundError:
                raise _no_bucket(folder) from None
            answer, now = json.loads(data), _date_of(headers)
            for one in answer.get("items", ()):
                yield one, (now - datetime.fromisoformat(one["updated"])).total_seconds()
            if not answer.get("nextPageToken"):
                return
            words["pageToken"] = answer["nextPageToken"]


def _names(path: StorePath) -> tuple[str, str]:
    """Bucket and name."""
    bucket, _, key = path.key.partition("/")
    return bucket, key


def _no_bucket(path: StorePath) -> StoreRefused:
    return StoreRefused(errno.ENXIO, "there is no such bucket", path, remedy="check its name")


def _date_of(headers: Mapping[str, str]) -> datetime:
    """When the store says that it answered."""
    return parsedate_to_datetime(headers["Date"])
