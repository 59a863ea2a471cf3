"""One store behind fsspec: find, list and read, each within a bound on time, each refusal in our words."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from dougagen.errors import UsageError
from dougagen.files.addresses import READ_ONLY, StorePath
from dougagen.files.stores.words import LeadsElsewhere, StoreRefused, missing, refusal

T = TypeVar("T")
PATIENCE_SECONDS = 20.0
"""For one answer of a store, its library's own attempts included; a command says what is wrong in 30 s."""
_ATTEMPTS = 3
_SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "s3": {
        "use_listings_cache": False,
        "config_kwargs": {
            "connect_timeout": 5,
            "read_timeout": 10,
            "retries": {"mode": "standard", "max_attempts": _ATTEMPTS},
        },
    },
    # its own order of looking would end at reading as nobody, after half a minute
    "gs": {"use_listings_cache": False, "requests_timeout": 10, "token": "google_default"},
    "http": {"use_listings_cache": False},
    "https": {"use_listings_cache": False},
}


@dataclass(frozen=True, slots=True)
class Found:
    """What lies at a path of a store."""

    size: int
    """Bytes."""
    tag: str
    """Differs between two contents: the ETag, the generation or the time, as the store has it."""
    mtime_ns: int

    def as_stat(self) -> os.stat_result:
        """As of a regular file; the inode number stands for the tag."""
        number = int.from_bytes(hashlib.sha256(self.tag.encode()).digest()[:6], "big")
        seconds = self.mtime_ns // 1_000_000_000
        times = {f"st_{kind}time_ns": self.mtime_ns for kind in "amc"}
        fields = (stat.S_IFREG | 0o644, number, 0, 1, 0, 0, self.size, seconds, seconds, seconds)
        return os.stat_result(fields, times)


class Store:
    """What lies behind one scheme. Every method raises StoreRefused; where a file is asked for that is not
    there, FileNotFoundError."""

    def __init__(self, scheme: str) -> None:
        self.scheme = scheme
        try:
            from fsspec.config import conf

            own = dict(_SETTINGS.get(scheme, {}))
            own.update(conf.get(scheme, {}))  # what the user has set for this store wins
            if scheme in READ_ONLY:
                own["client_kwargs"] = {"trace_configs": [_staying_there()]}
            self.fs: Any = self._file_system(own)
        except ImportError as error:
            raise missing(scheme) from error

    def _file_system(self, settings: Mapping[str, Any]) -> Any:
        """That of fsspec. Raises ImportError."""
        import fsspec

        return fsspec.filesystem(self.scheme, **settings)

    def find(self, path: StorePath) -> Found:
        """Size and tag of a file."""
        try:
            info = self.ask(path, self.fs.info, self.name_of(path))
        except FileNotFoundError:
            self.has_below(path)  # raises where there is no bucket; HEAD does not say
            raise
        if info.get("type") == "directory":
            raise FileNotFoundError(2, "there is no such file", str(path))
        if info.get("size") is None:
            remedy = "download it, and name the file"
            raise StoreRefused(errno.EIO, "the server does not say how large it is", path, remedy=remedy)
        return found_in(info)

    def has_below(self, path: StorePath) -> bool:
        """Whether anything lies below it."""
        if self.scheme in READ_ONLY:
            return False
        try:
            return bool(self.ask(path, self.fs.ls, self.name_of(path) + "/", detail=False))
        except (FileNotFoundError, NotADirectoryError):
            return False

    def names_in(self, path: StorePath) -> list[str]:
        """Of files and folders right in a folder, sorted; nothing where there is no such folder."""
        folder = self.name_of(path) + "/"
        try:
            listed = self.ask(path, self.fs.ls, folder, detail=False)
        except (FileNotFoundError, NotADirectoryError):
            return []
        names = (name.rstrip("/").rpartition("/") for name in listed)
        return sorted({name for above, _, name in names if name and above.rstrip("/") == folder.rstrip("/")})

    def matches(self, path: StorePath) -> list[StorePath]:
        """The files that fit a glob."""
        return self._as_paths(self.ask(path, self.fs.glob, self.name_of(path)))

    def all_below(self, path: StorePath) -> list[StorePath]:
        """The files in a folder and in those in it."""
        return self._as_paths(self.ask(path, self.fs.find, self.name_of(path) + "/"))

    def read(self, path: StorePath, start: int, stop: int, found: Found) -> bytes:  # noqa: ARG002
        """The bytes ``[start, stop)`` of the file that was ``found``; StoreRefused where it is another by
        now, if the store can tell."""
        data = bytes(self.ask(path, self.fs.cat_file, self.name_of(path), start=start, end=stop))
        if len(data) != stop - start:
            what, remedy = "the server sends no parts of files", "download it, and name the file"
            raise StoreRefused(errno.EIO, what, path, remedy=remedy)
        return data

    def name_of(self, path: StorePath) -> str:
        """As fsspec calls it."""
        if self.scheme in READ_ONLY:
            return str(path)
        return f"/{path.key}" if self.scheme == "memory" else path.key

    def ask(self, path: StorePath, call: Callable[..., T], *words: Any, **settings: Any) -> T:
        """What fsspec answers."""
        if self.fs.async_impl:
            settings["timeout"] = PATIENCE_SECONDS
        try:
            return call(*words, **settings)
        except Exception as error:  # noqa: BLE001 - whatever a library raises
            raise refusal(error, path) from None  # its own words may hold keys

    def _as_paths(self, names: list[str]) -> list[StorePath]:
        paths = ((name, StorePath(f"{self.scheme}:/{name.lstrip('/')}")) for name in sorted(names))
        return [one for name, one in paths if self.name_of(one) == name]  # else no path can name it


def found_in(info: Mapping[str, Any]) -> Found:
    """What fsspec says of a file, whatever the store."""
    time = next((info[name] for name in _TIMES if info.get(name)), None)
    moment = time.timestamp() if isinstance(time, datetime) else 0.0
    tag = next((str(info[name]) for name in ("ETag", "etag", "generation") if info.get(name)), f"{time}")
    return Found(int(info.get("size") or 0), tag, int(moment * 1e6) * 1000)


_TIMES = ("LastModified", "last_modified", "updated", "mtime", "created")


def _staying_there() -> Any:
    """What keeps aiohttp from following an answer to a host that nobody named."""
    import aiohttp

    async def look(_session: object, _context: object, step: Any) -> None:
        place = step.url.join(type(step.url)(step.response.headers.get("Location", "")))
        if place.host != step.url.host:
            raise LeadsElsewhere

    watch = aiohttp.TraceConfig()
    watch.on_request_redirect.append(look)
    return watch


@cache
def _store(scheme: str, process: int) -> Store:  # noqa: ARG001 - connections do not outlive a fork
    if scheme == "s3":
        from dougagen.files.stores.s3 import S3Store  # it is one of these

        return S3Store(scheme)
    if scheme == "gs":
        from dougagen.files.stores.gcs import GoogleStore

        return GoogleStore(scheme)
    return Store(scheme)


def store_of(path: StorePath) -> Store:
    """The store that a path lies in, one for each scheme and process. Raises UsageError where its library is
    not installed, StoreRefused where it finds no credentials."""
    try:
        return _store(path.scheme, os.getpid())
    except UsageError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a library raises
        raise refusal(error, path) from None
