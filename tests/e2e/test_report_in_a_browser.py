"""The report page in a real browser: ``apt-get install chromium``, then ``pytest -m browser``."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser
BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
SAMPLE = Path(__file__).resolve().parents[2] / "sample_videos" / "01_dialogue_480p.mkv"


def dump(page: Path, script: str = "") -> str:
    """The page's elements after its script ran; ``script`` runs behind it."""
    text = page.read_text(encoding="utf-8").replace("</body>", f"<script>{script}</script></body>")
    probe = page.with_name("probe.html")
    probe.write_text(text, encoding="utf-8")
    command = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", probe.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    assert BROWSER, "install Debian's chromium for this test"
    folder = tmp_path_factory.mktemp("report")
    for words in (
        ["extract", str(SAMPLE), "--out", "shards", "--max-drawings", "6"],
        ["stats", "shards", "--html", "report.html"],
    ):
        subprocess.run(
            [sys.executable, "-m", "dougagen", *words], cwd=folder, check=True, capture_output=True
        )
    return folder / "report.html"


def test_every_drawing_becomes_a_card(page: Path) -> None:
    shown = dump(page)
    assert shown.count('class="card"') == 6
    assert "6 of 6 shown" in shown


def test_the_overlay_lays_three_pictures_over_each_other(page: Path) -> None:
    shown = dump(page, "document.querySelector('[data-view=overlay]').click()")
    assert shown.count('class="stack overlay"') == 6
    assert shown.count("<img") == 18


def test_sorting_puts_the_least_sure_first_and_a_click_opens_the_three_pictures(page: Path) -> None:
    sort = (
        "const s = document.querySelector('select[name=sort]'); s.value = 'cel: least sure first';"
        "s.dispatchEvent(new Event('change'));"
        "const cards = [...document.querySelectorAll('.card')];"
        "const sure = cards.map(c => +c.textContent.match(/sure ([0-9.]+)/)[1]);"
        "document.body.dataset.sorted = String(sure.every((v, i) => !i || v >= sure[i - 1]));"
        "document.querySelector('.card').click();"
    )
    shown = dump(page, sort)
    assert 'data-sorted="true"' in shown
    assert shown.count("<figcaption>cel mask</figcaption>") == 1
