"""Two hundred and twenty damaged files: no crash, no hang, no traceback, and every count is right."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

CLIPS = [
    ("a.mkv", "libx264", "yuv420p", {"g": "10"}),
    ("b.mp4", "libx264", "yuv420p10le", {"g": "10"}),
    ("c.mp4", "libx265", "yuv420p10le", {"g": "10"}),
    ("d.mkv", "libsvtav1", "yuv420p10le", {"g": "10"}),
    ("e.webm", "libvpx-vp9", "yuv420p", {"g": "10", "cpu-used": "8"}),
    ("f.ts", "mpeg2video", "yuv420p", {"g": "10", "bf": "2"}),
    ("g.vob", "mpeg2video", "yuv420p", {"g": "10", "bf": "2"}),
    ("h.avi", "mpeg4", "yuv420p", {"g": "10", "bf": "2"}),
    ("i.mkv", "ffv1", "yuv444p10le", {"slicecrc": "1"}),
    ("j.mov", "prores_ks", "yuv422p10le", {}),
    ("k.ts", "libx264", "yuv420p", {"g": "10"}),
]
PER_CLIP, FRAMES, SECONDS_PER_CLIP = 20, 30, 240

Mutation = Callable[[bytearray, np.random.Generator], bytes]


def flipped(data: bytearray, rng: np.random.Generator, count: int, start: int, stop: int) -> bytes:
    for position in rng.integers(start, max(stop, start + 1), count):
        data[position % len(data)] ^= 1 << int(rng.integers(8))
    return bytes(data)


def overwritten(data: bytearray, rng: np.random.Generator, length: int, fill: int | None) -> bytes:
    start = int(rng.integers(0, max(1, len(data) - length)))
    noise = rng.integers(0, 256, length, np.uint8).tobytes() if fill is None else bytes([fill]) * length
    data[start : start + length] = noise[: len(data) - start]
    return bytes(data)


MUTATIONS: dict[str, Mutation] = {
    "truncated": lambda d, r: bytes(d[: int(r.integers(1, len(d)))]),
    "truncated early": lambda d, r: bytes(d[: int(r.integers(1, 2000))]),
    "beheaded": lambda d, r: bytes(d[int(r.integers(1, len(d) // 2)) :]),
    "one bit": lambda d, r: flipped(d, r, 1, 0, len(d)),
    "ten bits": lambda d, r: flipped(d, r, 10, 0, len(d)),
    "a thousand bits": lambda d, r: flipped(d, r, 1000, 0, len(d)),
    "header bits": lambda d, r: flipped(d, r, 8, 0, 600),
    "trailer bits": lambda d, r: flipped(d, r, 30, len(d) - 1500, len(d)),
    "zeroed": lambda d, r: overwritten(d, r, len(d) // 6, 0),
    "ones": lambda d, r: overwritten(d, r, 300, 255),
    "noise": lambda d, r: overwritten(d, r, len(d) // 10, None),
    "a hole": lambda d, r: bytes(d[: len(d) // 3] + d[len(d) // 3 + int(r.integers(1, len(d) // 4)) :]),
    "an insertion": lambda d, r: bytes(d[:9000]) + r.bytes(777) + bytes(d[9000:]),
    "twice": lambda d, r: bytes(d + d[: len(d) // 2]),
    "no header": lambda d, r: bytes(200) + bytes(d[200:]),
    "header of another": lambda d, r: b"\x1a\x45\xdf\xa3\x93\x42\x82\x88matroska" + bytes(d[20:]),
    "a box without end": lambda d, r: b"\x00\x00\x00\x08free" * 20 + bytes(d),
    "shuffled": lambda d, r: b"".join(bytes(d[i::8]) for i in r.permutation(8)),
    "every 500th byte": lambda d, r: bytes(b if i % 500 else 0x47 for i, b in enumerate(d)),
    "wild sizes": lambda d, r: bytes(d).replace(b"\x00\x60", b"\xff\xff").replace(b"\x00\xa0", b"\x7f\xff"),
}  # fmt: skip

WORKER = """
import json, logging, sys
from dougagen.errors import EpisodeError
from dougagen.footage import decode, open_episode, read_footage
import av.logging
logging.disable()
for path in sys.argv[1:]:
    try:
        episode = open_episode(path)
        with decode(episode, threads=2) as stream:
            last, times = None, []
            for frame in stream:
                assert frame.index == len(times), (path, frame.index)
                assert not times or frame.time > times[-1], (path, frame.time)
                times.append(frame.time)
                if frame.index % 10 == 0:
                    rgb = frame.rgb()
                    assert rgb.shape[:2] == frame.luma.shape, path
                    last = last or frame.luma.shape
                    assert frame.luma.shape == last, path
        assert stream.counts.frames_decoded == len(times), path
        counts = stream.counts
        told = {"frames": len(times), "damaged": counts.packets_damaged, "truncated": counts.truncated}
        with read_footage(episode, decode_on="cpu") as footage:
            held = sum(d.held_frames for d in footage)
        assert held == footage.counts.frames_decoded, (path, held, footage.counts.frames_decoded)
        # a decoder with other threads may give up elsewhere in a damaged stream
        assert held == len(times) or footage.counts.packets_damaged, (path, held, len(times))
    except EpisodeError as error:
        assert "\\n" not in str(error) and error.remedy, path
        told = {"refused": error.what}
    print(json.dumps({"path": path} | told), flush=True)
"""


def pictures() -> list[np.ndarray]:
    rng = np.random.default_rng(5)
    still = rng.integers(0, 256, (12, 20, 3), np.uint8).repeat(8, 0).repeat(8, 1)
    moving = []
    for index in range(FRAMES):
        picture = still.copy()
        picture[30:60, 4 * index : 4 * index + 30] = rng.integers(0, 256, (30, 30, 3))[:, : 160 - 4 * index]
        moving.append(picture)
    return moving


@pytest.mark.slow
@pytest.mark.parametrize(("name", "codec", "pixel_format", "options"), CLIPS, ids=lambda v: str(v)[:12])
def test_damaged_files_give_what_they_hold_and_the_counts_are_right(
    name, codec, pixel_format, options, encode, tmp_path, record_property
):
    clip = encode(name, codec, pictures=pictures(), pixel_format=pixel_format, options=options)
    whole = clip.read_bytes()
    files = []
    for number, (kind, mutation) in enumerate(MUTATIONS.items()):
        rng = np.random.default_rng([number, *name.encode()])
        path = tmp_path / f"{number:02d} {kind}{clip.suffix}"
        path.write_bytes(mutation(bytearray(whole), rng))
        files.append(str(path))
    assert len(files) == PER_CLIP
    ended = subprocess.run(
        [sys.executable, "-c", WORKER, *files],
        capture_output=True,
        text=True,
        timeout=SECONDS_PER_CLIP,
        check=False,
    )
    told = [json.loads(line) for line in ended.stdout.splitlines()]
    reached = Path(files[len(told)]).name if len(told) < len(files) else "the end"
    assert ended.returncode == 0, f"{reached}: {ended.stderr[-2000:]}"
    assert len(told) == PER_CLIP
    kinds = Counter("refused" if "refused" in one else "decoded" for one in told)
    frames = sum(one.get("frames", 0) for one in told)
    damaged = sum(one.get("damaged", 0) for one in told)
    summary = (
        f"{name}: {kinds['decoded']} decoded ({frames} frames, {damaged} damaged), {kinds['refused']} refused"
    )
    record_property("damage", summary)
    logging.getLogger(__name__).info(summary)
    assert kinds["decoded"] >= PER_CLIP // 3  # most damage leaves something
