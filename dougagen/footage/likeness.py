"""Does a file look like a video at all? A look at its beginning, before it is hashed or a decoder is started.

A megabyte at most is read and compared with known beginnings. No structure in it is followed and no demuxer
sees a byte, so that it may be done in any process. A file that passes may still be anything; one that does
not is none that FFmpeg would open as one of ``CONTAINERS``. FFmpeg looks for packets anywhere in the first
megabyte, and so does this.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from pathlib import Path

import numpy as np

from dougagen.errors import EpisodeError

LARGEST_FILE = 8 << 40
"""Bytes: four hours of 4K without any compression are 7 TB, and take hours to be hashed."""
_LARGEST_HOLE = 1 << 30
"""Bytes that were never written, above which a file is compared with what it claims to hold. Copies and
downloads that were broken off leave such files: as large as the whole, and zeros where nothing came yet."""
_HOLES_LOOKED_AT = 10_000
_BLOCK = 512  # bytes: the unit of st_blocks, whatever the file system has
_LOOKED_AT = 1 << 20  # bytes: as many as FFmpeg looks at before it gives up
_REMUX = "name a video file, or remux it with `ffmpeg -i FILE -c copy FILE.mkv`"

_BEGINNINGS = (
    *(b"\x1a\x45\xdf\xa3", b"RIFF", b"ON2 ", b"FLV", b"OggS", b"DKIF", b"YUV4MPEG2", b".RMF", b".RM\xfd"),
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11",  # ASF
    b"\xb7\xd8\x00\x20\x37\x49\xda\x11",  # WTV
    b"\x12\x00",  # AV1 in open bitstream units: a temporal delimiter
    *(b"ID3", b"fLaC", b"RF64", b"ADIF"),  # sound: that it holds no picture is for FFmpeg to say
)
_ANYWHERE = (
    b"\x00\x00\x01",  # start codes: program streams, MPEG-1, 2 and 4, H.264, HEVC
    *(b"ftyp", b"moov", b"mdat", b"moof"),  # boxes of MP4
    b"nut/multimedia container",
    b"\x4eM\x7a\x56\x1f\x5f\x04\xad",  # main header of NUT
    b"\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02\x01\x01",  # partition of MXF
)
_FIRST_BOXES = (b"wide", b"free", b"skip", b"pnot", b"uuid", b"junk", b"pict", b"udta")
"""Boxes that an MP4 may begin with before one that tells it."""
_DV = re.compile(rb"\x1f\x07\x00[\x3f\xbf]|[\x00\xff]\x3f\x07[\x00\x01]", re.DOTALL)
_AV1_UNITS = re.compile(rb".{0,12}?(?:\x01\x10|\x02\x12\x00)", re.DOTALL)  # with their lengths around them
_SOUND = re.compile(rb"\xff[\xe0-\xff]", re.DOTALL)  # frames of MP3 and AAC
_PACKETS = (188, 192, 204)  # bytes of a packet of a transport stream
_PACKETS_SEEN = 3
_SYNC = 0x47


def require_likeness(path: Path) -> None:
    """Raise EpisodeError, in one line with a remedy, where ``path`` cannot be a video: missing, a folder, a
    pipe, empty, beginning like no container, mostly never written, or too large to be hashed."""
    try:
        _require_file(path, path.stat())  # first: a tape winds when it is opened
        # what became a pipe since then would be waited on for ever, were it opened otherwise
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise _unreadable(path, error) from error
    with open(handle, "rb", buffering=0) as file:  # noqa: PTH123 - of a handle
        try:
            status = os.fstat(handle)
            _require_file(path, status)
            beginning = file.read(_LOOKED_AT) or b""
            _require_beginning(path, beginning)
            _require_content(path, handle, status)
        except OSError as error:
            raise _unreadable(path, error) from error


def looks_like_video(beginning: bytes) -> bool:
    """Whether a file with these first bytes, a megabyte of them, could be one of ``CONTAINERS``."""
    return (
        beginning.startswith(_BEGINNINGS)
        or any(mark in beginning for mark in _ANYWHERE)
        or beginning[4:8] in _FIRST_BOXES
        or _SOUND.match(beginning) is not None
        or _AV1_UNITS.match(beginning) is not None
        or _DV.search(beginning) is not None
        or _is_transport_stream(beginning)
    )


def _is_transport_stream(beginning: bytes) -> bool:
    """Whether a few packets follow each other anywhere; a recording may begin in the middle of one."""
    syncs = np.frombuffer(beginning, np.uint8) == _SYNC
    for size in _PACKETS:
        rest = syncs
        for _ in range(_PACKETS_SEEN - 1):
            rest = syncs[: max(0, len(rest) - size)] & rest[size:]
        if rest.any():
            return True
    return False


def _require_file(path: Path, status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise EpisodeError("is a folder, not a video file", where=path, remedy="name the files in it")
    if not stat.S_ISREG(status.st_mode):
        raise EpisodeError(
            "is a pipe or device, not a video file", where=path, remedy="save it to a file first"
        )
    if not status.st_size:
        raise EpisodeError("is empty", where=path, remedy="copy the file again")
    if status.st_size > LARGEST_FILE:
        raise EpisodeError(
            f"claims {status.st_size / 1e12:.1f} TB, an episode may have {LARGEST_FILE / 1e12:.1f}",
            where=path,
            remedy="cut it into parts",
        )


def _require_beginning(path: Path, beginning: bytes) -> None:
    if not looks_like_video(beginning):
        raise EpisodeError(
            "is not a video that can be opened (it does not begin like one)", where=path, remedy=_REMUX
        )


def _require_content(path: Path, handle: int, status: os.stat_result) -> None:
    """Raise EpisodeError where most of a file was never written. What was is hashed in its time; zeros that a
    file system makes up as they are read go on for as long as it likes."""
    if status.st_size - status.st_blocks * _BLOCK <= _LARGEST_HOLE:
        return
    # network file systems do not know their blocks: where they call everything data it is believed
    written = _bytes_written(handle, status.st_size)
    if status.st_size - written > max(_LARGEST_HOLE, written):
        raise EpisodeError(
            f"claims {status.st_size / 1e9:.0f} GB, of which {written / 1e9:.1f} GB were ever written",
            where=path,
            remedy="copy or download it again to its end",
        )


def _bytes_written(handle: int, size: int) -> int:
    """Bytes of a file outside its holes; all of them where the system does not say."""
    written = at = 0
    try:
        for _ in range(_HOLES_LOOKED_AT):
            start = os.lseek(handle, at, os.SEEK_DATA)
            at = os.lseek(handle, start, os.SEEK_HOLE)
            written += at - start
            if at >= size:
                break
        else:
            return size
    except OSError as error:
        return written if error.errno == errno.ENXIO else size  # no data behind this place, or not supported
    return written


def _unreadable(path: Path, error: OSError) -> EpisodeError:
    if isinstance(error, FileNotFoundError):
        return EpisodeError("no such file", where=path, remedy="check the path")
    remedy = "check its permissions and the disk"
    return EpisodeError(f"cannot be read ({error.strerror})", where=path, remedy=remedy)
