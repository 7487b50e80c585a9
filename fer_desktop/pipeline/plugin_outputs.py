"""Outputs of other packages: entry points of the group ``fer_desktop.outputs``.

Each names a function that makes an ``OutputSink`` of a text, which may say where to: of
``--output osc:127.0.0.1:9000`` the one called ``osc`` gets ``127.0.0.1:9000``. It is made for the
first session, on the thread that feeds it.
"""

import threading
from collections.abc import Callable, Iterable
from typing import Final, cast

from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.domain.frame import Frame, SourceInfo
from fer_desktop.errors import FerError
from fer_desktop.pipeline.outputs import OutputSink
from fer_desktop.plugins import extensions
from trainer.contract.entry_points import Offer, described
from trainer.contract.preset import Preset

GROUP: Final = "fer_desktop.outputs"

TARGET_SIGN: Final = ":"  # between an output's name and where it sends to

MakeOutput = Callable[[str], OutputSink]


def output_names() -> tuple[str, ...]:
    """Return the names of outputs; nothing is imported for it."""
    return _EXTENSIONS.names()


def chosen_outputs(wanted: Iterable[str]) -> dict[str, OutputSink]:
    """Return outputs by what asks for each, ``NAME`` or ``NAME:TARGET``; no package is imported."""
    return {text: _ChosenOutput(text) for text in wanted}


class OutputChoice:
    """The outputs of a choice that may change, each made once; any thread may ask for them."""

    def __init__(self, wanted: Callable[[], Iterable[str]]) -> None:
        """Take what tells the outputs that are wanted now, as for ``chosen_outputs``."""
        self._wanted = wanted
        self._lock = threading.Lock()
        self._sinks: dict[str, OutputSink] = {}

    def __call__(self) -> dict[str, OutputSink]:
        """Return those that are wanted now."""
        with self._lock:
            made = self._sinks
            self._sinks = {text: made.get(text) or _ChosenOutput(text) for text in self._wanted()}
            return dict(self._sinks)


class _ChosenOutput:
    """An output that is made when the first session is opened."""

    def __init__(self, wanted: str) -> None:
        self._name, _, self._target = wanted.partition(TARGET_SIGN)
        self._sink: OutputSink | None = None

    def opened(self, session: int, info: SourceInfo) -> None:
        if self._sink is None:
            make = _EXTENSIONS.get(self._name)
            if make is None:
                raise FerError(f"There is no output {self._name!r} that can be used.")
            self._sink = make(self._target)
        self._sink.opened(session, info)

    def model_changed(self, preset: Preset, frame_index: int, *, engine: str, device: str) -> None:
        if self._sink is not None:
            self._sink.model_changed(preset, frame_index, engine=engine, device=device)

    def write(self, frame: Frame, analysis: FrameAnalysis) -> None:
        if self._sink is not None:
            self._sink.write(frame, analysis)

    def close(self, *, is_complete: bool) -> None:
        if self._sink is not None:
            self._sink.close(is_complete=is_complete)


def _checked(_: Offer, extension: object) -> MakeOutput:
    if not callable(extension):
        raise TypeError(
            f"it must be a function that makes an output, and is {described(extension)}"
        )

    def make(target: str) -> OutputSink:
        sink: object = extension(target)
        words = ("opened", "model_changed", "write", "close")
        if missing := [word for word in words if not callable(getattr(sink, word, None))]:
            raise FerError(f"It is no OutputSink: it has no {', '.join(missing)}.")
        return cast(OutputSink, sink)

    return make


_EXTENSIONS: Final = extensions(GROUP, _checked)
