"""Headless Chromium, driven over a pair of pipes (``--remote-debugging-pipe``): no port, no library.

Keys and clicks are real ones, and a page's pictures can be looked at. ``apt-get install chromium``.
"""

from __future__ import annotations

import base64
import itertools
import json
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
_PATIENCE = 60.0  # seconds, for a machine that does other things
_KEYS = {
    "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40,
    "Enter": 13, "Escape": 27, " ": 32, "Tab": 9,
}  # fmt: skip


class Browser:
    """One tab."""

    def __init__(self, *, width: int = 1440, height: int = 900, dark: bool = False) -> None:
        assert BROWSER, "install Debian's chromium for this test"
        self._home = tempfile.TemporaryDirectory(prefix="chromium", ignore_cleanup_errors=True)
        to_it, self._to = os.pipe()
        self._from, from_it = os.pipe()
        command = [
            BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars",
            "--disable-background-networking", f"--user-data-dir={self._home.name}",
            "--remote-debugging-pipe", "about:blank",
        ]  # fmt: skip
        self._process = subprocess.Popen(
            ["bash", "-c", f'exec 3<&{to_it} 4>&{from_it}; exec "$@"', "chromium", *command],
            pass_fds=(to_it, from_it),
            stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        os.close(to_it)
        os.close(from_it)
        self._numbers = itertools.count(1)
        self._unread = b""
        self.complaints: list[str] = []
        """What the page wrote to the console as an error, or threw."""
        self.requests: list[str] = []
        """Every address that was asked for."""
        self._session = ""
        target = self.say("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.say("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.say(f"{domain}.enable")
        self.screen(width, height, dark=dark)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._to)
        os.close(self._from)
        self._home.cleanup()

    def screen(self, width: int, height: int, *, dark: bool = False, density: float = 1) -> None:
        """Another screen."""
        self.say(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=density, mobile=width < 600,
        )  # fmt: skip
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.say("Emulation.setEmulatedMedia", features=scheme)

    def say(self, method: str, **words: Any) -> dict[str, Any]:
        """A command of the DevTools protocol, and its answer."""
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": words}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            heard = self._hear()
            if heard.get("id") == number:
                assert "error" not in heard, f"{method}: {heard['error']}"
                return heard["result"]
            self._note(heard)

    def _hear(self) -> dict[str, Any]:
        while b"\0" not in self._unread:
            data = os.read(self._from, 1 << 20)
            assert data, "Chromium has ended"
            self._unread += data
        message, _, self._unread = self._unread.partition(b"\0")
        return json.loads(message)

    def _note(self, event: dict[str, Any]) -> None:
        words = event.get("params", {})
        match event.get("method"):
            case "Runtime.exceptionThrown":
                self.complaints.append(json.dumps(words["exceptionDetails"])[:500])
            case "Log.entryAdded" if words["entry"]["level"] == "error":
                self.complaints.append(words["entry"]["text"] + " " + words["entry"].get("url", ""))
            case "Network.requestWillBeSent":
                self.requests.append(words["request"]["url"])

    def open(self, address: str) -> None:
        """Go there, and wait until the table is laid."""
        self.say("Page.navigate", url="about:blank")
        self.say("Page.navigate", url=address)
        self.until("document.readyState === 'complete' && document.getElementById('count')?.textContent")

    def reload(self) -> None:
        self.run("window.old = true")
        self.say("Page.reload")
        self.until("!window.old && document.getElementById('count')?.textContent")

    def run(self, script: str) -> Any:
        """The value of an expression in the page."""
        answer = self.say("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def until(self, condition: str) -> Any:
        """Wait for a condition; its value."""
        limit = time.monotonic() + _PATIENCE
        while time.monotonic() < limit:
            try:
                if value := self.run(condition):
                    return value
            except AssertionError:
                pass  # the page is on its way
            time.sleep(0.05)
        raise AssertionError(f"this did not come: {condition}; complaints: {self.complaints}")

    def press(self, *keys: str) -> None:
        """Real keys, one after the other."""
        for key in keys:
            code = _KEYS.get(key, ord(key.upper()) if len(key) == 1 else 0)
            words = {"key": key, "windowsVirtualKeyCode": code}
            text = {"text": "\r" if key == "Enter" else key} if len(key) == 1 or key == "Enter" else {}
            self.say("Input.dispatchKeyEvent", type="keyDown", **words, **text)
            self.say("Input.dispatchKeyEvent", type="keyUp", **words)

    def click(self, selector: str) -> None:
        """A real click on the middle of the first element that fits, brought into sight."""
        where = self.run(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)});"
            "e.scrollIntoView({block: 'center'});"
            "const b = e.getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2] })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.say(
                "Input.dispatchMouseEvent", type=kind, x=where[0], y=where[1], button="left", clickCount=1
            )

    def picture(self, path: Path, *, whole: bool = False) -> None:
        """What is on the screen, as PNG."""
        shot = self.say("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(shot["data"]))
