"""What ``analyze`` makes of one file: table, annotated picture or video, chart; a progress bar."""

import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any, TypeVar

from tqdm import tqdm

from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.domain.frame import Frame, SourceInfo
from fer_desktop.domain.frame_selection import FrameSelection
from fer_desktop.domain.measures import MeasureSpec
from fer_desktop.errors import FerError
from fer_desktop.files import storage_error
from fer_desktop.recording.annotated import (
    AnnotatedVideoWriter,
    annotated_video,
    write_annotated_image,
    write_picture,
)
from fer_desktop.recording.chart import TimelineChart
from fer_desktop.recording.column import Column
from fer_desktop.recording.counts import Counts
from fer_desktop.recording.csv_columns import Columns
from fer_desktop.recording.csv_export import FaceRows, face_rows
from fer_desktop.recording.mesh_file import MeshFile, mesh_file
from fer_desktop.recording.recorded_video import blurred_picture, recorded_video
from fer_desktop.recording.session_format import RecordedFrame, UsedModel
from fer_desktop.settings import CsvDialect, RecordingKind
from trainer.contract.preset import Preset

T = TypeVar("T")


class _Abandoned(FerError):
    """The block of a file that shall not appear ends with it."""


class _WholeOutput:
    """Base of outputs whose file appears whole or not at all."""

    def __init__(self) -> None:
        self._files = ExitStack()

    def opened(self, session: int, info: SourceInfo) -> None:
        """Begin a file's analysis."""

    def model_changed(self, preset: Preset, frame_index: int, *, engine: str, device: str) -> None:
        """Note which model reads the frames."""

    def write(self, frame: Frame, analysis: FrameAnalysis) -> None:
        """Take a frame with what was found in it."""

    def close(self, *, is_complete: bool) -> None:
        """Let the file appear if it is whole.

        Raises:
            StorageError: if it cannot be written.
        """
        files = self._files.pop_all()
        if is_complete:
            files.close()
        else:
            abandoned = _Abandoned("left out")
            files.__exit__(_Abandoned, abandoned, None)

    def _enter(self, file: AbstractContextManager[T]) -> T:
        return self._files.enter_context(file)


class TableOutput(_WholeOutput):
    """The table, made with its first frame, when the model is known.

    Attributes:
        models: those that read the frames.
        columns: of the table, once it is begun.
        counts: what was found in the frames so far.
    """

    def __init__(
        self,
        path: Path,
        *,
        measures: Sequence[MeasureSpec],
        is_calibrated: bool,
        empty_rows: bool,
        dialect: CsvDialect,
    ) -> None:
        """Take the path, what the table holds (see ``Columns``), and the dialect of a CSV."""
        super().__init__()
        self.models: list[UsedModel] = []
        self.columns: list[Column] = []
        self.counts = Counts()
        self._path = path
        self._measures = measures
        self._is_calibrated = is_calibrated
        self._empty_rows = empty_rows
        self._dialect = dialect
        self._table: FaceRows | None = None

    def model_changed(self, preset: Preset, frame_index: int, *, engine: str, device: str) -> None:
        """Note which model reads the frames, for the header."""
        self.models.append(UsedModel(preset, frame_index, engine, device))

    def write(self, frame: Frame, analysis: FrameAnalysis) -> None:
        """Write the rows of a frame.

        Raises:
            StorageError: if they cannot be written.
        """
        if self._table is None:
            columns = Columns.of(
                self.models,
                measures=self._measures,
                is_calibrated=self._is_calibrated,
                empty_rows=self._empty_rows,
            )
            self.columns = columns.columns()
            self._table = self._enter(
                face_rows(self._path, columns, dialect=self._dialect, overwrite=True)
            )
            self.counts = self._table.counts
        try:
            self._table.add(RecordedFrame(analysis, self.models[-1].preset.name))
        except OSError as error:
            raise storage_error(self._path, error) from error


class AnnotatedOutput(_WholeOutput):
    """The video, or the picture, with boxes and labels drawn in."""

    def __init__(self, video: Path, picture: Path) -> None:
        """Take where a video goes, and where a picture."""
        super().__init__()
        self._video_path = video
        self._picture_path = picture
        self._video: AnnotatedVideoWriter | None = None

    def opened(self, session: int, info: SourceInfo) -> None:
        """Make the video, if it is to be one.

        Raises:
            StorageError: if it cannot be written.
        """
        if info.kind != "image" or info.is_seekable:
            self._video = self._enter(annotated_video(self._video_path, overwrite=True))

    def write(self, frame: Frame, analysis: FrameAnalysis) -> None:
        """Draw a frame.

        Raises:
            StorageError: if it cannot be written.
        """
        if self._video is not None:
            self._video.write(frame, analysis)
        else:
            write_annotated_image(self._picture_path, frame, analysis, overwrite=True)


class VideoOutput(_WholeOutput):
    """The video without an overlay: with its sound, or with hidden faces."""

    def __init__(self, kind: RecordingKind, source: Path, video: Path, picture: Path) -> None:
        """Take what is wanted of which file, and where a video goes, and where a picture."""
        super().__init__()
        self._kind = kind
        self._source = source
        self._video_path = video
        self._picture_path = picture
        self._video: AnnotatedVideoWriter | None = None

    def opened(self, session: int, info: SourceInfo) -> None:
        """Make the video, if it is to be one.

        Raises:
            StorageError: if it cannot be written.
        """
        if info.kind != "image" or info.is_seekable:
            has_sound = info.kind == "video"
            self._video = self._enter(
                recorded_video(self._video_path, self._kind, self._source if has_sound else None)
            )

    def write(self, frame: Frame, analysis: FrameAnalysis) -> None:
        """Take a frame.

        Raises:
            StorageError: if it cannot be written.
        """
        if self._video is not None:
            self._video.write(frame, analysis)
        elif self._kind == "blurred":
            write_picture(self._picture_path, blurred_picture(frame, analysis), overwrite=True)

    def close(self, *, is_complete: bool) -> None:
        """Let the file appear if it is whole.

        Raises:
            StorageError: if it cannot be written, or appears without its sound.
        """
        super().close(is_complete=is_complete)
        if is_complete and self._video is not None and self._video.problem is not None:
            raise self._video.problem


class MeshOutput(_WholeOutput):
    """The meshes of the faces."""

    def __init__(self, path: Path) -> None:
        """Take where to."""
        super().__init__()
        self._path = path
        self._file: MeshFile | None = None

    def write(self, frame: Frame, analysis: FrameAnalysis) -> None:
        """Take the meshes of a frame.

        Raises:
            StorageError: if they cannot be written.
        """
        if self._file is None:
            self._file = self._enter(mesh_file(self._path, overwrite=True))
        self._file.add(analysis)


class ChartOutput(_WholeOutput):
    """The timeline, drawn at the end."""

    def __init__(self, path: Path, title: str) -> None:
        """Take where to, and what stands above it."""
        super().__init__()
        self._path = path
        self._title = title
        self._chart = TimelineChart()

    def write(self, frame: Frame, analysis: FrameAnalysis) -> None:
        """Take a frame in."""
        self._chart.add(analysis)

    def close(self, *, is_complete: bool) -> None:
        """Draw it.

        Raises:
            StorageError: if it cannot be written.
        """
        if is_complete:
            self._chart.write(self._path, self._title, overwrite=True)


class ProgressBar(_WholeOutput):
    """How far the analysis is, on standard error."""

    def __init__(self, name: str, selection: FrameSelection) -> None:
        """Take the name of the file, and which of its frames are analysed."""
        super().__init__()
        self._name = name
        self._selection = selection
        self._bar: tqdm[Any] | None = None

    def opened(self, session: int, info: SourceInfo) -> None:
        """Begin at the first of the source's frames."""
        # No bar where standard error is no terminal: a file of carriage returns helps nobody.
        bar: tqdm[Any] = tqdm(
            total=self._selection.count(info),
            desc=self._name,
            unit="frame",
            file=sys.stderr,
            disable=None,
            leave=False,
            dynamic_ncols=True,
        )
        self._bar = self._enter(bar)

    def write(self, frame: Frame, analysis: FrameAnalysis) -> None:
        """Count a frame."""
        if self._bar is not None:
            self._bar.update()
