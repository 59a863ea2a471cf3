"""PACKETS → PICTURES: the decoder of one episode, what it could not use, and how much of that is too much."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import av
from av import Packet, VideoFrame
from av.container import InputContainer
from av.video.stream import VideoStream

from dougagen.domain import Episode
from dougagen.errors import EpisodeError
from dougagen.footage.containers import MOST_PIXELS, choose_stream, demuxed, is_cut_short, only
from dougagen.footage.hardware import DecodeOn, open_for_decoding

_MOST_DAMAGE = 0.5  # share of the packets; above it the file is given up …
_DAMAGE_ALLOWED = 32  # … once this many packets were damaged
_HDR_CURVES = {16, 18}  # AVColorTransferCharacteristic: SMPTE 2084 (PQ), ARIB STD-B67 (HLG)
_MOST_READ_ERRORS = 16  # in a row; a demuxer that reports more has nothing behind them


class PictureSource(Iterator[VideoFrame]):
    """Iterates over the pictures of an episode in presentation order, as the decoder gives them."""

    packets_damaged: int
    """Packets that demuxer or decoder could not use, and pictures that the decoder had to patch up."""
    packets_read: int
    """Packets that the decoder was given; grows also while nothing is handed out."""
    read_errors: bool
    """The demuxer met bytes that it could not read."""

    def __init__(self, episode: Episode, *, decode_on: DecodeOn, threads: int) -> None:
        self.packets_damaged = self.packets_read = 0
        self.read_errors = False
        self._path, self._decode_on, self._threads = episode.path, decode_on, threads
        self._container, self.stream = self._opened()
        self.matrix_tag = int(self.stream.codec_context.colorspace)  # the container's: decoders overwrite it
        self.range_tag = int(self.stream.codec_context.color_range)
        self.is_hdr = int(self.stream.codec_context.color_trc) in _HDR_CURVES
        self._pictures = self._decoded()

    def __next__(self) -> VideoFrame:
        return next(self._pictures)

    def _opened(self) -> tuple[InputContainer, VideoStream]:
        container, on_gpu = open_for_decoding(self._path, decode_on=self._decode_on)
        stream = choose_stream(container, self._path)
        only(container, stream)
        codec = stream.codec_context
        codec.options = {"max_pixels": str(MOST_PIXELS)}  # also for a picture that grows in the middle
        codec.thread_type = "AUTO"
        codec.thread_count = 1 if on_gpu else self._threads  # beside a GPU, threads only wait
        return container, stream

    def close(self) -> None:
        """Let go of the file; pictures handed out stay valid."""
        self._pictures.close()
        self._container.close()

    def restart(self) -> None:
        """Begin again at the first picture, as if nothing had been read."""
        self.close()
        self._container, self.stream = self._opened()
        self._pictures = self._decoded()
        self.packets_damaged = self.packets_read = 0
        self.read_errors = False

    def seek(self, stamp: int) -> None:
        """Go on at the keyframe at or before ``stamp``, in the stream's time base. Raises av.FFmpegError."""
        self._pictures.close()
        self._container.seek(stamp, stream=self.stream, backward=True)
        self._pictures = self._decoded()

    @property
    def decoding_order(self) -> bool:
        """The container stamps packets in decoding order only."""
        return self._container.format.name == "avi"

    @property
    def is_cut_short(self) -> bool:
        """The file could not be read to its end, or holds fewer bytes than its container announces."""
        return self.read_errors or is_cut_short(self._path)

    def _decoded(self) -> Generator[VideoFrame, None, None]:
        """To the end of the file. Raises EpisodeError where too much is damaged."""
        for packet in self._packets():
            try:
                pictures = self.stream.codec_context.decode(packet)
            except EOFError:  # a second flush, after a read error at the end
                continue
            except av.FFmpegError:  # each codec has its own: invalid data, not implemented, wrong argument
                self._count_damage()
                continue
            for picture in pictures:
                if picture.is_corrupt:
                    self._count_damage()
                yield picture

    def _packets(self) -> Iterator[Packet]:
        """Packets of the stream, and last an empty one that flushes the decoder.

        After a read error the demuxer is asked again: transport streams and Matroska find their way back.
        """
        errors = 0
        while True:
            try:
                for packet in demuxed(self._container, self.stream):
                    self.packets_read += 1
                    errors = 0
                    yield packet
                return
            except av.FFmpegError:
                errors += 1
                self.read_errors = True
                self._count_damage()
                if errors > _MOST_READ_ERRORS:
                    yield Packet()
                    return

    def _count_damage(self) -> None:
        self.packets_damaged += 1
        if self.packets_damaged > max(_DAMAGE_ALLOWED, _MOST_DAMAGE * self.packets_read):
            raise EpisodeError(
                f"{self.packets_damaged} of the first {self.packets_read} packets are damaged",
                where=self._path,
                remedy="copy or encode the file again",
            )
