"""``fer-desktop stream``: what is read of cameras to other programs, without a window."""

import argparse
import secrets
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from fer_desktop.cli.recorded_sessions import RecordedSessions, export_all
from fer_desktop.cli.said import complain, say
from fer_desktop.cli.stream_control import divided
from fer_desktop.cli.stream_run import StreamRun, Wanted
from fer_desktop.errors import FerError
from fer_desktop.files import shown_name
from fer_desktop.models.catalogue import resolve_model
from fer_desktop.pipeline.plugin_outputs import chosen_outputs
from fer_desktop.streaming.control import ControlServer, Request
from fer_desktop.streaming.lsl_markers import MarkerInlet
from fer_desktop.streaming.output import StreamOutput
from fer_desktop.streaming.streams import stream_outputs
from fer_desktop.streaming.targets import is_loopback, is_stream
from trainer.contract.text import counted

_OPEN_PATIENCE_S: Final = 10.0
_POLL_S: Final = 0.5  # on Windows a signal does not end a wait without an end
_NETWORK: Final = "lsl:network"


def stream(args: argparse.Namespace) -> int:
    """Send what is read of cameras until told to end, or of files to their ends.

    Each has an analysis and, where asked for, sessions of its own; commands and markers are for
    all of them. One that fails does not end the others.

    Returns:
        The exit status: 1 if a source or one of the outputs has failed.

    Raises:
        FerError: if there is nothing to read or nowhere to send.
    """
    model = resolve_model(args.model)
    wanted = _sources(args)
    ours = [text for text in args.to if is_stream(text)]
    token = args.token or ""
    is_served = bool(args.control) or any(text.startswith("ws:") for text in ours)
    if not token and not is_loopback(args.bind) and is_served:
        token = secrets.token_urlsafe(16)
        say(f"Listeners need this token: {token}")
    streams = [
        stream_outputs(ours, bind=args.bind, token=token, camera=source.camera) for source in wanted
    ]
    runs: list[StreamRun] = []
    sending: list[dict[str, StreamOutput]] = []
    listeners = _Listeners(args, token, runs)
    has_failed = False
    try:
        has_failed |= not listeners.open()
        for source, outputs in zip(wanted, streams, strict=True):
            opened = {name: output for name, output in outputs.items() if _start(output)}
            has_failed |= len(opened) < len(outputs)
            others = chosen_outputs(text for text in args.to if not is_stream(text))
            if opened or others or args.sessions:
                runs.append(StreamRun(args, source, {**opened, **others}, _recorded(args)))
                sending.append(opened)
        if not runs:
            return 1
        with _signals(partial(_end_all, runs)):
            _run_all(runs, model)
    finally:
        listeners.close()
        for outputs in streams:
            for output in outputs.values():
                output.shutdown()
    for run, opened in zip(runs, sending, strict=True):
        _say_outcome(f"{run.name}: " if len(runs) > 1 else "", run, opened)
    return int(has_failed or any(run.has_failed for run in runs))


def _sources(args: argparse.Namespace) -> list[Wanted]:
    texts = args.open or args.camera
    return [
        Wanted(text, bool(args.open), number if len(texts) > 1 else 0)
        for number, text in enumerate(texts, start=1)
    ]


def _recorded(args: argparse.Namespace) -> RecordedSessions | None:
    if args.sessions is None:
        return None
    return RecordedSessions(
        args.sessions,
        {
            "smoothing_ms": args.smoothing_ms,
            "min_detection_score": args.min_score,
            "face_search": args.faces,
            "measures": list(args.measures),
        },
    )


def _run_all(runs: list[StreamRun], model: Path) -> None:
    """Run all at once, each on a thread of its own, to their ends."""
    with ThreadPoolExecutor(len(runs), thread_name_prefix="camera") as threads:
        left = {threads.submit(run.run, model) for run in runs}
        try:
            while left:
                done, left = wait(left, timeout=_POLL_S, return_when=FIRST_EXCEPTION)
                for ended in done:
                    ended.result()
        finally:
            _end_all(runs)  # of which one has perhaps come to an end that nobody expected


def _end_all(runs: list[StreamRun]) -> None:
    for run in runs:
        run.end()


def _say_outcome(of: str, run: StreamRun, outputs: Mapping[str, StreamOutput]) -> None:
    skipped = f", {run.skipped:,} skipped" if run.skipped else ""
    say(f"{of}{counted(run.frames, 'frame')} analysed{skipped}")
    for output in outputs.values():
        dropped = f", {output.dropped:,} dropped" if output.dropped else ""
        say(f"{of}{shown_name(output.name)}: {output.sent:,} sent{dropped}")


class _Listeners:
    """What hears commands and markers of other programs, for all cameras."""

    def __init__(self, args: argparse.Namespace, token: str, runs: list[StreamRun]) -> None:
        self._control: ControlServer | None = None
        self._inlet: MarkerInlet | None = None
        if args.control:
            self._control = ControlServer(args.control, self._obey, bind=args.bind, token=token)
        self._runs = runs
        if args.marks_from:
            self._inlet = MarkerInlet(
                args.marks_from.partition(":")[2],
                self._mark,
                lambda error: complain(str(error)),
                is_for_network=_NETWORK in args.to,
            )

    def open(self) -> bool:
        """Listen; say what cannot be done, without which the rest goes on, and return False."""
        if self._inlet is not None:
            self._inlet.start()
        try:
            if self._control is not None:
                self._control.open()
        except FerError as error:
            complain(str(error))
            return False
        return True

    def _obey(self, request: Request) -> None:
        recorded = [run.recorded for run in self._runs if run.recorded is not None]
        if request.command.verb == "EXPORT" and len(recorded) > 1:
            work = partial(_export, request, recorded)
            threading.Thread(target=work, name="export", daemon=True).start()
        else:
            divided(request, {run.camera: run.obey for run in self._runs if not run.is_over})

    def _mark(self, moment_ns: int, text: str) -> None:
        for run in self._runs:
            run.take_mark(moment_ns, text)

    def close(self) -> None:
        """Listen no more."""
        if self._control is not None:
            self._control.close()
        if self._inlet is not None:
            self._inlet.shutdown()


def _export(request: Request, recorded: list[RecordedSessions]) -> None:
    try:
        request.done(str(export_all(recorded, request.command.text)))
    except FerError as error:
        request.failed(error)


def _start(output: StreamOutput) -> bool:
    """Open a stream; say why if it cannot be."""
    try:
        output.start(_OPEN_PATIENCE_S)
    except FerError as error:
        complain(str(error))
        return False
    return True


@contextmanager
def _signals(on_signal: Callable[[], object]) -> Iterator[None]:
    """Let a signal end the analysis in order; a second one ends the process at once."""

    def end(number: int, _: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        on_signal()

    names = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    # What the caller ignores, as nohup does, stays ignored.
    former = {
        number: signal.signal(number, end)
        for number in numbers
        if signal.getsignal(number) is not signal.SIG_IGN
    }
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
