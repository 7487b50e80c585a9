"""What a camera sends over HTTP, read as a file; redirections are followed only within its host."""

import io
import urllib.request
from collections.abc import Callable
from http import HTTPStatus
from http.client import HTTPException, HTTPMessage, HTTPResponse
from typing import IO, Final, cast
from urllib.error import HTTPError, URLError

from fer_desktop.addresses import without_login
from fer_desktop.sources.network.messages import Fault, StreamFault
from fer_desktop.sources.network.reach import Reach, elsewhere, insecure

_ANSWER_LIMIT_S: Final = 8.0


class HttpFile(io.RawIOBase):
    """An answer of a camera.

    Attributes:
        name: its address, relative to which a playlist names others.
        content_type: what the camera says it is.
    """

    def __init__(self, files: "HttpFiles", url: str) -> None:
        """Ask for an address.

        Raises:
            StreamFault: if the camera does not give it.
        """
        super().__init__()
        self._files = files
        self._url = url
        self._position = 0
        self._response = files.ask(url)
        self.name = self._response.url
        self.content_type = self._response.headers.get_content_type()
        self._size = self._response.length
        can_seek = self._response.headers.get("Accept-Ranges", "").lower() == "bytes"
        self._can_seek = can_seek and self._size is not None

    def readable(self) -> bool:
        """Say yes."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return what has come, at most so many bytes; nothing at the end."""
        try:
            data = self._response.read1(size)
        except TimeoutError as error:
            raise StreamFault(Fault.NO_PICTURE) from error
        except (OSError, HTTPException) as error:
            raise StreamFault(Fault.ENDED) from error
        self._position += len(data)
        return data

    def seekable(self) -> bool:
        """Tell whether it is a film of which parts can be had."""
        return self._can_seek

    def tell(self) -> int:
        """Return the position of the next byte."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to another byte."""
        if not self._can_seek:
            raise io.UnsupportedOperation("seek")
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size or 0}[whence]
        if start + offset != self._position:
            self._response.close()
            self._response = self._files.ask(self._url, begin=start + offset)
            self._position = start + offset
        return self._position

    def close(self) -> None:
        """Hang up."""
        if not self.closed:
            self._response.close()
        super().close()


class HttpFiles:
    """Opens what a camera offers, with the same name and password."""

    def __init__(self, reach: Reach, login: tuple[str, str] | None) -> None:
        """Take where it may lead, and the user's name and password."""
        self._reach = reach
        passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        if login is not None:
            passwords.add_password(None, reach.origin, *login)
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),  # a camera is spoken to without anybody between
            urllib.request.HTTPSHandler(context=reach.tls()),
            _Basic(passwords),
            _Digest(passwords),
            _Within(reach),
        )

    def open(self, url: str) -> HttpFile:
        """Open an address.

        Raises:
            StreamFault: if it is not the camera's, or the camera does not give it.
        """
        self._reach.check(url)
        return HttpFile(self, url)

    def ask(self, url: str, *, begin: int = 0) -> HTTPResponse:
        """Return the answer, from some byte on.

        Raises:
            StreamFault: if there is none.
        """
        request = urllib.request.Request(without_login(url), headers={"User-Agent": "FER Desktop"})
        if begin:
            request.add_header("Range", f"bytes={begin}-")
        try:
            return cast(HTTPResponse, self._opener.open(request, timeout=_ANSWER_LIMIT_S))
        except HTTPError as error:
            with error:
                raise _told(error) from error
        except URLError as error:
            reason = error.reason
            raise (
                insecure(reason) if isinstance(reason, OSError) else StreamFault(Fault.UNREACHABLE)
            ) from error
        except (OSError, HTTPException, ValueError) as error:
            # The connection stands, but what comes is no HTTP or nothing.
            raise StreamFault(Fault.UNREACHABLE) from error


class _Basic(urllib.request.HTTPBasicAuthHandler):
    """Sends a password to a camera that asks for it in this way."""

    def http_error_401(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
    ) -> HTTPResponse | None:
        answer = super().http_error_401
        return _retried(fp, lambda: answer(req, fp, code, msg, headers))


class _Digest(urllib.request.HTTPDigestAuthHandler):
    """The same in the other way, and only once: cameras lock out those who seem to guess."""

    def http_error_401(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
    ) -> HTTPResponse | None:
        if self.retried:  # type: ignore[attr-defined]
            return None
        return _retried(
            fp, lambda: super(_Digest, self).http_error_401(req, fp, code, msg, headers)
        )


def _retried(refusal: IO[bytes], retry: Callable[[], HTTPResponse | None]) -> HTTPResponse | None:
    """Return the answer to a second request, None if the camera asks in another way."""
    try:
        answer = retry()
    except ValueError:
        return None
    except BaseException:
        refusal.close()
        raise
    if answer is not None:
        refusal.close()
    return answer


class _Within(urllib.request.HTTPRedirectHandler):
    """Follows redirections within the camera's host."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        try:
            self._reach.check(newurl)
        except StreamFault:
            fp.close()
            raise
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _told(error: HTTPError) -> StreamFault:
    location = error.headers.get("Location", "")
    if error.code < HTTPStatus.BAD_REQUEST and location:
        return elsewhere(location)
    match error.code:
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
            return StreamFault(Fault.LOGIN)
        case HTTPStatus.FORBIDDEN:
            return StreamFault(Fault.FORBIDDEN)
        case HTTPStatus.NOT_FOUND | HTTPStatus.GONE:
            return StreamFault(Fault.NOT_FOUND)
    return StreamFault(Fault.ANSWER, f"{error.code} {error.reason}")
