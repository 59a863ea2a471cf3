"""S3, and what speaks its language. Each range is read of the very object that was found."""

from __future__ import annotations

import errno
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, BinaryIO

from dougagen.files.addresses import StorePath
from dougagen.files.stores.conditions import ABSENT, PART, ConditionalStore, again
from dougagen.files.stores.store import PATIENCE_SECONDS, Found
from dougagen.files.stores.words import StoreRefused, refusal


class S3Store(ConditionalStore):
    """S3 through s3fs. Tags are ETags. What fsspec has no word for goes by ``call``, in boto's."""

    no_tag = f'"{"0" * 32}"'

    def call(self, path: StorePath, method: str, **words: Any) -> dict[str, Any]:
        """One request on the object at ``path``. Raises FileNotFoundError, StoreRefused."""
        bucket, _, key = path.key.partition("/")
        answer: dict[str, Any] = self.ask(path, self.fs.call_s3, method, Bucket=bucket, Key=key, **words)
        return answer

    def read(self, path: StorePath, start: int, stop: int, found: Found) -> bytes:
        return b"" if start >= stop else again(lambda: self._read(path, start, stop, found))

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
        data, answer = again(lambda: self._got(path))
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

    def _put_in_parts(self, path: StorePath, file: BinaryIO, size: int) -> None:
        """The store compares check sums."""
        upload = str(again(lambda: self.call(path, "create_multipart_upload"))["UploadId"])
        try:
            parts = []
            for number in range(1, -(-size // PART) + 1):
                words = {"UploadId": upload, "PartNumber": number, "Body": file.read(PART)}
                answer = again(lambda words=words: self.call(path, "upload_part", **words))  # type: ignore[misc]
                parts.append({"PartNumber": number, "ETag": answer["ETag"]})
            whole = {"UploadId": upload, "MultipartUpload": {"Parts": parts}}
            self._complete(path, size, whole)
        except BaseException:
            self._abort(path, upload)
            raise

    def _complete(self, path: StorePath, size: int, whole: dict[str, Any]) -> None:
        """One that was cut off may have been completed: then the object is there, and its upload is not."""
        try:
            again(lambda: self.call(path, "complete_multipart_upload", **whole))
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
        again(lambda: self.call(path, "delete_object"))

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


def _date_of(answer: dict[str, Any]) -> datetime:
    """When the store says that it answered."""
    return parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
