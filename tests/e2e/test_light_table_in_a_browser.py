"""The light table in a real browser, both ways in which it comes: ``apt-get install chromium``, then
``pytest -m browser``. Keys and clicks are real."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from browser import Browser
from light_tables import SECOND, TENTH, a_plate, drawn, lay_table, served, spoil
from records import commit, entry_of

from dougagen.report.page import write_report

pytestmark = pytest.mark.browser
HOSTILE = "</script><img src=x onerror=\"document.title='ran'\"><b>\u202e.mkv"
LOADED = "[...document.images].every((image) => image.complete && image.naturalWidth)"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser() as opened:
        yield opened
        assert opened.complaints == []


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The same dataset as a page that is sent around and as it is served."""
    folder = tmp_path_factory.mktemp("browser")
    out = lay_table(folder / "shards", plates=[a_plate()])
    write_report(out, folder / "report.html")
    with served(out) as server:
        yield {"page": (folder / "report.html").as_uri(), "view": server.url}


@pytest.fixture(params=["page", "view"])
def table(request: pytest.FixtureRequest, browser: Browser, addresses: dict[str, str]) -> Browser:
    """The browser at an open table, nothing pressed yet."""
    browser.screen(1440, 900)
    browser.open(addresses[request.param])
    browser.until(f"document.querySelectorAll('.cell').length === 4 && {LOADED}")
    return browser


def texts(browser: Browser, selector: str) -> list[str]:
    return browser.run(f"[...document.querySelectorAll({selector!r})].map((e) => e.textContent)")


def strip_of(browser: Browser, shot: int) -> list[tuple[str, str, float]]:
    """Number, class and width in pixels of every exposure on the strip of a shot."""
    return browser.run(
        f"[...document.querySelectorAll('.strip')[{shot}].children]"
        ".map((e) => [e.textContent, e.className, e.getBoundingClientRect().width])"
    )


def place(browser: Browser) -> str:
    """Where the large view is."""
    return browser.run(
        "document.getElementById('large').open ? document.getElementById('large-place').textContent : ''"
    )


def comes_to(browser: Browser, words: str) -> None:
    browser.until(f"document.getElementById('large-place').textContent === {words!r}")


def test_the_first_screen_is_drawings_by_shots_along_time(table: Browser) -> None:
    assert texts(table, ".episode span") == ["ep 2.mkv", "ep 10.mkv"]
    assert texts(table, "h3") == ["Shot 1", "Shot 2", "Shot 1"]
    assert texts(table, ".cell b") == ["1", "2", "2", "1"]
    first = "document.querySelector('.cell').getBoundingClientRect()"
    assert table.run(f"{first}.top > 0 && {first}.bottom < 450")


def test_a_strip_is_as_long_as_the_exposures_and_shows_what_comes_back_and_what_is_missing(
    table: Browser,
) -> None:
    parts = strip_of(table, 0)
    assert [text for text, _, _ in parts] == ["1", "2", "1"]
    widths = [width for _, _, width in parts]
    assert max(widths) - min(widths) < 2  # three frames each
    (_, gap, two), (_, _, four) = strip_of(table, 1)
    assert gap == "gap"
    assert four == pytest.approx(2 * two, rel=0.02)  # so many frames


def test_keys_lead_from_drawing_to_drawing_and_from_shot_to_shot(table: Browser) -> None:
    table.press("j", "j", "Enter")
    comes_to(table, "shot 1 · drawing 2 of 2")
    first, back, second = "shot 1 · drawing 1 of 2", "shot 1 · drawing 2 of 2", "shot 2 · drawing 2 of 2"
    other = "shot 1 · drawing 1 of 1"  # of the other episode
    ways = {
        "ArrowRight": second,
        "ArrowLeft": back,
        "k": first,
        "ArrowDown": second,
        "j": other,
        "ArrowUp": second,
    }
    for key, words in ways.items():
        table.press(key)
        comes_to(table, words)
    table.press("Escape")
    table.until("!document.getElementById('large').open")
    assert table.run("document.activeElement.dataset.id") == f"{SECOND}/11"


def test_arrows_move_on_the_table_and_enter_opens(table: Browser) -> None:
    table.press("ArrowRight", "ArrowRight")
    assert table.run("document.activeElement.dataset.id") == f"{SECOND}/3"
    table.press("ArrowDown")
    assert table.run("document.activeElement.dataset.id") == f"{SECOND}/11"
    table.press("ArrowUp", "ArrowLeft")
    assert table.run("document.activeElement.dataset.id") == f"{SECOND}/0"


def test_views_are_a_key_away_on_the_table_and_in_the_large_view(table: Browser) -> None:
    for key, view, layers in (("2", "mask", 1), ("3", "douga", 1), ("4", "overlay", 3), ("1", "color", 1)):
        table.press(key)
        assert (
            table.run("[...document.querySelectorAll('.cell .stack')].map((e) => e.className)")
            == [f"stack {view}"] * 4
        )
        assert table.run("document.querySelectorAll('.cell .stack img').length") == 4 * layers
        table.until(LOADED)
    table.press("j", "Enter", "4")
    table.until("document.querySelectorAll('#picture img').length === 3")
    assert table.run("document.querySelector('#large-views [aria-pressed=true]').textContent") == "overlay"
    assert table.run("location.hash").startswith("#view=overlay&drawing=")


def test_a_drawing_has_an_address_that_survives_a_reload(table: Browser) -> None:
    table.press("3", "j", "j", "Enter")
    comes_to(table, "shot 1 · drawing 2 of 2")
    assert table.run("location.hash") == f"#view=douga&drawing={SECOND}/3"
    table.reload()
    table.until("document.getElementById('large').open")
    comes_to(table, "shot 1 · drawing 2 of 2")
    table.run(f"location.hash = '#drawing={TENTH}/0'")
    comes_to(table, "shot 1 · drawing 1 of 1")
    table.run("location.hash = '#drawing=ffffffffffffffff/9'")
    table.until("document.getElementById('note').textContent.includes('ffffffffffffffff/9')")


def test_a_link_is_opened_in_another_tab_at_the_drawing(table: Browser) -> None:
    href = table.run("document.querySelectorAll('.cell')[2].getAttribute('href')")
    assert href == f"#drawing={SECOND}/11"


def test_going_back_closes_the_large_view(table: Browser) -> None:
    table.press("j", "Enter")
    table.until("document.getElementById('large').open")
    table.run("history.back()")
    table.until("!document.getElementById('large').open && !location.hash")


def test_a_shot_is_played_and_at_each_frame_its_drawing_is_on_screen(table: Browser) -> None:
    table.run(
        "window.seen = []; const real = Player.prototype.show;"
        "Player.prototype.show = function (frame) { real.call(this, frame);"
        "const { alt } = document.querySelector('#picture img');"
        "if (this.playing) window.seen.push([this.frame, alt.match(/drawing (.+)$/)[1]]) }; 0"
    )
    table.press("j", " ")
    table.until("window.seen.length > 12")
    table.press(" ")
    table.until("document.getElementById('play').textContent.includes('play')")
    seen = table.run("window.seen")
    assert {frame for frame, _ in seen} <= set(range(9))
    for frame, number in seen:
        assert number == ("2" if 3 <= frame < 6 else "1")
    assert any(after < before for (before, _), (after, _) in pairwise(seen))  # again from its start


def test_frames_are_stepped_and_the_strip_is_clicked(table: Browser) -> None:
    table.press("j", "Enter", ".", ".", ".")
    comes_to(table, "shot 1 · drawing 2 of 2")
    table.press(",")
    comes_to(table, "shot 1 · drawing 1 of 2")
    table.click("#large-strip span:nth-child(3)")
    table.until("document.getElementById('clock').textContent.startsWith('frame 7')")
    table.press("ArrowDown", ",", ",", ",")
    table.until("document.getElementById('clock').textContent.startsWith('frame 9')")
    assert place(table) == "shot 2"
    assert "no drawing" in table.run("document.getElementById('picture').textContent")


def test_the_large_view_is_as_large_as_the_picture_is_stored(table: Browser) -> None:
    table.press("j", "Enter", "z")
    table.until(f"document.getElementById('large').open && {LOADED}")
    sizes = table.run(
        "(() => { const i = document.querySelector('#picture img'); return [i.naturalWidth, i.width] })()"
    )
    assert sizes == [160, 160]
    table.press("z")
    assert table.run("document.querySelector('#picture img').width") == 320
    table.press("z", "z")


def test_search_and_filters_leave_what_was_asked_for(table: Browser) -> None:
    table.press("/")
    table.press(*"flag:dark")
    table.until("document.querySelectorAll('.cell').length === 1")
    assert texts(table, ".shot-head span:nth-of-type(2)") == ["1 of 2 drawings"]
    assert table.run("location.hash") == "#q=flag%3Adark"
    table.reload()
    table.until("document.querySelectorAll('.cell').length === 1")
    table.click("#filters-button")
    table.click("#filters button")
    table.until("document.querySelectorAll('.cell').length === 4")
    table.run(
        "(() => { const s = document.querySelector('select[name=sure]'); s.value = '0-50';"
        "s.dispatchEvent(new Event('change')) })()"
    )
    table.until("document.querySelectorAll('.cell').length === 1")
    table.press("1")
    table.run("document.querySelector('select[name=episode]').value")
    table.run(
        "(() => { const s = document.querySelector('select[name=episode]'); s.value = '1111111111111111';"
        "s.dispatchEvent(new Event('change')) })()"
    )
    table.until("document.getElementById('end').textContent.includes('Nothing here')")


def test_the_keys_are_told(table: Browser) -> None:
    table.press("?")
    assert table.run("document.getElementById('help').open")
    table.press("Escape")
    table.until("!document.getElementById('help').open")


@pytest.mark.parametrize("width", [320, 390, 768])
def test_nothing_is_wider_than_a_small_screen(table: Browser, width: int) -> None:
    table.screen(width, 844, density=2)
    assert table.run("document.documentElement.scrollWidth") <= width
    table.click("#filters-button")
    assert table.run("document.documentElement.scrollWidth") <= width
    table.click(".cell")
    table.until("document.getElementById('large').open")
    wide = "(e) => e.getBoundingClientRect().right > innerWidth + 1"
    inside = "[...document.querySelectorAll('#large *')]"
    assert table.run(f"{inside}.filter({wide}).map((e) => e.id || e.className)") == []
    if table.run("!document.getElementById('tabs').hidden"):
        table.press("Escape")
        table.until("!document.getElementById('large').open")
        table.click("[data-tab=figures]")
        table.until("!document.getElementById('figures').hidden")
        assert table.run("document.documentElement.scrollWidth") <= width


def test_dark_is_dark_and_the_button_turns_it_round(table: Browser) -> None:
    paper = "getComputedStyle(document.body).backgroundColor"
    light = table.run(paper)
    table.click("#theme")
    assert table.run(paper) != light
    table.screen(1440, 900, dark=True)
    table.reload()
    table.until("document.querySelectorAll('.cell').length === 4")
    assert sum(map(int, table.run(paper)[4:-1].split(","))) < 150


def test_nothing_is_asked_of_anybody_but_where_the_page_came_from(
    browser: Browser, addresses: dict[str, str]
) -> None:
    for address in addresses.values():
        browser.requests.clear()
        browser.open(address)
        browser.press("4", "j", "Enter", " ")
        browser.until("document.getElementById('large').open")
        asked = [one for one in browser.requests if not one.startswith(("data:", "about:"))]
        assert asked
        assert all(one.startswith(address.split("#")[0]) for one in asked)


def test_a_plate_lies_under_the_picture_where_its_placement_says(table: Browser) -> None:
    browser = table
    browser.press("5")
    browser.until("document.querySelectorAll('.cell .plate img').length === 2")
    lefts = browser.run(
        "[...document.querySelectorAll('.cell .plate img')].map((i) => [i.style.left, i.style.width])"
    )
    assert lefts == [["0%", "200%"], ["-100%", "200%"]]
    assert browser.run("document.querySelectorAll('.cell .quiet').length") == 2  # no plate of those shots
    browser.press("j", "Enter", ".", ".", ".")
    browser.until("document.querySelector('#picture img')?.style.left === '-100%'")


@pytest.mark.parametrize("kind", ["page", "view"])
def test_a_hostile_name_is_read_and_never_run(tmp_path: Path, browser: Browser, kind: str) -> None:
    out = tmp_path / "shards"
    hostile = {"source": HOSTILE, "flags": (HOSTILE,)}
    commit(out, [drawn(1, [(0, 2)], **hostile)], entry_of(1, source=HOSTILE))
    spoil(out, "0123456789abcdef", 0, record_id=HOSTILE)
    with served(out) as server:
        if kind == "page":
            spoil(out, "0123456789abcdef", 0, record_id="0123456789abcdef/0")
            write_report(out, tmp_path / "report.html")
        browser.open((tmp_path / "report.html").as_uri() if kind == "page" else server.url)
        browser.until("document.querySelectorAll('.cell').length === 1")
        browser.press("j", "Enter", "i")
        browser.until("!document.getElementById('facts').hidden")
        assert HOSTILE in browser.run("document.getElementById('facts').textContent")
        assert browser.run("document.title") != "ran"
        assert browser.run("document.querySelectorAll('img[onerror], #facts b').length") == 0


def test_a_damaged_picture_is_shown_as_damaged_and_the_next_one_as_itself(
    tmp_path: Path, browser: Browser
) -> None:
    out = lay_table(tmp_path / "shards")
    spoil(out, SECOND, 1, color=b"nonsense", exposures=[])
    spoil(out, SECOND, 0, color=b"nonsense")
    with served(out) as server:
        browser.screen(1440, 900)
        browser.open(server.url)
        browser.until("document.querySelectorAll('.broken').length === 2")
        browser.press("3")  # what is wrong in another view is no concern of this one
        browser.until("document.querySelectorAll('.cell img').length === 3")
        browser.press("1")
        browser.until("document.querySelectorAll('.broken').length === 2")
        browser.press("j", "Enter")
        browser.until("document.querySelector('#picture .broken')?.textContent.startsWith('damaged')")
        browser.press("ArrowDown")
        comes_to(browser, "shot 2 · drawing 2 of 2")
        browser.until("document.querySelector('#picture img')?.naturalWidth === 160")
    browser.complaints.clear()  # Chromium tells of each answer that is an error, as it should
