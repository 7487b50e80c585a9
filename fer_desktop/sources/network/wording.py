"""What to tell a person about a stream that does not come."""

from fer_desktop.errors import LoginError, RefusedSourceError, SourceError
from fer_desktop.sources.network.messages import Fault, StreamFault


def explained(fault: StreamFault, name: str, *, has_login: bool) -> SourceError:
    """Return the failure of a stream in words.

    Args:
        fault: what is known.
        name: of the stream, without secrets.
        has_login: whether a name and a password were sent.
    """
    host = name.partition("/")[0]
    detail = fault.detail
    match fault.fault:
        case Fault.LOGIN if has_login:
            return LoginError(
                f"{host} does not accept this user name and password.",
                hint="Check both. Some cameras have separate users for the stream.",
            )
        case Fault.LOGIN:
            return LoginError(
                f"{host} requires a user name and a password.",
                hint="Enter those of the camera, not of this computer.",
            )
        case Fault.FORBIDDEN:
            return LoginError(
                f"{host} does not allow access to {name}.",
                hint="Another user of the camera may have access.",
            )
        case Fault.NOT_FOUND:
            return RefusedSourceError(
                f"{host} answers, but it has no stream at {name}.",
                hint="Check the path after the host name: the camera's manual gives it.",
            )
        case Fault.ELSEWHERE:
            return RefusedSourceError(
                f"{host} redirects to {detail}, which is not followed.",
                hint="If you trust it, connect to it directly or allow redirects in Settings.",
            )
        case Fault.INSECURE:
            return RefusedSourceError(
                f"The encrypted connection to {host} fails: {detail or 'no reason is given'}.",
                hint="Check that the camera offers encryption at this address.",
            )
        case Fault.UNSUPPORTED:
            return RefusedSourceError(
                f"Streams of this kind cannot be read: {name}.",
                hint="RTSP and MJPEG over HTTP can be read: rtsp://…, http://…",
            )
        case Fault.NO_VIDEO:
            what = f" but {detail}" if detail else ""
            return RefusedSourceError(
                f"{name} does not send video{what}.",
                hint="Check the address: it may be that of the camera's web page.",
            )
        case Fault.ANSWER:
            return SourceError(
                f"{host} answers with an error{f': {detail}' if detail else ''}.",
                hint="Too many programs may be connected to it. Restarting it may help.",
            )
        case Fault.NO_HOST:
            return SourceError(
                f"{detail or host} was not found on the network.",
                hint="Check the name, and that this computer is on the same network.",
            )
        case Fault.UNREACHABLE:
            return SourceError(
                f"The stream {name} cannot be reached.",
                hint="Check the address, and that the camera is on and on the same network.",
            )
        case Fault.NO_PICTURE:
            return SourceError(
                f"The stream {name} is not sending a picture.",
                hint="Check that the camera is working.",
            )
        case Fault.ENDED:
            return SourceError(f"The stream {name} has stopped.")
