"""--start skips decoding only where frames keep their numbers; elsewhere it decodes from the beginning."""

from __future__ import annotations

import sys
from fractions import Fraction

import av
import numpy as np
import pytest

from dougagen.errors import EpisodeError
from dougagen.footage import decode, open_episode, seeking
from dougagen.footage.seeking import find_entry

GROUPS = {"g": "12"}


def from_two_seconds(episode, start=2):
    with decode(episode, start=Fraction(start), threads=1) as stream:
        return [(frame.index, frame.time, frame.luma.copy()) for frame in stream]


def same(one, other):
    return all(a[:2] == b[:2] and np.array_equal(a[2], b[2]) for a, b in zip(one, other, strict=True))


def test_a_keyframe_before_the_start_is_found_with_its_index(encode):
    entry = find_entry(open_episode(encode("clip.mp4", options=GROUPS)), Fraction(2))
    assert entry is not None
    assert entry.index == 36  # the last one that leaves some pictures to look back at
    assert len(entry.stamps) == 49


@pytest.mark.parametrize("start", [Fraction(0), Fraction(1, 2), Fraction(100)])
def test_near_the_beginning_and_behind_the_end_nothing_is_gained(start, encode):
    assert find_entry(open_episode(encode("clip.mp4", options=GROUPS)), start) is None


def test_a_start_behind_the_end_is_said_and_gives_no_frame(encode):
    with (
        decode(open_episode(encode("clip.mkv", frames=24)), start=Fraction(9)) as stream,
        pytest.raises(EpisodeError, match="has no frame from 0:09"),
    ):
        list(stream)
    assert stream.counts.frames_decoded == 0


def test_variable_frame_rate_keeps_indices_and_times(encode):
    stamps = [3 * i + i % 3 for i in range(60)]
    episode = open_episode(encode("clip.mkv", options=GROUPS, stamps=stamps.__getitem__))
    assert find_entry(episode, Fraction(5)) is not None
    with decode(episode) as stream:
        whole = [(f.index, f.time, f.luma.copy()) for f in stream if f.time >= 5]
    assert same(from_two_seconds(episode, start=5), whole)


def test_a_count_that_the_pictures_contradict_is_dropped(encode, monkeypatch):
    """One stamp too many, as of a packet that holds no picture: then everything is decoded from the start."""
    episode = open_episode(encode("clip.mkv", options=GROUPS))
    honest = from_two_seconds(episode)

    def one_too_many(episode, start):
        entry = find_entry(episode, start)
        assert entry is not None
        stamps = sorted([*entry.stamps, entry.keyframe + 1])
        return seeking.Entry(entry.keyframe, tuple(stamps), entry.base)

    monkeypatch.setattr(sys.modules["dougagen.footage.decode"], "find_entry", one_too_many)
    assert same(from_two_seconds(episode), honest)


def test_a_recording_that_begins_within_a_group_keeps_its_numbers(encode):
    """The pictures before the first keyframe cannot be decoded, so their packets must not be counted."""
    clip = encode("whole.mkv", frames=78, options=GROUPS | {"bf": "0"})
    cut = clip.with_name("cut.mkv")
    with av.open(str(clip)) as source, av.open(str(cut), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in list(source.demux(source.streams.video[0]))[5:]:
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    episode = open_episode(cut)
    with decode(episode, threads=1) as stream:
        whole = [(f.index, f.time, f.luma.copy()) for f in stream if f.time >= 2]
    assert whole
    assert same(from_two_seconds(episode), whole)
