"""What the front end computes, run by node: ``logic.js`` touches no element."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import dougagen.view

NODE = shutil.which("node") or shutil.which("nodejs")
LOGIC = Path(dougagen.view.__file__).parent / "assets" / "logic.js"
pytestmark = pytest.mark.skipif(NODE is None, reason="needs node: apt-get install nodejs")


def node(expression: str) -> Any:
    """The value of an expression in which the functions of ``logic.js`` are known by their names."""
    known = f"Object.assign(globalThis, require({json.dumps(str(LOGIC))}));"
    program = f"{known} process.stdout.write(JSON.stringify({expression}))"
    done = subprocess.run([str(NODE), "-e", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def drawing(number: int, *spans: tuple[int, int], shot: int = 0, **facts: Any) -> dict[str, Any]:
    known = {
        "id": f"{'e' * 16}/{spans[0][0]}", "episode": "e" * 16, "source": "a.mkv", "origin": "episode",
        "shot": shot, "drawing": number, "frame": spans[0][0], "spans": spans, "flags": [],
        "cel": 0.3, "lines": 0.1, "celSure": 0.9, "dougaSure": 0.8,
    }  # fmt: skip
    return known | facts


SHOT = [drawing(0, (0, 3), (6, 9)), drawing(1, (3, 6)), drawing(2, (11, 15), shot=1)]


def test_drawings_become_shots_along_time_numbered_from_one() -> None:
    shots = node(f"shotsOf({json.dumps(SHOT[::-1])}, {{1: [9, 15, 2]}})")
    assert [(one["index"], one["start"], one["stop"], one["total"]) for one in shots] == [
        (0, 0, 9, 2),
        (1, 9, 15, 2),
    ]
    assert [one["number"] for one in shots[0]["drawings"]] == [1, 2]


def test_a_timeline_has_every_exposure_and_a_gap_where_no_drawing_is_known() -> None:
    lines = node(
        f"shotsOf({json.dumps(SHOT)}, {{1: [9, 15]}}).map(timelineOf)"
        ".map(t => t.map(l => [l.start, l.stop, l.drawing && l.drawing.drawing]))"
    )
    assert lines == [[[0, 3, 0], [3, 6, 1], [6, 9, 0]], [[9, 11, None], [11, 15, 2]]]


def test_at_every_frame_the_exposure_that_holds_it_is_on_screen() -> None:
    shown = node(
        f"(() => {{ const t = timelineOf(shotsOf({json.dumps(SHOT)})[0]);"
        "return [0, 1, 2, 3, 5, 6, 8].map(f => exposureAt(t, f).drawing.drawing) })()"
    )
    assert shown == [0, 0, 0, 1, 1, 0, 0]


def test_time_is_that_of_the_film_and_the_shot_begins_again_at_its_end() -> None:
    rate = 24000 / 1001
    shot = "{start: 100, stop: 110}"
    passed = [0, 41, 42, 1000 * 5 / rate, 1000 * 9.5 / rate, 1000 * 10 / rate, 1000 * 25 / rate]
    frames = node(f"{json.dumps(passed)}.map(ms => frameAfter(100, ms, {shot}, {rate}))")
    assert frames == [100, 100, 101, 105, 109, 100, 105]
    assert node(f"frameAfter(108, 3000 / 24, {shot}, 24)") == 101


def test_an_address_says_the_state_and_is_read_back() -> None:
    state = {
        "view": "douga",
        "q": "a&b=c #é%",
        "episode": "e" * 16,
        "drawing": f"{'e' * 16}/51",
        "order": "unsure",
    }
    address = node(f"addressOf({{...DEFAULTS, ...{json.dumps(state)}}})")
    assert f"drawing={'e' * 16}/51" in address
    assert node(f"stateOf({json.dumps(address)})") == node(f"({{...DEFAULTS, ...{json.dumps(state)}}})")
    assert node("addressOf(DEFAULTS)") == ""


@pytest.mark.parametrize(
    "hash", ["#view=x&order=__proto__&constructor=1&=&&%", "#drawing=%E0%A4%A", "#toString=1"]
)
def test_an_address_of_nonsense_is_the_usual_state(hash: str) -> None:
    assert node(f"stateOf({json.dumps(hash)})") == node("DEFAULTS")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", [0, 1, 2]), ("shot:2", [2]), ("drawing:2", [1]), ("frame:7", [0]), ("frame:4 shot:1", [1]),
        ("flag:da", [1]), ("dark", [1]), ("dark shot:2", []), ("A.MKV", [0, 1, 2]), ("eeeeee", [0, 1, 2]),
        (f"{'e' * 16}/11", [2]), ("9", []),
    ],
)  # fmt: skip
def test_a_search_finds(words: str, found: list[int]) -> None:
    drawings = [SHOT[0] | {"number": 1}, SHOT[1] | {"number": 2, "flags": ["dark"]}, SHOT[2] | {"number": 1}]
    test = f"testOf({{...DEFAULTS, q: {json.dumps(words)}}})"
    assert node(f"{json.dumps(drawings)}.filter(d => {test}(d, 'a.mkv')).map(d => d.drawing)") == found


@pytest.mark.parametrize(
    ("state", "found"),
    [
        ({"flag": "-"}, [0, 2]), ({"flag": "dark"}, [1]), ({"cel": "0"}, [0]), ({"cel": "0-10"}, [0]),
        ({"cel": "50-100"}, [2]), ({"sure": "0-50"}, [1]), ({"sure": "95-100"}, [2]),
        ({"cel": "50-100", "flag": "dark"}, []),
    ],
)  # fmt: skip
def test_a_filter_leaves(state: dict[str, str], found: list[int]) -> None:
    drawings = [
        drawing(0, (0, 1), cel=0),
        drawing(1, (1, 2), cel=0.3, celSure=0.4, flags=["dark"]),
        drawing(2, (2, 3), cel=1, celSure=1, dougaSure=1),
    ]
    test = f"testOf({{...DEFAULTS, ...{json.dumps(state)}}})"
    assert node(f"{json.dumps(drawings)}.filter(d => {test}(d, 'a.mkv')).map(d => d.drawing)") == found


def test_a_word_that_names_an_episode_opens_no_other() -> None:
    episodes = [{"id": "a" * 16, "label": "Show 01.mkv"}, {"id": "b" * 16, "label": "Show 02.mkv"}]
    for words, ids in (
        ("02", "b"),
        ("show", "ab"),
        ("dark", "ab"),
        (f"{'a' * 16}/5", "a"),
        ("shot:1 01", "a"),
    ):
        found = node(
            f"episodesFor({json.dumps(episodes)}, {{...DEFAULTS, q: {json.dumps(words)}}}).map(e => e.id[0])"
        )
        assert "".join(found) == ids


def test_a_frame_between_two_placements_lies_where_the_last_one_was() -> None:
    plate = {"placements": [[0, 1, 2, 1], [4, 5, 6, 1], [8, 9, 9, 2]]}
    places = node(f"[0, 3, 4, 7, 99].map(f => placementAt({json.dumps(plate)}, f)[0])")
    assert places == [0, 0, 4, 4, 8]
    assert node("placementAt({placements: []}, 3)") == [3, 0, 0, 1]


def test_times_and_lengths_are_written_as_probe_writes_them() -> None:
    assert node("[0, 1.876, 62.5, 3661].map(clock)") == ["0:00.00", "0:01.88", "1:02.50", "1:01:01.00"]
    assert node("[lengthOf(45, 24000/1001), lengthOf(34, 24), lengthOf(30, 1000)]") == [
        "1+21",
        "1+10",
        "1+06",
    ]


def test_how_long_a_drawing_is_held_is_said_in_short() -> None:
    spans = [[(0, 2)], [(0, 3), (6, 9)], [(0, 2), (4, 5)], [(n * 9, n * 9 + n + 1) for n in range(6)]]
    held = node(f"{json.dumps(spans)}.map(spans => heldOf({{spans}}))")
    assert held == ["2", "3 ×2", "2+1", "1+2+3+4+…"]
