"""S3, and what speaks its language.

Each range is read of the very object that was found. Objects are put under a condition: that is what a commit
and a lock are made of.
"""

from __future__ import annotations

import errno
import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, TypeVar

from dougagen.errors import UsageError
from dougagen.files.addresses import StorePath
from dougagen.files.stores.store import PATIENCE_SECONDS, Found, Store, store_of
from dougagen.files.stores.words import StoreRefused, refusal

T = TypeVar("T")
_ATTEMPTS = 3
"""At what no answer came to, beside those of the library."""
_PART = 8 << 20
"""Bytes of a part of a large object: few enough to cross a slow line within one answer's time."""
TRIALS = Path(".dougagen/trials")
"""Where it is tried whether a store knows conditions; what a killed run left there is swept by age."""
ABSENT = ""
"""The tag of what is not there."""


class S3Store(Store):
    """S3 through s3fs. What fsspec has no word for goes by ``call``, in the words of boto."""

    def call(self, path: StorePath, method: str, **words: Any) -> dict[str, Any]:
        """One request on the object at ``path``. Raises FileNotFoundError, StoreRefused."""
        bucket, _, key = path.key.partition("/")
        answer: dict[str, Any] = self.ask(path, self.fs.call_s3, method, Bucket=bucket, Key=key, **words)
        return answer

    def read(self, path: StorePath, start: int, stop: int, found: Found) -> bytes:
        return b"" if start >= stop else _again(lambda: self._read(path, start, stop, found))

    def _read(self, path: StorePath, start: int, stop: int, found: Found) -> bytes:
        data, _ = self._got(path, Range=f"bytes={start}-{stop - 1}", IfMatch=found.tag)
        if len(data) != min(stop, found.size) - start:
            remedy = "run the same command again"
            raise StoreRefused(errno.ECONNRESET, "the store sent too few bytes", path, remedy=remedy)
        return data

    def _got(self, path: StorePath, **words: Any) -> tuple[bytes, dict[str, Any]]:
        """The body and the rest of the answer to a GET."""
        from fsspec.asyn import sync

        bucket, _, key = path.key.partition("/")

        async def body() -> tuple[bytes, dict[str, Any]]:
            answer = await self.fs._call_s3("get_object", Bucket=bucket, Key=key, **words)
            async with answer["Body"] as stream:
                return bytes(await stream.read()), answer

        try:
            got: tuple[bytes, dict[str, Any]] = sync(self.fs.loop, body, timeout=PATIENCE_SECONDS)
        except Exception as error:  # noqa: BLE001 - whatever a library raises, in our words
            raise refusal(error, path) from None
        return got

    def small(self, path: StorePath) -> tuple[bytes, str, float]:
        """The bytes of a small object, its tag, and its age in seconds by the store's own clock."""
        data, answer = _again(lambda: self._got(path))
        now = _date_of(answer)
        return data, str(answer["ETag"]), max(0.0, (now - answer["LastModified"]).total_seconds())

    def tag_of(self, path: StorePath) -> str:
        """Of the object that is there; ``ABSENT`` where there is none."""
        try:
            return str(self.call(path, "head_object")["ETag"])
        except FileNotFoundError:
            return ABSENT

    def put(self, path: StorePath, data: bytes, *, over: str | None = None) -> str:
        """Put a whole object in one step and return its tag.

        ``over`` is the tag of what it may take the place of, ``ABSENT`` for nothing, None for whatever is
        there. Raises StoreRefused: ESTALE where something else is there; ``outcome_unknown`` where no answer
        came, and it may be there all the same.
        """
        condition = {} if over is None else {"IfNoneMatch": "*"} if over == ABSENT else {"IfMatch": over}
        try:
            return str(self.call(path, "put_object", Body=data, **condition)["ETag"])
        except FileNotFoundError as error:  # S3's word where an object was to be replaced and is gone
            raise StoreRefused(errno.ESTALE, "it is not what it was", path, remedy="") from error

    def put_unless_changed(self, path: StorePath, data: bytes, *, over: str) -> str:
        """As ``put``, and a lost answer is looked for: the new tag, or ``ABSENT`` where the object was not
        what it was. ``data`` is what nobody else puts there. Raises StoreRefused, where no answer comes at
        all with ``outcome_unknown``."""
        for left in range(_ATTEMPTS - 1, -1, -1):
            try:
                return self.put(path, data, over=over)
            except StoreRefused as error:
                is_stale = error.errno == errno.ESTALE
                if not is_stale and not (error.outcome_unknown and left):
                    raise
            try:
                there, tag, _ = self.small(path)
            except FileNotFoundError:
                there, tag = b"", ABSENT
            if there == data or is_stale:
                return tag if there == data else ABSENT
        raise AssertionError

    def put_file(self, path: StorePath, source: Path) -> None:
        """Put the bytes of a file of this machine, a large one in parts. The store compares check sums."""
        size = source.stat().st_size
        with source.open("rb") as file:
            if size <= _PART:
                data = file.read()
                _again(lambda: self.put(path, data))
                return
            upload = str(_again(lambda: self.call(path, "create_multipart_upload"))["UploadId"])
            try:
                parts = []
                for number in range(1, -(-size // _PART) + 1):
                    part = file.read(_PART)
                    words = {"UploadId": upload, "PartNumber": number, "Body": part}
                    answer = _again(lambda words=words: self.call(path, "upload_part", **words))  # type: ignore[misc]
                    parts.append({"PartNumber": number, "ETag": answer["ETag"]})
                whole = {"UploadId": upload, "MultipartUpload": {"Parts": parts}}
                self._complete(path, size, whole)
            except BaseException:
                self._abort(path, upload)
                raise

    def _complete(self, path: StorePath, size: int, whole: dict[str, Any]) -> None:
        """One that was cut off may have been completed: then the object is there, and its upload is not."""
        try:
            _again(lambda: self.call(path, "complete_multipart_upload", **whole))
        except (FileNotFoundError, StoreRefused):
            if self.find(path).size != size:
                raise

    def _abort(self, path: StorePath, upload: str) -> None:
        try:
            self.call(path, "abort_multipart_upload", UploadId=upload)
        except OSError:
            return  # the parts stay with the store until its own rule for them takes them away

    def remove(self, path: StorePath) -> None:
        """The object; nothing where there is none."""
        _again(lambda: self.call(path, "delete_object"))

    def ages_below(self, folder: StorePath, begin: str = "") -> list[tuple[StorePath, float]]:
        """The objects in a folder whose names begin so, each with its age in seconds by the store's clock."""
        bucket, _, key = folder.key.partition("/")
        found: list[tuple[StorePath, float]] = []
        words = {"Bucket": bucket, "Prefix": f"{key}/{begin}"}
        while True:
            answer = self.ask(folder, self.fs.call_s3, "list_objects_v2", **words)
            now = _date_of(answer)
            for one in answer.get("Contents", ()):
                path = StorePath(f"{self.scheme}:/{bucket}/{one['Key']}")
                found.append((path, (now - one["LastModified"]).total_seconds()))
            if not answer.get("IsTruncated"):
                return found
            words["ContinuationToken"] = answer["NextContinuationToken"]


def _again(call: Callable[[], T]) -> T:
    """Once more where no answer came; for what may be done twice."""
    for left in range(_ATTEMPTS - 1, -1, -1):
        try:
            return call()
        except StoreRefused as error:
            if not left or error.errno not in (errno.ECONNRESET, errno.EAGAIN):
                raise
    raise AssertionError


def _date_of(answer: dict[str, Any]) -> datetime:
    """When the store says that it answered."""
    return parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])


def writable(path: StorePath) -> S3Store:
    """The store of ``path``, if it is of a kind that is written. Raises UsageError."""
    if path.scheme != "s3":
        raise UsageError(
            f"{path.scheme}:// addresses cannot be written yet",
            where=path,
            remedy="extract to a folder, and copy it there",
        )
    store = store_of(path)
    assert isinstance(store, S3Store)
    return store


_tried: set[tuple[int, str]] = set()
"""Stores and buckets that do."""


def conditional(path: StorePath) -> S3Store:
    """The store of ``path``, if it puts objects under a condition. Raises UsageError, StoreRefused."""
    store, bucket = writable(path), path.parts[1]
    if (id(store), bucket) not in _tried:
        _require_conditions(store, path)
        _tried.add((id(store), bucket))
    return store


def _require_conditions(store: S3Store, path: StorePath) -> None:
    """Try it: a store that does not know the condition would let two runs commit over each other."""
    trial = path / TRIALS / secrets.token_hex(8)
    try:
        tag = store.put_unless_changed(trial, b"1", over=ABSENT)
        kept = [_is_refused(store, trial, over) for over in (ABSENT, f'"{"0" * 32}"')]
        if not all(kept) or store.put_unless_changed(trial, b"2", over=tag) in (tag, ABSENT):
            raise UsageError(
                "this store does not put objects under a condition, so two runs could overwrite each other",
                where=path,
                remedy="extract to a folder, and copy it there",
            )
    finally:
        with suppress(OSError):  # why it cannot is said by the put
            store.remove(trial)


def _is_refused(store: S3Store, trial: StorePath, over: str) -> bool:
    try:
        store.put(trial, b"3", over=over)
    except StoreRefused as error:
        if error.errno != errno.ESTALE:
            raise
        return True
    return False
