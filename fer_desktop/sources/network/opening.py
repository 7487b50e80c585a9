"""Opens a stream with FFmpeg, which gets to speak to the camera and to nobody else."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final
from urllib.parse import urlsplit

import av
import av.error
from av.container import InputContainer

from fer_desktop.addresses import login_of, split_address, with_login, without_login
from fer_desktop.sources.network.http_files import HttpFiles
from fer_desktop.sources.network.messages import Fault, StreamFault
from fer_desktop.sources.network.reach import Reach
from fer_desktop.sources.network.rtsp_relay import RtspRelay

_REDIRECTIONS_MAX: Final = 5
# Containers of one stream, which name no other addresses. Of playlists those that are asked for
# over HTTP, whose every entry comes through our own hands.
_FORMATS: Final = (
    "asf", "avi", "flv", "h264", "hevc", "jpeg_pipe", "live_flv", "m4v", "matroska", "mjpeg", "mov",
    "mp4", "mpeg", "mpegts", "mpegvideo", "mpjpeg", "nut", "ogg", "png_pipe", "webm", "webp_pipe",
)  # fmt: skip
_PLAYLISTS: Final = ("dash", "hls")
# What a camera says that it sends, where FFmpeg does not see it by itself.
_FORMAT_OF_TYPE: Final = {
    "application/dash+xml": "dash",
    "application/vnd.apple.mpegurl": "hls",
    "application/x-mpegurl": "hls",
    "audio/mpegurl": "hls",
    "audio/x-mpegurl": "hls",
    "multipart/x-mixed-replace": "mpjpeg",
}
# What FFmpeg may open by itself for an address of some kind.
_PROTOCOLS: Final = {
    "rtmp": "rtmp,tcp",
    "rtmps": "rtmps,rtmp,tls,tcp",
    "rtp": "rtp,udp",
    "rtsp": "rtsp,rtp,tcp",
    "tcp": "tcp",
    "udp": "udp",
}
_ELSEWHERE_PROTOCOLS: Final = "rtsp,rtp,tcp,tls,udp"
# FFmpeg would take what we open for it for connections of its own, to be used again.
_OURS: Final = {"http_persistent": "0", "http_multiple": "0"}
# The first picture at once, rather than knowing the stream's frame rate.
_PROMPT: Final = {"fpsprobesize": "0"}


@contextmanager
def opened_stream(url: str, *, may_leave: bool) -> Iterator[InputContainer]:
    """Open a stream for the length of a block.

    Args:
        url: its address, with name and password if it needs them.
        may_leave: whether the camera may refer to other addresses.

    Raises:
        StreamFault: if it cannot be opened.
    """
    with ExitStack() as stack:
        try:
            container = stack.enter_context(_opened(url, may_leave, stack))
        except av.error.FFmpegError as error:
            raise _told(error) from error
        yield container


def _opened(url: str, may_leave: bool, stack: ExitStack) -> InputContainer:
    try:
        scheme = split_address(url).scheme.lower()
    except ValueError as error:
        raise StreamFault(Fault.UNSUPPORTED) from error
    if scheme in ("http", "https"):
        return _open_http(url, may_leave, stack)
    if scheme in ("rtsp", "rtsps"):
        return _open_rtsp(url, may_leave, stack)
    return _open_other(url, scheme)


def _open_http(url: str, may_leave: bool, stack: ExitStack) -> InputContainer:
    reach = Reach(without_login(url), may_leave=may_leave)
    files = HttpFiles(reach, login_of(url))
    file = stack.enter_context(files.open(url))
    options = {
        **_PROMPT,
        **_OURS,
        "format_whitelist": ",".join((*_FORMATS, *_PLAYLISTS)),
        "protocol_whitelist": "http,https",
    }
    if file.content_type in ("text/html", "application/json"):
        raise StreamFault(Fault.NO_VIDEO, file.content_type)

    def open_entry(entry: str, flags: int, options: dict[str, str]) -> Any:
        return files.open(entry)

    kind = _FORMAT_OF_TYPE.get(file.content_type)
    if kind is None and urlsplit(url).path.lower().endswith(".m3u8"):
        kind = "hls"
    try:
        container: InputContainer = av.open(
            file,
            format=kind,
            options=options,
            io_open=open_entry,
        )
    except av.error.FFmpegError as error:  # the camera has answered, so it is not out of reach
        raise StreamFault(Fault.NO_VIDEO) from error
    return container


def _open_rtsp(url: str, may_leave: bool, stack: ExitStack) -> InputContainer:
    options = {**_PROMPT, "allowed_media_types": "video"}
    if may_leave:
        options |= {"rtsp_flags": "prefer_tcp", "protocol_whitelist": _ELSEWHERE_PROTOCOLS}
        container: InputContainer = av.open(url, options=options)
        return container
    # Over TCP alone: over UDP the camera names the address from which pictures come.
    options |= {"rtsp_transport": "tcp", "protocol_whitelist": _PROTOCOLS["rtsp"]}
    login = login_of(url)
    target = without_login(url)
    reach = Reach(target)
    for _ in range(_REDIRECTIONS_MAX):
        relay = RtspRelay(reach.connect())
        stack.callback(relay.close)
        parts = split_address(target)
        near = parts._replace(scheme="rtsp", netloc=f"127.0.0.1:{relay.port}").geturl()
        if login is not None:
            near = with_login(near, *login)
        try:
            container = av.open(near, options=options)
        except av.error.FFmpegError as error:
            if not relay.location:
                raise _told(error, relay.refusal) from error
        else:
            return container
        reach.check(relay.location)
        target = relay.location
    raise StreamFault(Fault.ANSWER, "too many redirections")


def _open_other(url: str, scheme: str) -> InputContainer:
    options = {
        **_PROMPT,
        "format_whitelist": ",".join((*_FORMATS, "rtp")),
        "protocol_whitelist": _PROTOCOLS.get(scheme, scheme),
    }
    container: InputContainer = av.open(url, options=options)
    return container


def _told(error: av.error.FFmpegError, detail: str = "") -> StreamFault:
    """Return the fault behind an error; its text is not passed on, as it holds the address."""
    for kinds, fault in (
        (av.error.HTTPUnauthorizedError, Fault.LOGIN),
        (av.error.HTTPForbiddenError, Fault.FORBIDDEN),
        (av.error.HTTPNotFoundError, Fault.NOT_FOUND),
        ((av.error.HTTPClientError, av.error.HTTPServerError, av.error.HTTPError), Fault.ANSWER),
        (av.error.ProtocolNotFoundError, Fault.UNSUPPORTED),
        ((av.error.InvalidDataError, av.error.DemuxerNotFoundError), Fault.NO_VIDEO),
        (EOFError, Fault.NO_VIDEO),
    ):
        if isinstance(error, kinds):
            return StreamFault(fault, detail)
    return StreamFault(Fault.UNREACHABLE, error.strerror or "")
