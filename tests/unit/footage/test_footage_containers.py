"""What people really have: every container, codec and pixel format gives each picture once, in time."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from dougagen.errors import EpisodeError
from dougagen.footage import containers, decode, open_episode
from dougagen.footage.seeking import find_entry

GROUPS = {"g": "12"}
FINE = {"g": "12", "bf": "2", "qscale": "2", "flags": "+qscale"}
OPEN = {"x264-params": "open-gop=1:keyint=12"}
FORMATS = [
    ("a.mkv", "libx264", "yuv420p", OPEN),
    ("b.mkv", "libx264", "yuv420p10le", GROUPS),
    ("c.mkv", "libx264", "yuv422p", GROUPS),
    ("d.mkv", "libx264", "yuv444p10le", GROUPS),
    ("e.mkv", "libx265", "yuv420p10le", GROUPS),
    ("f.mkv", "libsvtav1", "yuv420p10le", GROUPS),
    ("g.mkv", "ffv1", "yuv444p10le", {}),
    ("h.mp4", "libx264", "yuv420p", GROUPS),
    ("i.mp4", "libx265", "yuv420p10le", GROUPS),
    ("j.mp4", "libsvtav1", "yuv420p", GROUPS),
    ("k.mov", "prores_ks", "yuv422p10le", {}),
    ("l.avi", "mpeg4", "yuv420p", FINE),
    ("m.avi", "libx264", "yuv420p", GROUPS),
    ("n.avi", "ffv1", "yuv420p", {}),
    ("o.ts", "libx264", "yuv420p", GROUPS),
    ("p.ts", "mpeg2video", "yuv420p", FINE),
    ("q.vob", "mpeg2video", "yuv420p", FINE),
    ("r.mpg", "mpeg2video", "yuv422p", FINE),
    ("s.webm", "libvpx-vp9", "yuv420p", GROUPS | {"cpu-used": "8"}),
    ("t.webm", "libvpx-vp9", "yuv444p", GROUPS | {"cpu-used": "8"}),
    ("u.flv", "flv", "yuv420p", {}),
]
SEEKABLE = set("abcdefghijkst")


@pytest.mark.parametrize(("name", "codec", "pixel_format", "options"), FORMATS, ids=lambda v: str(v)[:14])
def test_every_format_gives_each_picture_once_in_order_and_in_time(
    name, codec, pixel_format, options, encode, shown
):
    episode = open_episode(encode(name, codec, pixel_format=pixel_format, options=options))
    assert episode.pixel_format == pixel_format
    assert episode.frame_rate == 24
    with decode(episode, threads=2) as stream:
        frames = list(stream)
    assert [frame.index for frame in frames] == list(range(60))
    assert [shown(frame.luma) for frame in frames] == list(range(60))
    assert all(abs(frame.time - Fraction(frame.index, 24)) < Fraction(1, 1000) for frame in frames)
    assert (stream.counts.packets_damaged, stream.counts.truncated) == (0, False)
    for start in (Fraction(1, 2), Fraction(31, 24), Fraction(2)):  # whether it seeks or not, nothing differs
        with decode(episode, start=start, threads=1) as late:
            got = list(late)
        wanted = [frame for frame in frames if frame.time >= start]
        assert [(f.index, f.time) for f in got] == [(f.index, f.time) for f in wanted]
        assert all(np.array_equal(a.luma, b.luma) for a, b in zip(got, wanted, strict=True))
    assert (find_entry(episode, Fraction(2)) is not None) == (name[0] in SEEKABLE)


UNEVEN = [0, 2, 3, 7, 8, 12, 13, 14, 20, 21, 30, 31, 33, 36, 40, 41, 50, 51, 52, 60]


@pytest.mark.parametrize("container", ["mkv", "mp4", "ts"])
@pytest.mark.parametrize(
    ("what", "stamps"),
    [
        ("variable frame rate", lambda i: UNEVEN[i]),
        ("a gap of ten minutes", lambda i: i if i < 9 else i + 14400),
        ("a start after ten seconds", lambda i: i + 240),
    ],
)
def test_times_are_those_of_the_file_from_its_first_frame(container, what, stamps, encode):
    with decode(open_episode(encode(f"clip.{container}", frames=20, stamps=stamps))) as stream:
        times = [frame.time for frame in stream]
    wanted = [Fraction(stamps(i) - stamps(0), 24) for i in range(20)]
    assert all(abs(a - b) < Fraction(1, 1000) for a, b in zip(times, wanted, strict=True))


def test_frames_that_an_edit_list_cuts_away_are_not_there(encode, shown):
    clip = encode("clip.mp4", frames=40, options={"g": "40", "bf": "0"})
    data = bytearray(clip.read_bytes())
    entry = data.find(b"elst") + 12  # version and flags, then one entry: duration, media time
    ticks = 12288 * 5 // 24  # five frames
    data[entry + 4 : entry + 8] = struct.pack(">i", ticks)
    clip.write_bytes(data)
    with decode(open_episode(clip)) as stream:
        frames = list(stream)
    assert [shown(frame.luma) for frame in frames] == list(range(5, 40))
    assert [frame.index for frame in frames] == list(range(35))
    assert [frame.time for frame in frames] == [Fraction(i, 24) for i in range(35)]


@pytest.mark.parametrize(("container", "codec"), [("ts", "libx264"), ("vob", "mpeg2video")])
def test_joined_recordings_go_on_where_the_first_ended(container, codec, encode, shown):
    clip = encode(f"clip.{container}", codec, frames=24, options=FINE)
    clip.write_bytes(clip.read_bytes() * 2)
    with decode(open_episode(clip)) as stream:
        frames = list(stream)
    assert [shown(frame.luma) for frame in frames] == [*range(24), *range(24)]
    assert [frame.time for frame in frames] == [Fraction(i, 24) for i in range(48)]


def remuxed(path: Path, *clips: tuple[Path, av.stream.Disposition | None]) -> Path:
    """The streams of several files in one, each with the disposition given."""
    with av.open(str(path), "w") as target:
        sources = [(av.open(str(clip)), disposition) for clip, disposition in clips]
        streams = []
        for source, disposition in sources:
            streams.append(target.add_stream_from_template(source.streams.video[0]))
            if disposition is not None:
                streams[-1].disposition = disposition
        for (source, _), stream in zip(sources, streams, strict=True):
            for packet in source.demux(source.streams.video[0]):
                if packet.dts is not None:
                    packet.stream = stream
                    target.mux(packet)
            source.close()
    return path


def test_of_several_streams_the_default_is_taken_then_the_largest_and_stills_last(encode, tmp_path):
    def clip(name, width, height, codec="libx264", **more):
        pictures = [np.full((height, width, 3), 90, np.uint8)] * 5
        return encode(name, codec, pictures=pictures, options={"bf": "0"}, **more)

    small, large = clip("small.mkv", 96, 64), clip("large.mkv", 192, 128)
    still = clip("still.mkv", 320, 240, "mjpeg", pixel_format="yuvj420p")
    none, default = av.stream.Disposition(0), av.stream.Disposition.default

    def chosen(*clips):
        episode = open_episode(remuxed(tmp_path / "all.mkv", *clips))
        assert next(decode(episode)).luma.shape == (episode.height, episode.width)
        return episode.width

    assert chosen((small, none), (large, none)) == 192
    assert chosen((large, none), (small, default)) == 96
    assert chosen((still, default), (small, none)) == 96
    assert chosen((still, default)) == 320  # a film in MJPEG is a film where nothing else is


def test_a_picture_larger_than_8k_is_refused_in_one_line(encode, monkeypatch):
    clip = encode("clip.mkv", frames=2)
    monkeypatch.setattr(containers, "MOST_SIDE", 95)
    with pytest.raises(EpisodeError, match=r"96×64 pixels is larger than 8K; scale it down"):
        open_episode(clip)


def test_a_picture_that_grows_in_the_middle_comes_in_the_size_of_the_first(encode):
    first = encode("first.ts", "mpeg2video", frames=10, options=FINE)
    grown = encode(
        "grown.ts", "mpeg2video", pictures=[np.full((128, 192, 3), 50, np.uint8)] * 10, options=FINE
    )
    first.write_bytes(first.read_bytes() + grown.read_bytes())
    frames = list(decode(open_episode(first)))
    assert len(frames) >= 19  # the decoder drops the picture that it held when the size changed
    assert {frame.luma.shape for frame in frames} == {(64, 96)}
    assert {frame.rgb().shape for frame in frames} == {(64, 96, 3)}


def test_tags_that_are_no_utf8_do_not_keep_a_file_shut(encode):
    clip = encode("clip.mkv", frames=3, prepare=lambda c, s: c.metadata.update(title="ABCDEFGH"))
    clip.write_bytes(clip.read_bytes().replace(b"ABCDEFGH", b"\xff\xfeAB\x81\x82CD"))
    assert len(list(decode(open_episode(clip)))) == 3
