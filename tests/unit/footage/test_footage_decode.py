"""Frames: every picture once, right index, right time, right colours, whatever the file is like."""

from __future__ import annotations

import threading
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from dougagen.errors import EpisodeError
from dougagen.footage import decode, open_episode

PATCHES = [(200, 40, 40), (40, 180, 60), (50, 60, 210), (230, 200, 60), (128, 128, 128), (240, 190, 170)]


def patches(width: int = 96, height: int = 64) -> np.ndarray:
    """Six colours in three columns and two rows."""
    picture = np.zeros((height, width, 3), np.uint8)
    for index, color in enumerate(PATCHES):
        row, column = divmod(index, 3)
        picture[
            row * height // 2 : (row + 1) * height // 2, column * width // 3 : (column + 1) * width // 3
        ] = color
    return picture


def centres(picture: np.ndarray) -> np.ndarray:
    height, width = picture.shape[:2]
    return np.array(
        [picture[(2 * (i // 3) + 1) * height // 4, (2 * (i % 3) + 1) * width // 6] for i in range(6)], int
    )


@pytest.mark.parametrize("matrix", [1, 6], ids=["bt709", "smpte170m"])
@pytest.mark.parametrize("color_range", [1, 2], ids=["limited", "full"])
@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv420p10le", "yuv444p"])
def test_tagged_colours_come_back_within_two_levels(matrix, color_range, pixel_format, write_clip):
    clip = write_clip(
        [patches()] * 2,
        codec="libx264",
        pixel_format=pixel_format,
        options={"crf": "4"},
        matrix=matrix,
        color_range=color_range,
    )
    episode = open_episode(clip)
    assert episode.color_matrix == {1: "bt709", 6: "smpte170m"}[matrix]
    assert episode.color_range == {1: "limited", 2: "full"}[color_range]
    picture = next(decode(episode)).rgb()
    assert picture.shape == (64, 96, 3)
    assert np.abs(centres(picture) - np.array(PATCHES)).max() <= 2


@pytest.mark.parametrize(
    ("height", "matrix", "name"), [(720, 1, "bt709 (assumed)"), (480, 6, "smpte170m (assumed)")]
)
def test_untagged_colours_go_by_the_height(height, matrix, name, write_clip):
    clip = write_clip(
        [patches(96, height)], codec="libx264", options={"crf": "4"}, matrix=matrix, tagged=False
    )
    episode = open_episode(clip)
    assert episode.color_matrix == name
    assert np.abs(centres(next(decode(episode)).rgb()) - np.array(PATCHES)).max() <= 2


def ramp(count: int, width: int = 96, height: int = 64) -> list[np.ndarray]:
    """Flat greys, 4 levels apart: a frame's luma tells its index."""
    return [np.full((height, width, 3), 20 + 4 * index, np.uint8) for index in range(count)]


def shown(luma: np.ndarray) -> int:
    """Which picture of the ramp a limited-range luma plane shows."""
    return round(((float(luma.mean()) - 16) * 255 / 219 - 20) / 4)


@pytest.mark.parametrize(
    ("codec", "pixel_format"), [("libx264", "yuv420p"), ("libx264", "yuv420p10le"), ("mpeg4", "yuv420p")]
)
def test_every_frame_comes_once_in_order_with_its_time(codec, pixel_format, write_clip):
    clip = write_clip(
        ramp(30),
        codec=codec,
        pixel_format=pixel_format,
        options={"g": "7", "qscale": "2", "flags": "+qscale"},
    )
    with decode(open_episode(clip)) as stream:
        frames = list(stream)
    assert [frame.index for frame in frames] == list(range(30))
    assert [shown(frame.luma) for frame in frames] == list(range(30))
    assert all(abs(frame.time - Fraction(frame.index, 24)) < Fraction(1, 1000) for frame in frames)
    counts = stream.counts
    assert (counts.frames_decoded, counts.packets_damaged, counts.truncated) == (30, 0, False)


def test_indices_stay_absolute_between_start_and_stop(write_clip):
    episode = open_episode(write_clip(ramp(40), options={"g": "9"}))
    with decode(episode, start=Fraction(1), stop=Fraction(3, 2)) as stream:
        frames = list(stream)
    assert [frame.index for frame in frames] == list(range(24, 36))
    assert [shown(frame.luma) for frame in frames] == list(range(24, 36))
    assert (stream.counts.frames_decoded, stream.counts.truncated) == (12, False)


def test_luma_and_colour_outlive_the_stream_and_cross_threads(write_clip):
    stream = decode(open_episode(write_clip(ramp(12))))
    frames = list(stream)
    stream.close()
    pictures: dict[int, np.ndarray] = {}
    threads = [
        threading.Thread(target=lambda f=frame: pictures.update({f.index: f.rgb()})) for frame in frames
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(abs(float(pictures[i].mean()) - (20 + 4 * i)) < 2 for i in range(12))
    assert [shown(frame.luma) for frame in frames] == list(range(12))


@pytest.mark.parametrize("size", [(97, 65), (101, 64), (33, 31)])
def test_odd_sizes_keep_every_row_and_column(size, write_clip):
    clip = write_clip([patches(*size)] * 2, codec="ffv1", pixel_format="yuv444p")
    frame = next(decode(open_episode(clip)))
    assert frame.luma.shape == (size[1], size[0])
    assert frame.rgb().shape == (size[1], size[0], 3)


def test_the_episode_is_known_by_its_content(write_clip):
    first = write_clip(ramp(3), "a.mkv", codec="ffv1")
    copy = first.with_name("ソニック [01] ;rm.mkv")
    copy.write_bytes(first.read_bytes())
    assert open_episode(first).episode_id == open_episode(copy).episode_id
    other = write_clip(ramp(4), "b.mkv", codec="ffv1")
    assert open_episode(first).episode_id != open_episode(other).episode_id
    episode = open_episode(copy)
    assert (episode.width, episode.height, episode.frame_rate) == (96, 64, 24)
    assert len(list(decode(episode))) == 3


def test_cover_art_is_not_taken_for_the_picture(write_clip, tmp_path: Path):
    clip = write_clip(ramp(5), options={"bf": "0"})
    both = tmp_path / "cover.mp4"
    with av.open(str(clip)) as source, av.open(str(both), "w") as target:
        cover = target.add_stream("mjpeg", rate=1)
        cover.width, cover.height, cover.pix_fmt = 640, 480, "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic
        video = target.add_stream_from_template(source.streams.video[0])
        target.mux(
            cover.encode(av.VideoFrame.from_ndarray(np.zeros((480, 640, 3), np.uint8), format="rgb24"))
        )
        target.mux(cover.encode())
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = video
                target.mux(packet)
    episode = open_episode(both)
    assert (episode.width, episode.height) == (96, 64)
    assert len(list(decode(episode))) == 5


def sound(path: Path) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.int16), format="s16", layout="mono")
        frame.rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def bad_input(kind: str, folder: Path) -> Path:
    path = folder / f"{kind}.mkv"
    if kind == "folder":
        path.mkdir()
    elif kind == "empty":
        path.touch()
    elif kind == "prose":
        path.write_text("no video at all\n" * 50)
    elif kind == "playlist":
        path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nreal.mkv\n#EXT-X-ENDLIST\n")
    elif kind == "concat":
        path.write_text("ffconcat version 1.0\nfile real.mkv\n")
    elif kind == "sound":
        sound(path)
    return path


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("missing", "no such file"),
        ("folder", "is a folder"),
        ("empty", "is empty"),
        ("prose", "is not a video"),
        ("playlist", "is not a video"),
        ("concat", "is not a video"),
        ("sound", "has no video stream (holds audio)"),
    ],
)
def test_bad_input_is_one_line_with_a_remedy(kind, says, write_clip, tmp_path):
    write_clip(ramp(2), "real.mkv")
    path = bad_input(kind, tmp_path)
    with pytest.raises(EpisodeError) as caught:
        open_episode(path)
    message = str(caught.value)
    assert says in message
    assert str(path) in message
    assert caught.value.remedy
    assert "\n" not in message


@pytest.mark.parametrize("container", ["clip.mkv", "clip.mp4", "clip.avi"])
def test_a_truncated_file_gives_what_decodes_and_says_so(container, write_clip):
    noise = np.random.default_rng(0)
    pictures = [noise.integers(0, 256, (64, 96, 3), np.uint8) for _ in range(30)]
    options = {"movflags": "faststart"} if container.endswith("mp4") else {}
    clip = write_clip(pictures, container, codec="mpeg4", options={"g": "5"})
    if options:
        whole = clip.with_name("front.mp4")
        with av.open(str(clip)) as source, av.open(str(whole), "w", options=options) as target:
            video = target.add_stream_from_template(source.streams.video[0])
            for packet in source.demux(source.streams.video[0]):
                if packet.dts is not None:
                    packet.stream = video
                    target.mux(packet)
        clip = whole
    clip.write_bytes(clip.read_bytes()[: clip.stat().st_size * 6 // 10])
    with decode(open_episode(clip)) as stream:
        frames = list(stream)
    assert 5 < len(frames) < 30
    assert [frame.index for frame in frames] == list(range(len(frames)))
    assert stream.counts.truncated


def test_flipped_bytes_cost_packets_not_the_episode(write_clip):
    noise = np.random.default_rng(0)
    clip = write_clip(
        [noise.integers(0, 256, (64, 96, 3), np.uint8) for _ in range(40)],
        codec="ffv1",
        options={"slicecrc": "1"},
    )
    data = bytearray(clip.read_bytes())
    for position in noise.integers(len(data) // 4, len(data) * 3 // 4, 12):
        data[position] ^= 0xFF
    clip.write_bytes(bytes(data))
    with decode(open_episode(clip), threads=1) as stream:
        frames = list(stream)
    assert len(frames) >= 20
    assert stream.counts.frames_decoded == len(frames)


def test_a_file_of_which_no_picture_decodes_is_an_error(write_clip):
    noise = np.random.default_rng(0)
    clip = write_clip([noise.integers(0, 256, (64, 96, 3), np.uint8) for _ in range(6)])
    data = clip.read_bytes()
    with av.open(str(clip)) as container:
        for payload in [bytes(packet) for packet in container.demux(video=0) if packet.size]:
            assert payload in data
            data = data.replace(payload, bytes(len(payload)))
    clip.write_bytes(data)
    with pytest.raises(EpisodeError, match="not a single picture"):
        list(decode(open_episode(clip)))


def test_telecined_film_comes_out_as_its_pictures(encode, painted, drawn):
    """3:2 pulldown: of five frames two show fields of different drawings; each index stays, no comb does."""
    film = [drawn(painted(), name) for name in "ABCDEFGH"]
    fields = [picture for number, picture in enumerate(film) for _ in range(2 + number % 2)]
    frames = []
    for top, bottom in zip(fields[::2], fields[1::2], strict=True):
        frames.append(top.copy())
        frames[-1][1::2] = bottom[1::2]
    episode = open_episode(encode("clip.mkv", "ffv1", pictures=frames, pixel_format="yuv444p"))
    with decode(episode) as stream:
        found = list(stream)
    assert [frame.index for frame in found] == list(range(10))
    assert stream.counts.frames_woven == 4
    assert stream.counts.frames_deinterlaced == 0
    shown = [min(range(8), key=lambda i, f=f: np.abs(f.rgb().astype(int) - film[i]).mean()) for f in found]
    assert all(np.abs(f.rgb().astype(int) - film[i]).max() <= 4 for f, i in zip(found, shown, strict=True))
    assert shown == sorted(shown)
    assert set(shown) == set(range(8))
