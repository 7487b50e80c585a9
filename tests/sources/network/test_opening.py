"""Where a camera may send the application: real sockets, the real FFmpeg."""

import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fer_desktop.sources.network import reach
from fer_desktop.sources.network.messages import Fault, StreamFault
from fer_desktop.sources.network.opening import opened_stream
from fer_desktop.sources.network.reach import Reach
from tests.helpers import rtsp
from tests.helpers.cameras import Behaviour, NetworkCamera, Visit, is_let_in, send_pictures
from tests.helpers.clips import number_of

LOGIN = ("me", "s3/cret#")
LOGIN_IN_URL = "me:s3%2Fcret%23@"


def numbers(url: str, count: int = 3, *, may_leave: bool = False) -> list[int]:
    """Return the numbers of the first pictures of a stream."""
    found: list[int] = []
    with opened_stream(url, may_leave=may_leave) as container:
        for frame in container.decode(video=0):
            found.append(number_of(frame.to_ndarray(format="bgr24")))
            if len(found) == count:
                break
    return found


def fault_of(url: str, *, may_leave: bool = False) -> StreamFault:
    with pytest.raises(StreamFault) as caught:
        numbers(url, may_leave=may_leave)
    return caught.value


def http_status(status: str, **headers: str) -> Behaviour:
    def behave(visit: Visit) -> None:
        visit.request()
        visit.answer(status, headers=headers)

    return behave


def rtsp_status(status: str, *headers: str) -> Behaviour:
    def behave(visit: Visit) -> None:
        while request := visit.request():
            is_asked = request.startswith("DESCRIBE")
            rtsp.answer(visit, request, *((status, *headers) if is_asked else ()))

    return behave


def http_content(content: bytes, kind: str = "application/octet-stream") -> Behaviour:
    def behave(visit: Visit) -> None:
        visit.request()
        visit.answer(body=content, headers={"Content-Type": kind})

    return behave


def http_pictures(visit: Visit) -> None:
    visit.request()
    send_pictures(visit)


@pytest.fixture
def stranger() -> Iterator[NetworkCamera]:
    """Another program of this computer, which would answer as a camera if it was asked."""
    with NetworkCamera(http_pictures) as other:
        yield other


@pytest.mark.parametrize("has_lengths", [True, False])
def test_pictures_over_http(has_lengths: bool) -> None:
    def behave(visit: Visit) -> None:
        visit.request()
        send_pictures(visit, has_lengths=has_lengths)

    with NetworkCamera(behave) as camera:
        assert numbers(camera.url(), 5) == [0, 1, 2, 3, 4]


def test_pictures_over_rtsp() -> None:
    with NetworkCamera(rtsp.serve) as camera:
        assert numbers(camera.url(scheme="rtsp"), 20) == list(range(20))
    assert "TEARDOWN" in camera.requests[-1]


def test_a_film_over_http_is_sought_in(tmp_path: Path) -> None:
    from tests.helpers.clips import write_clip

    film = write_clip(tmp_path / "film.mp4", 5).read_bytes()  # its index stands at its end

    def behave(visit: Visit) -> None:
        request = visit.request().lower()
        _, is_part, begin = request.partition("range: bytes=")
        start = int(begin.partition("-")[0]) if is_part else 0
        headers = {"Accept-Ranges": "bytes", "Content-Type": "video/mp4"}
        visit.answer("206 Partial" if is_part else "200 OK", film[start:], headers)

    with NetworkCamera(behave) as camera:
        assert numbers(camera.url(), 5) == [0, 1, 2, 3, 4]
    assert camera.visits > 1


@pytest.mark.parametrize("scheme", ["Basic", "Digest"])
def test_login_over_http(scheme: str) -> None:
    def behave(visit: Visit) -> None:
        while request := visit.request():
            if is_let_in(request, *LOGIN):
                send_pictures(visit)
                return
            more = ', nonce="n", qop="auth"' if scheme == "Digest" else ""
            visit.send(f'HTTP/1.1 401 No\r\nWWW-Authenticate: {scheme} realm="c"{more}\r\n')
            visit.send("Content-Length: 0\r\n\r\n")

    with NetworkCamera(behave) as camera:
        assert numbers(camera.url(login=LOGIN_IN_URL)) == [0, 1, 2]
        camera.requests.clear()
        assert fault_of(camera.url(login="me:wrong@")).fault is Fault.LOGIN
        with_login = [request for request in camera.requests if "Authorization" in request]
        assert len(with_login) == 1, "a camera may lock out those who try again and again"
        assert fault_of(camera.url()).fault is Fault.LOGIN


@pytest.mark.parametrize("scheme", ["basic", "digest"])
def test_login_over_rtsp(scheme: str) -> None:
    with NetworkCamera(lambda visit: rtsp.serve(visit, login=LOGIN, scheme=scheme)) as camera:
        assert numbers(camera.url(scheme="rtsp", login=LOGIN_IN_URL)) == [0, 1, 2]
        camera.requests.clear()
        assert fault_of(camera.url(scheme="rtsp", login="me:wrong@")).fault is Fault.LOGIN
        asked = [request for request in camera.requests if request.startswith("DESCRIBE")]
        assert ["Authorization" in request for request in asked] == [False, True]
        assert fault_of(camera.url(scheme="rtsp")).fault is Fault.LOGIN
        assert fault_of(camera.url(scheme="rtsp", login="me@")).fault is Fault.LOGIN


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        ("401 Unauthorized", Fault.LOGIN),
        ("403 Forbidden", Fault.FORBIDDEN),
        ("404 Not Found", Fault.NOT_FOUND),
        ("500 Internal Server Error", Fault.ANSWER),
        ("503 Service Unavailable", Fault.ANSWER),
    ],
)
@pytest.mark.parametrize(("scheme", "behave"), [("http", http_status), ("rtsp", rtsp_status)])
def test_refusals_are_told_apart(
    scheme: str, behave: Callable[[str], Behaviour], status: str, fault: Fault
) -> None:
    with NetworkCamera(behave(status)) as camera:
        told = fault_of(camera.url(scheme=scheme))
    assert told.fault is fault
    if fault is Fault.ANSWER:
        assert told.detail == status


@pytest.mark.parametrize("status", ["301", "302", "303", "307", "308"])
def test_http_redirections_elsewhere_are_not_followed(status: str, stranger: NetworkCamera) -> None:
    with NetworkCamera(http_status(f"{status} Moved", Location=stranger.url())) as camera:
        told = fault_of(camera.url())
        assert (told.fault, told.detail) == (Fault.ELSEWHERE, f"http://127.0.0.1:{stranger.port}")
        assert stranger.visits == 0
        assert numbers(camera.url(), may_leave=True) == [0, 1, 2]


@pytest.mark.parametrize(
    "target", ["file:///etc/hostname", "ftp://127.0.0.1/x", "https://127.0.0.1/x", "//0.0.0.0/x"]
)
def test_http_redirections_to_another_kind_of_place_are_not_followed(target: str) -> None:
    with NetworkCamera(http_status("302 Moved", Location=target)) as camera:
        assert fault_of(camera.url()).fault is Fault.ELSEWHERE


def test_redirections_within_the_camera_are_followed() -> None:
    def behave_http(visit: Visit) -> None:
        if " /stream " in visit.request():
            visit.answer("302 Moved", headers={"Location": "/other"})
        else:
            send_pictures(visit)

    def behave_rtsp(visit: Visit) -> None:
        request = visit.request()
        if "/stream " in request:
            rtsp.answer(visit, request)
            request = visit.request()
            there = visit.camera.url("/other", "rtsp")
            rtsp.answer(visit, request, "302 Moved", f"Location: {there}")
        else:
            rtsp.answer(visit, request)
            rtsp.serve(visit)

    for scheme, behave in (("http", behave_http), ("rtsp", behave_rtsp)):
        with NetworkCamera(behave) as camera:
            assert numbers(camera.url(scheme=scheme)) == [0, 1, 2]


def test_rtsp_redirections_elsewhere_are_not_followed() -> None:
    with NetworkCamera(rtsp.serve) as other:
        there = other.url(scheme="rtsp")
        with NetworkCamera(rtsp_status("302 Moved", f"Location: {there}")) as camera:
            told = fault_of(camera.url(scheme="rtsp"))
            assert (told.fault, told.detail) == (Fault.ELSEWHERE, f"rtsp://127.0.0.1:{other.port}")
            assert other.visits == 0
            assert numbers(camera.url(scheme="rtsp"), may_leave=True) == [0, 1, 2]


def playlist(entry: str, line: str = "") -> Behaviour:
    text = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:2\n"
    text += f"{line}\n#EXTINF:2.0,\n{entry}\n#EXT-X-ENDLIST\n"
    stream = rtsp.transport_stream()

    def behave(visit: Visit) -> None:
        is_list = "/stream" in visit.request()
        kind = "application/vnd.apple.mpegurl" if is_list else "video/mp2t"
        visit.answer(body=text.encode() if is_list else stream, headers={"Content-Type": kind})

    return behave


def test_a_playlist_of_the_camera_is_played() -> None:
    with NetworkCamera(playlist("segment.ts")) as camera:
        assert numbers(camera.url()) == [0, 1, 2]


def test_a_live_playlist_is_played_as_it_grows() -> None:
    segment = rtsp.transport_stream(15)
    asked: list[str] = []

    def behave(visit: Visit) -> None:
        path = visit.request().split(" ")[1]
        if not path.endswith(".m3u8"):
            asked.append(path)
            visit.answer(body=segment, headers={"Content-Type": "video/mp2t"})
            return
        lines = ["#EXTM3U", "#EXT-X-VERSION:3", "#EXT-X-TARGETDURATION:1"]
        for number in range(len(asked) + 3):  # always a little more than was asked for
            lines += ["#EXTINF:0.5,", f"{number}.ts"]
        kind = {"Content-Type": "application/x-mpegurl"}
        visit.answer(body="\n".join(lines).encode(), headers=kind)

    with NetworkCamera(behave) as camera:
        assert numbers(camera.url("/live.m3u8"), 75) == list(range(15)) * 5
    assert len(set(asked)) >= 5


@pytest.mark.parametrize(
    ("entry", "line"),
    [
        ("http://127.0.0.1:{port}/segment.ts", ""),
        ("http://localhost:{port}/segment.ts", ""),
        ("//127.0.0.1:{port}/segment.ts", ""),
        ("segment.ts", '#EXT-X-KEY:METHOD=AES-128,URI="http://127.0.0.1:{port}/key"'),
        ("segment.ts", '#EXT-X-MAP:URI="http://127.0.0.1:{port}/map"'),
        ("crypto:http://127.0.0.1:{port}/segment.ts", ""),
        ("tcp://127.0.0.1:{port}", ""),
        ("file:///etc/hostname", ""),
        ("concat:/etc/hostname|/etc/hosts", ""),
        ("subfile,,start,0,end,9,,:/etc/hostname", ""),
        ("segment.ts", '#EXT-X-MAP:URI="file:///etc/hostname"'),
    ],
)
def test_a_playlist_leads_nowhere_else(entry: str, line: str, stranger: NetworkCamera) -> None:
    behave = playlist(entry.format(port=stranger.port), line.format(port=stranger.port))
    with NetworkCamera(behave) as camera:
        assert fault_of(camera.url()).fault in (Fault.ELSEWHERE, Fault.NO_VIDEO)
    assert stranger.visits == 0


@pytest.mark.parametrize(
    "kind", ["application/octet-stream", "application/sdp", "application/dash+xml"]
)
@pytest.mark.parametrize(
    "content",
    [
        "ffconcat version 1.0\nfile {url}\n",
        "v=0\r\ns=x\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=video {port} RTP/AVP 33\r\n",
        "[Reference]\r\nRef1={url}\r\n",
        "RTSPtext{url}\r\n",
        '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period><AdaptationSet>'
        '<Representation id="1" mimeType="video/mp4"><BaseURL>{url}</BaseURL>'
        "</Representation></AdaptationSet></Period></MPD>",
    ],
)
def test_other_lists_of_addresses_lead_nowhere(
    content: str, kind: str, stranger: NetworkCamera
) -> None:
    text = content.format(url=stranger.url(), port=stranger.port)
    with NetworkCamera(http_content(text.encode(), kind)) as camera:
        assert fault_of(camera.url()).fault in (Fault.ELSEWHERE, Fault.NO_VIDEO)
    assert stranger.visits == 0


def test_a_raw_connection_carries_no_playlist(stranger: NetworkCamera) -> None:
    text = f"#EXTM3U\n#EXTINF:2.0,\ntcp://127.0.0.1:{stranger.port}\n#EXT-X-ENDLIST\n"
    with NetworkCamera(lambda visit: visit.send(text)) as camera:
        fault_of(camera.url(scheme="tcp"))
    assert stranger.visits == 0


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"<html>Welcome</html>", "text/html"),
        (b"no video at all" * 500, "application/octet-stream"),
        (b"", "video/mp4"),
    ],
)
def test_what_is_no_video_is_told(content: bytes, kind: str) -> None:
    with NetworkCamera(http_content(content, kind)) as camera:
        assert fault_of(camera.url()).fault is Fault.NO_VIDEO


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("http://camera.invalid/x", Fault.NO_HOST),
        ("rtsp://camera.invalid/x", Fault.NO_HOST),
        ("rist://127.0.0.1:5", Fault.UNSUPPORTED),
        ("http://127.0.0.1:99999/", Fault.UNSUPPORTED),
    ],
)
def test_addresses_that_lead_nowhere(url: str, fault: Fault) -> None:
    assert fault_of(url).fault is fault


@pytest.mark.parametrize("scheme", ["http", "https", "rtsp", "rtsps", "rtmp", "tcp"])
def test_nobody_listens(scheme: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert fault_of(f"{scheme}://127.0.0.1:{port}/x").fault is Fault.UNREACHABLE


@pytest.mark.parametrize("scheme", ["https", "rtsps"])
def test_a_camera_without_encryption_is_told(scheme: str) -> None:
    with NetworkCamera(lambda visit: visit.send("HTTP/1.1 400 Bad\r\n\r\n")) as camera:
        assert fault_of(camera.url(scheme=scheme)).fault is Fault.INSECURE


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """Encryption as cameras have it: with a certificate that nobody has signed."""
    folder = tmp_path_factory.mktemp("certificate")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=camera"]
    try:
        subprocess.run(
            [*command, "-keyout", "key", "-out", "crt"], cwd=folder, capture_output=True, check=True
        )
    except FileNotFoundError:
        pytest.skip("openssl is not installed")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "crt", folder / "key")
    return context


@pytest.mark.parametrize(("scheme", "behave"), [("https", http_pictures), ("rtsps", rtsp.serve)])
def test_encrypted_cameras(
    scheme: str, behave: Behaviour, certificate: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    def encrypted(visit: Visit) -> None:
        visit.connection = certificate.wrap_socket(visit.connection, server_side=True)
        with visit.connection:
            behave(visit)

    with NetworkCamera(encrypted) as camera:
        assert numbers(camera.url(scheme=scheme)) == [0, 1, 2]
        # The same camera, as if it was somewhere on the internet.
        monkeypatch.setattr(reach, "_is_near", lambda _: False)
        told = fault_of(camera.url(scheme=scheme))
    assert told.fault is Fault.INSECURE
    assert "self-signed" in told.detail or "self signed" in told.detail


@pytest.mark.parametrize(
    ("url", "is_within"),
    [
        ("http://camera/other?x=1", True),
        ("http://CAMERA:80/other", True),
        ("http://192.168.1.5/other", True),  # its address instead of its name
        ("https://camera/other", True),  # the same, but encrypted
        ("http://camera:8080/other", False),
        ("https://camera:8443/other", False),
        ("http://camera.example/other", False),
        ("http://192.168.1.6/other", False),
        ("http://camera@192.168.1.6/other", False),
        ("rtsp://camera/other", False),
        ("file:///camera", False),
        ("http://[camera/", False),
        ("", False),
    ],
)
def test_what_is_the_same_camera(
    url: str, is_within: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.168.1.5", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    camera = Reach("http://camera/stream")
    if is_within:
        camera.check(url)
        return
    with pytest.raises(StreamFault) as caught:
        camera.check(url)
    assert caught.value.fault is Fault.ELSEWHERE
