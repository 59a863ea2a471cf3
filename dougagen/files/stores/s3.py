"""S3, and what speaks its language: each range is read of the very object that was found."""

from __future__ import annotations

import errno
from typing import Any

from dougagen.files.addresses import StorePath
from dougagen.files.stores.store import PATIENCE_SECONDS, Found, Store
from dougagen.files.stores.words import StoreRefused, refusal

_ATTEMPTS = 3  # at a body whose connection breaks while it is read


class S3Store(Store):
    """S3 through s3fs. What fsspec has no word for goes by ``call``, in the words of boto."""

    def call(self, path: StorePath, method: str, **words: Any) -> dict[str, Any]:
        """One request on the object at ``path``. Raises FileNotFoundError, StoreRefused."""
        bucket, _, key = path.key.partition("/")
        answer: dict[str, Any] = self.ask(path, self.fs.call_s3, method, Bucket=bucket, Key=key, **words)
        return answer

    def read(self, path: StorePath, start: int, stop: int, found: Found) -> bytes:
        if start >= stop:
            return b""
        for left in range(_ATTEMPTS - 1, -1, -1):
            try:
                return self._read(path, start, stop, found)
            except StoreRefused as error:
                if not left or error.errno not in (errno.ECONNRESET, errno.EAGAIN):
                    raise
        raise AssertionError

    def _read(self, path: StorePath, start: int, stop: int, found: Found) -> bytes:
        from fsspec.asyn import sync

        bucket, _, key = path.key.partition("/")
        words = {"Bucket": bucket, "Key": key, "Range": f"bytes={start}-{stop - 1}", "IfMatch": found.tag}

        async def body() -> bytes:
            answer = await self.fs._call_s3("get_object", **words)
            async with answer["Body"] as stream:
                return bytes(await stream.read())

        try:
            data: bytes = sync(self.fs.loop, body, timeout=PATIENCE_SECONDS)
        except Exception as error:  # noqa: BLE001 - whatever a library raises, in our words
            raise refusal(error, path) from None
        if len(data) != min(stop, found.size) - start:
            raise StoreRefused(
                errno.ECONNRESET, "the store sent too few bytes", path, remedy="run the same command again"
            )
        return data
