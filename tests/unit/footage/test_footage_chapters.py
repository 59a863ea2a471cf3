"""Chapters are read with their times; those whose titles match are skipped, and indices stay absolute."""

from __future__ import annotations

import logging
from fractions import Fraction

import pytest

from dougagen.errors import ConfigError
from dougagen.footage import DecodeConfig, FootageConfig, decode, open_episode, read_footage
from dougagen.footage.chapters import LONGEST_TITLE, MOST_CHAPTERS


def chaptered(*chapters: tuple[str, int, int]):
    """Writes chapters (title, first frame, frame after the last) at 24 frames a second."""

    def prepare(container, stream):
        container.set_chapters(
            [
                {"id": i, "start": a, "end": b, "time_base": Fraction(1, 24), "metadata": {"title": title}}
                for i, (title, a, b) in enumerate(chapters)
            ]
        )

    return prepare


PARTS = (("Prologue", 0, 10), ("Opening", 10, 30), ("Part A", 30, 50), ("ENDING [full]", 50, 60))


@pytest.mark.parametrize("container", ["mkv", "mp4"])
def test_chapters_come_with_their_times_and_titles(container, encode):
    episode = open_episode(encode(f"clip.{container}", prepare=chaptered(*PARTS)))
    told = [(c.title, round(c.start * 24), round(c.stop * 24)) for c in episode.chapters]
    assert told == list(PARTS)


def test_chapters_count_from_the_first_frame(encode):
    clip = encode("clip.ts", frames=20)
    assert open_episode(clip).chapters == ()
    late = encode("late.mkv", stamps=lambda i: i + 24, prepare=chaptered(("A", 24, 36), ("B", 36, 84)))
    told = [(c.title, round(c.start * 24), round(c.stop * 24)) for c in open_episode(late).chapters]
    assert told == [("A", 0, 12), ("B", 12, 60)]


def test_matching_chapters_are_skipped_and_counted_and_indices_stay_absolute(encode, shown):
    episode = open_episode(encode("clip.mkv", prepare=chaptered(*PARTS)))
    with decode(episode, config=DecodeConfig(skip_chapters="^opening|ending")) as stream:
        frames = list(stream)
    assert [frame.index for frame in frames] == [*range(10), *range(30, 50)]
    assert [shown(frame.luma) for frame in frames] == [*range(10), *range(30, 50)]
    assert (stream.counts.frames_decoded, dict(stream.counts.frames_skipped)) == (30, {"--skip-chapters": 30})


def test_no_exposure_spans_a_skipped_chapter_and_the_counts_add_up(encode, painted, drawn):
    pictures = [drawn(painted(), "A")] * 60  # one drawing all the way
    episode = open_episode(encode("clip.mkv", pictures=pictures, prepare=chaptered(*PARTS)))
    config = FootageConfig(decoding=DecodeConfig(skip_chapters="opening"))
    with read_footage(episode, config=config) as footage:
        found = list(footage)
    assert [[(s.start, s.stop) for s in d.exposures] for d in found] == [[(0, 10)], [(30, 60)]]
    assert [(d.shot_index, d.drawing_index) for d in found] == [(0, 0), (1, 1)]
    assert footage.counts.shots_found == 2
    assert footage.counts.frames_decoded == 40
    assert dict(footage.counts.frames_skipped) == {"--skip-chapters": 20}


def test_a_bad_pattern_is_a_usage_error_in_one_line():
    with pytest.raises(ConfigError, match="--skip-chapters is not a regular expression") as caught:
        DecodeConfig(skip_chapters="open(ing")
    assert caught.value.exit_code == 2
    assert "\n" not in str(caught.value)


def test_a_pattern_that_matches_nothing_says_which_chapters_there_are(encode, caplog):
    episode = open_episode(encode("clip.mkv", prepare=chaptered(*PARTS)))
    with caplog.at_level(logging.WARNING), decode(episode, config=DecodeConfig(skip_chapters="avant")) as s:
        assert len(list(s)) == 60
    assert "no chapter matches 'avant'" in caplog.text
    assert "'Part A'" in caplog.text


def test_numbers_and_lengths_of_chapters_are_bounded(encode):
    many = tuple((f"{i:04d}" + "x" * 500, 0, 60) for i in range(MOST_CHAPTERS + 50))
    episode = open_episode(encode("clip.mkv", prepare=chaptered(*many)))
    assert len(episode.chapters) == MOST_CHAPTERS
    assert {len(chapter.title) for chapter in episode.chapters} == {LONGEST_TITLE}
