"""Where video is decoded changes no picture; where there is no GPU, the CPU takes over and says so."""

from __future__ import annotations

import logging

import numpy as np
import pytest

from dougagen.config import ExtractConfig, config_digest
from dougagen.errors import ConfigError
from dougagen.footage import decode, open_episode, require_decode_on
from dougagen.footage.hardware import why_no_cuda


def lumas(episode, where):
    with decode(episode, decode_on=where) as stream:
        return [frame.luma.copy() for frame in stream]


@pytest.mark.parametrize("where", ["auto", "cuda"])
@pytest.mark.parametrize(("codec", "pixel_format"), [("libx264", "yuv420p"), ("libx265", "yuv420p10le")])
def test_pictures_are_the_same_wherever_they_are_decoded(where, codec, pixel_format, encode):
    episode = open_episode(encode("clip.mkv", codec, frames=12, pixel_format=pixel_format))
    pairs = zip(lumas(episode, "cpu"), lumas(episode, where), strict=True)
    assert all(np.array_equal(a, b) for a, b in pairs)


@pytest.mark.skipif(not why_no_cuda(), reason="there is a CUDA device")
@pytest.mark.parametrize(("where", "lines"), [("auto", 0), ("cpu", 0), ("cuda", 1)])
def test_only_who_asked_for_a_gpu_is_told_that_there_is_none(where, lines, encode, caplog):
    episode = open_episode(encode("clip.mkv", frames=3))
    with caplog.at_level(logging.WARNING):
        assert len(lumas(episode, where)) == 3
    assert len(caplog.records) == lines
    assert caplog.text.count("'clip.mkv' is decoded on the CPU: no CUDA device here") == lines


@pytest.mark.skipif(bool(why_no_cuda()), reason="no CUDA device")
def test_codecs_whose_output_is_not_fixed_to_the_bit_stay_on_the_cpu(encode, caplog):
    episode = open_episode(encode("clip.ts", "mpeg2video", frames=3))
    with caplog.at_level(logging.WARNING):
        assert len(lumas(episode, "cuda")) == 3
    assert "mpeg2video is not decoded to the bit everywhere" in caplog.text


def test_an_unknown_place_is_a_usage_error():
    with pytest.raises(ConfigError, match="--decode takes auto, cpu, cuda, got 'tpu'"):
        require_decode_on("tpu")


def test_where_video_is_decoded_is_no_part_of_the_digest_and_how_it_is_cut_is():
    def digest(**options):
        return config_digest(ExtractConfig(**options), schema_version=1, reconstruction={})

    from dougagen.footage import DecodeConfig, FootageConfig

    assert digest(decode_on="cuda") == digest(decode_on="cpu") == digest()
    for changed in ({"square_pixels": True}, {"keep_bars": True}, {"skip_chapters": "op"}):
        assert digest(footage=FootageConfig(decoding=DecodeConfig(**changed))) != digest()
