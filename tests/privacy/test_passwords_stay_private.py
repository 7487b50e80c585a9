"""A camera's password is nowhere on the disk: the real application, with what an old one left."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fer_desktop.paths import PROFILE_VARIABLE
from tests.helpers.cameras import NetworkCamera, Visit, is_let_in, send_pictures
from tests.ui.test_closing import APPLICATION

pytestmark = [
    pytest.mark.gui,
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="rights and signals of POSIX"),
]


def show_pictures_to_me(visit: Visit) -> None:
    while request := visit.request():
        if is_let_in(request, "me", "s3cret"):
            send_pictures(visit, 50)
            visit.stay_silent()
            return
        visit.send('HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm="c"\r\n')
        visit.send("Content-Length: 0\r\n\r\n")


def test_what_an_old_version_left_is_put_right(tmp_path: Path) -> None:
    settings = tmp_path / "settings.json"
    log = tmp_path / "fer-desktop.log"
    with NetworkCamera(show_pictures_to_me) as camera:
        url = camera.url(login="me:s3cret@")
        old = {
            "welcome_accepted": True,
            "source_kind": "stream",
            "source_uri": url,
            "recent_urls": [url, "rtsp://you:s3cret@host/live"],
        }
        settings.write_text(json.dumps(old))
        settings.chmod(0o644)
        application = subprocess.Popen(
            [sys.executable, "-c", APPLICATION],
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen", PROFILE_VARIABLE: str(tmp_path)},
        )
        try:
            deadline = time.monotonic() + 60
            while not (log.exists() and f"opened {camera.url()}" in log.read_text()):
                assert application.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.05)
            while not list(tmp_path.glob("sessions/*")):
                assert time.monotonic() < deadline
                time.sleep(0.05)
            application.send_signal(signal.SIGTERM)
            assert application.wait(30) == 0
        finally:
            application.kill()
            application.wait()
    now = json.loads(settings.read_text())
    assert now["source_uri"] == camera.url(login="me@")
    assert now["recent_urls"] == [camera.url(login="me@"), "rtsp://you@host/live"]
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} >= {".json", ".log", ".fersession"}
    for path in files:
        assert b"s3cret" not in path.read_bytes(), path
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
