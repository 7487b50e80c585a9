"""Nothing leaves the computer: real programs, watched at the level of system calls."""

import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.helpers import rtsp
from tests.helpers.cameras import NetworkCamera, Visit, send_pictures
from tests.helpers.clips import write_clip
from tests.helpers.faces import portrait, save
from tests.helpers.network_trace import Traced, run_traced
from trainer.data.cache_room import CACHE_VARIABLE

_ROOT = Path(__file__).resolve().parents[2]
_APPLICATION = [sys.executable, "-m", "fer_desktop"]
_TRAINER = [sys.executable, "-m", "trainer"]


def run(command: Sequence[str], folder: Path, **variables: str) -> Traced:
    environment = {
        **os.environ,
        "PYTHONPATH": str(_ROOT),
        "QT_QPA_PLATFORM": "offscreen",
        # Caches of an earlier run must not hide what a first run does.
        "HOME": str(folder),
        "XDG_CACHE_HOME": str(folder / "cache"),
        CACHE_VARIABLE: str(folder / "faces"),
        **variables,
    }
    return run_traced(command, folder, environment)


@pytest.mark.parametrize(
    ("attempt", "stranger"),
    [
        ("socket.socket().connect_ex(('192.0.2.1', 443))", "192.0.2.1 port 443"),
        (
            "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 9))",
            "192.0.2.1 port 9",
        ),
        ("socket.getaddrinfo('camera.example', 80)", "port 53"),
        (
            "subprocess.run([sys.executable, '-c', 'import socket;"
            ' socket.socket().connect_ex(("192.0.2.1", 80))\'])',
            "192.0.2.1 port 80",
        ),
    ],
)
def test_the_guard_sees_an_attempt(attempt: str, stranger: str, tmp_path: Path) -> None:
    program = "import contextlib, socket, subprocess, sys\nsocket.setdefaulttimeout(0.2)\n"
    program += f"with contextlib.suppress(OSError): {attempt}"
    traced = run([sys.executable, "-c", program], tmp_path)
    assert traced.status == 0, traced.output
    assert any(stranger in seen for seen in traced.strangers)


def test_the_guard_lets_this_computer_talk_to_itself(tmp_path: Path) -> None:
    program = "import socket\nserver = socket.create_server(('127.0.0.1', 0))\n"
    program += "socket.create_connection(server.getsockname()).send(b'x')"
    assert run([sys.executable, "-c", program], tmp_path) == Traced(0, "", ())


@pytest.mark.slow
def test_the_window_reaches_nobody(tmp_path: Path) -> None:
    traced = run([*_APPLICATION, "--smoke-test"], tmp_path)
    assert "smoke test: ok" in traced.output
    assert traced.status == 0
    assert traced.strangers == ()


@pytest.mark.slow
def test_analyze_reaches_nobody(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", [portrait(seed) for seed in range(3)])
    photo = save(tmp_path / "photo.png", portrait())
    command = [*_APPLICATION, "analyze", str(clip), str(photo), "--out", "out"]
    traced = run([*command, "--annotated", "--chart", "--json"], tmp_path)
    assert traced.status == 0, traced.output
    assert {path.name for path in (tmp_path / "out").iterdir()} >= {"clip.csv", "photo.csv"}
    assert traced.strangers == ()


@pytest.mark.slow
def test_workers_reach_nobody(tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    photo = save(tmp_path / "face.png", portrait())
    words = ["analyze", str(photo), "--out", str(tmp_path / "out"), "--workers", "1"]
    traced = run([*_APPLICATION, *words], tmp_path)
    assert traced.status == 0, traced.output
    assert (tmp_path / "out" / "summary.csv").is_file()
    assert traced.strangers == ()


@pytest.mark.slow
def test_a_training_reaches_nobody(small_model: Path, tmp_path: Path) -> None:
    for number, label in enumerate(("happy", "sad")):
        for seed in range(8):
            picture = portrait(seed + 8 * number)[::10, ::10]
            (tmp_path / "data" / label).mkdir(parents=True, exist_ok=True)
            save(tmp_path / "data" / label / f"{seed}.png", picture)
    words = [
        "train",
        "--start",
        str(small_model),
        "--data",
        "data",
        "--out",
        "run",
        "--epochs",
        "1",
    ]
    traced = run([*_TRAINER, *words], tmp_path)
    assert traced.status == 0, traced.output
    assert (tmp_path / "run" / "model.keras").is_file()
    assert traced.strangers == ()


@pytest.mark.slow
@pytest.mark.parametrize("file_format", ["onnx", "litert"])
def test_an_export_reaches_nobody(file_format: str, small_model: Path, tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime" if file_format == "onnx" else "ai_edge_litert")
    words = [
        "export",
        "--model",
        str(small_model),
        "--format",
        file_format,
        "--out",
        f"net.{file_format}",
    ]
    traced = run([*_TRAINER, *words], tmp_path)
    assert traced.status == 0, traced.output
    assert traced.strangers == ()
    # ONNX Runtime keeps a number of the computer here when it reports to its maker.
    assert not list(tmp_path.rglob("*deviceid*"))


# A place outside this computer that is nobody's: reserved for documentation.
_ELSEWHERE = "192.0.2.1"


@pytest.mark.slow
def test_files_that_name_addresses_lead_nowhere(tmp_path: Path) -> None:
    place = f"http://{_ELSEWHERE}/clip.ts"
    playlist = f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2.0,\n{place}\n#EXT-X-ENDLIST\n"
    contents = {
        "list.m3u8": playlist,
        "list.mp4": playlist,
        "list.ffconcat": f"ffconcat version 1.0\nfile {place}\n",
        "list.avi": f"ffconcat version 1.0\nfile {place}\n",
        "session.sdp": f"v=0\r\ns=x\r\nc=IN IP4 {_ELSEWHERE}\r\nt=0 0\r\nm=video 9 RTP/AVP 33\r\n",
        "reference.mov": f"RTSPtext{place}\r\n",
        "list.mpd": '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period>'
        '<AdaptationSet><Representation id="1" mimeType="video/mp4">'
        f"<BaseURL>{place}</BaseURL></Representation></AdaptationSet></Period></MPD>",
        "picture.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">'
        f'<image href="{place}"/></svg>',
    }
    for name, content in contents.items():
        (tmp_path / name).write_text(content)
    traced = run([*_APPLICATION, "analyze", *contents, "--out", "out"], tmp_path)
    assert traced.status == 1
    assert all(name in traced.output for name in contents), traced.output
    assert traced.strangers == ()


def test_cameras_that_refer_to_others_lead_nowhere(tmp_path: Path) -> None:
    def refer(visit: Visit) -> None:
        request = visit.request()
        location = f"{_ELSEWHERE}/stream"
        if "RTSP" not in request:
            visit.answer("302 Moved", headers={"Location": f"http://{location}"})
        while request:
            is_asked = request.startswith("DESCRIBE")
            moved = ("302 Moved", f"Location: rtsp://{location}")
            rtsp.answer(visit, request, *(moved if is_asked else ()))
            request = visit.request()

    def show(visit: Visit) -> None:
        visit.request()
        send_pictures(visit)

    program = "import sys\nfrom fer_desktop.errors import SourceError\n"
    program += "from fer_desktop.sources.network.stream_source import StreamSource\n"
    program += "for url in sys.argv[1:]:\n    source = StreamSource(url)\n"
    program += "    try:\n        source.open()\n        print('opened')\n"
    program += "    except SourceError as error:\n        print(error)\n    source.close()"
    with NetworkCamera(refer) as referring, NetworkCamera(show) as camera:
        urls = [referring.url(), referring.url(scheme="rtsp"), camera.url()]
        traced = run([sys.executable, "-c", program, *urls], tmp_path)
    first, second, third = traced.output.splitlines()
    assert f"redirects to http://{_ELSEWHERE}" in first
    assert f"redirects to rtsp://{_ELSEWHERE}" in second
    assert third == "opened"
    assert traced.strangers == ()


@pytest.mark.slow
def test_a_stream_reaches_only_whom_it_is_for(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", [portrait(seed) for seed in range(3)])
    words = ["stream", "--open", str(clip)]
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    kinds = ("udp:127.0.0.1:9", "osc:localhost:9", "lsl", f"ws:{port}")
    places = [word for kind in kinds for word in ("--to", kind)]
    traced = run([*_APPLICATION, *words, *places], tmp_path)
    assert traced.status == 0, traced.output
    assert traced.strangers == ()
    # A place elsewhere is one that the user has named; the guard sees that it is reached.
    traced = run([*_APPLICATION, *words, "--to", f"udp:{_ELSEWHERE}:9"], tmp_path)
    assert set(traced.strangers) == {f"{_ELSEWHERE} port 9"}
