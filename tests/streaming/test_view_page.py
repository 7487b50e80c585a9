"""The page that draws live scores, in a real browser."""

import base64
import itertools
import json
import os
import shutil
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import connect

from fer_desktop.streaming.streams import stream_outputs
from tests.streaming.samples import begin, feed
from tests.streaming.test_websocket import free_port

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SHOT = os.environ.get("FER_VIEW_SHOT", "")  # where to write what the browser shows

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")


class Browser:
    """A headless Chromium that shows one page."""

    def __init__(self, folder: Path, url: str) -> None:
        assert CHROMIUM is not None
        self._process = subprocess.Popen(
            [
                *(CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu"),
                *("--disable-dev-shm-usage", "--no-first-run", "--window-size=900,640"),
                *("--remote-debugging-port=0", f"--user-data-dir={folder}", url),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        port_file = folder / "DevToolsActivePort"
        deadline = time.monotonic() + 60
        while not (port_file.exists() and port_file.read_text().strip()):
            assert time.monotonic() < deadline, "the browser does not start"
            time.sleep(0.05)
        port = port_file.read_text().split("\n")[0]
        pages: list[dict[str, str]] = []
        while not pages:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/json", timeout=30) as answer:
                pages = [page for page in json.load(answer) if page["url"] == url]
            assert time.monotonic() < deadline, "the browser does not open the page"
        self._open = ExitStack()
        self._connection = self._open.enter_context(
            connect(pages[0]["webSocketDebuggerUrl"], max_size=None)
        )
        self._numbers = itertools.count(1)

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        number = next(self._numbers)
        self._connection.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            answer = json.loads(self._connection.recv(60))
            if answer.get("id") == number:
                return dict(answer["result"])

    def value(self, expression: str) -> Any:
        return self.ask("Runtime.evaluate", expression=expression)["result"].get("value")

    def wait_for(self, expression: str) -> None:
        deadline = time.monotonic() + 60
        while not self.value(expression):
            assert time.monotonic() < deadline, (
                f"{expression}: {self.value('document.body.innerText')}"
            )
            time.sleep(0.05)

    def close(self) -> None:
        self._open.close()
        self._process.terminate()
        self._process.wait(30)


@pytest.fixture
def port() -> Iterator[int]:
    """Serve frames that come as from a camera, with a mark now and then."""
    port = free_port()
    (output,) = stream_outputs([f"ws:{port}"]).values()
    output.start(20)
    begin(output)
    is_over = threading.Event()

    def run() -> None:
        for index in itertools.count():
            if is_over.wait(0.02):
                return
            feed(output, 1, first=index)
            if index % 100 == 50:
                output.mark(index * 33_000, "<b>stimulus</b>")

    feeder = threading.Thread(target=run)
    feeder.start()
    yield port
    is_over.set()
    feeder.join()
    output.shutdown()


def test_the_page_draws_scores_and_marks(port: int, tmp_path: Path) -> None:
    browser = Browser(tmp_path, f"http://127.0.0.1:{port}/view")
    try:
        text = "document.body.innerText"
        browser.wait_for(f"{text}.includes('Face 1: happy')")
        browser.wait_for(f"{text}.includes('70 %') && {text}.includes('Live · fake3')")
        browser.wait_for("points.length > 60 && marks.length > 0")
        assert browser.value("document.querySelectorAll('b').length") == 0
        drawn = "chart.getContext('2d').getImageData(0, 0, chart.width, chart.height).data"
        browser.wait_for(f"new Set(new Uint32Array({drawn}.buffer)).size > 20")
        blocked = "fetch('http://127.0.0.1:9/').then(() => 'sent', (error) => String(error))"
        refused = browser.ask("Runtime.evaluate", expression=blocked, awaitPromise=True)
        assert "Failed to fetch" in refused["result"]["value"]
        if SHOT:
            shot = browser.ask("Page.captureScreenshot", format="png")["data"]
            Path(SHOT).write_bytes(base64.b64decode(shot))
    finally:
        browser.close()
