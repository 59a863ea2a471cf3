"""What a store says when it refuses, in our words: one line, and never a key, a token or a signature.

Libraries quote addresses, headers and sometimes keys. So nothing that they say is passed on but the short
code by which a store names its reason.
"""

from __future__ import annotations

import errno
import re

from dougagen.errors import UsageError
from dougagen.files.addresses import StorePath
from dougagen.files.folder import Refusal

_KEYS = (
    "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; FSSPEC_S3_ANON=true reads public data"
)
_GOOGLE_KEYS = (
    "run gcloud auth application-default login, or set GOOGLE_APPLICATION_CREDENTIALS; "
    "FSSPEC_GS_TOKEN=anon reads public data"
)
_CHECK_KEYS = "check the credentials, for S3 those of AWS_PROFILE or AWS_ACCESS_KEY_ID"
_CHECK_RIGHTS = "check the credentials and what they may do there"
_REACH = "check the network and the store's address, for S3 AWS_ENDPOINT_URL"
_LATER = "run the same command again later"
_PATIENT = re.compile(r"[A-Za-z0-9_.-]{1,60}")

NO_BUCKET = frozenset({"NoSuchBucket", "InvalidBucketName"})
NOT_THERE = frozenset({"NoSuchKey", "404", "NotFound", "NoSuchVersion"})
NOT_AS_EXPECTED = frozenset({"PreconditionFailed", "412", "ConditionalRequestConflict", "409"})
_BAD_KEYS = frozenset(
    {
        "SignatureDoesNotMatch",
        "InvalidAccessKeyId",
        "InvalidToken",
        "ExpiredToken",
        "TokenRefreshRequired",
        "401",
    }
)
_NO_RIGHTS = frozenset({"AccessDenied", "AllAccessDisabled", "403", "Forbidden"})
_OVERLOADED = frozenset(
    {"SlowDown", "ServiceUnavailable", "InternalError", "500", "502", "503", "504", "429"}
)
_ELSEWHERE = frozenset({"PermanentRedirect", "AuthorizationHeaderMalformed", "301"})
_NO_KEYS = (
    "NoCredentialsError",
    "DefaultCredentialsError",
    "PartialCredentialsError",
    "CredentialRetrievalError",
    "ProfileNotFound",
)
_NO_WAY = ("EndpointConnectionError", "ConnectTimeoutError", "ClientConnectorError", "ProxyConnectionError")


class StoreRefused(Refusal):
    """A store does not give or take what was asked; ``strerror`` says why, ``path`` where."""

    def __init__(self, number: int, what: str, path: StorePath, *, remedy: str, code: str = "") -> None:
        super().__init__(number, what, path, remedy=remedy)
        self.code = code
        """By which the store named its reason; empty where it named none."""

    @property
    def is_of_the_store(self) -> bool:
        """Whether it would say the same of the next file: no such bucket, no credentials, no answer."""
        return self.errno not in (errno.ESTALE, errno.EIO, errno.ENOSPC)

    @property
    def outcome_unknown(self) -> bool:
        """Whether what was asked may have been done all the same: no answer came back."""
        return self.errno in (errno.ETIMEDOUT, errno.ECONNRESET, errno.EAGAIN)


class LeadsElsewhere(OSError):  # noqa: N818 - no fault
    """A server of the web answers that the file is at another host, which nobody named."""


def code_of(error: BaseException) -> str:
    """By which the store names its reason; empty where it says none."""
    for one in (error, error.__cause__):
        response = getattr(one, "response", None)
        code = response.get("Error", {}).get("Code", "") if isinstance(response, dict) else ""
        code = code or getattr(one, "code", "") or getattr(one, "status", "")  # S3, Google, HTTP
        if code and _PATIENT.fullmatch(str(code)):
            return str(code)
    return ""


def refusal(error: BaseException, path: StorePath) -> OSError:
    """What a library of fsspec raised, as what ``dougagen.files`` raises: FileNotFoundError, StoreRefused."""
    if isinstance(error, StoreRefused):
        return error
    code, name = code_of(error), type(error).__name__
    number, what, remedy = _reason(error, code, name)
    if remedy == _KEYS and path.scheme == "gs":
        remedy = _GOOGLE_KEYS
    if number == errno.ENOENT:
        return FileNotFoundError(number, what, str(path))
    return StoreRefused(number, what, path, remedy=remedy, code=code)


def _reason(error: BaseException, code: str, name: str) -> tuple[int, str, str]:
    """Number, what and remedy."""
    if isinstance(error, LeadsElsewhere) or isinstance(error.__cause__, LeadsElsewhere):
        return errno.ENXIO, "the server says that it is at another host", "name the address there"
    if code in NO_BUCKET:
        return errno.ENXIO, "there is no such bucket", "check its name"
    if code in NOT_AS_EXPECTED or isinstance(error, FileExistsError):  # gcsfs's word for 412
        return errno.ESTALE, "it is not what it was", _LATER
    if code in _BAD_KEYS:
        return errno.EACCES, "the store does not take these credentials", _CHECK_KEYS
    if name in _NO_KEYS:
        return errno.EACCES, "no credentials were found", _KEYS
    if code == "RequestTimeTooSkewed":  # for s3fs, too, a PermissionError
        return errno.EACCES, "the clock of this machine is wrong, says the store", "set the clock"
    if code in _NO_RIGHTS or isinstance(error, PermissionError) or _is_forbidden(error):
        return errno.EACCES, "the store denies access", _CHECK_RIGHTS
    if code in _ELSEWHERE:
        return errno.ENXIO, "the bucket is in another region", "set AWS_REGION to it"
    if code in _OVERLOADED:
        return errno.EAGAIN, f"the store is overloaded or broken ({code})", _LATER
    if code in NOT_THERE or isinstance(error, FileNotFoundError):
        return errno.ENOENT, "there is no such file", ""
    if name in _NO_WAY:
        return errno.EHOSTUNREACH, "the store cannot be reached", _REACH
    if isinstance(error, TimeoutError) or name.endswith("TimeoutError"):
        return errno.ETIMEDOUT, "the store does not answer", _REACH
    if code:
        return errno.EIO, f"the store refuses ({code})", _CHECK_RIGHTS
    return errno.ECONNRESET, f"the connection to the store broke ({name})", _LATER


def _is_forbidden(error: BaseException) -> bool:
    """What gcsfs makes of 403."""
    return type(error) is OSError and str(error).startswith("Forbidden")


def missing(scheme: str) -> UsageError:
    """The refusal where the libraries of a store are not installed."""
    extra = "cloud" if scheme == "gs" else "stores"
    return UsageError(
        f"{scheme}:// needs libraries that are not installed", remedy=f"pip install 'dougagen[{extra}]'"
    )
