"""Two sessions drawn together, and where they differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from fer_desktop.domain.timeline import Timeline
from fer_desktop.errors import FerError
from fer_desktop.recording.comparison import (
    Comparison,
    FaceSeries,
    compare,
    persons_seen,
    read_person,
)
from fer_desktop.recording.session_format import Mark
from fer_desktop.recording.session_loading import LoadedSession, load_session
from fer_desktop.recording.shared_clock import clock_of
from fer_desktop.ui.dialogs.asking_dialog import fitting_size
from fer_desktop.ui.look.tokens import current_tokens
from fer_desktop.ui.look.wording import called_text, label_text, name_text, time_text
from fer_desktop.ui.runtime.background import Background
from fer_desktop.ui.sessions.session_texts import session_name, start_text
from fer_desktop.ui.timeline.canvas import TimelineCanvas
from fer_desktop.ui.timeline.content import TimelineContent
from fer_desktop.ui.timeline.legend import TimelineLegend
from fer_desktop.ui.timeline.visible_stretch import VisibleStretch
from fer_desktop.ui.widgets.elided_box import ElidedBox
from fer_desktop.ui.widgets.plain_button import plain_button
from fer_desktop.ui.widgets.row_table import RowTable

_SIZE: Final = QSize(980, 590)
_SIDES: Final = 2
_CHART_MIN_PX: Final = 90
_ALIGN_MAX_PX: Final = 240
_TABLE_PX: Final = 150


@dataclass(frozen=True, slots=True, eq=False)
class _Side:
    """One of the two sessions, as it was read."""

    path: Path
    loaded: LoadedSession
    persons: Sequence[tuple[int, str]]
    shared_us: int | None


def _read(paths: tuple[Path, Path]) -> list[_Side]:
    """Read two sessions, and where each is when the first of them begins, if they are of one time.

    Raises:
        StorageError: if that is not possible.
    """
    clock = clock_of(paths)
    starts_us = clock.starts_us if clock is not None else {}
    return [
        _Side(
            path,
            load_session(path),
            persons_seen(path),
            -starts_us[str(path)] if len(starts_us) == len(paths) else None,
        )
        for path in paths
    ]


class CompareDialog(QDialog):
    """Curves of a face of each, one above the other; a table of differences and one of means.

    Attributes:
        face_boxes: which face of each session.
        align_boxes: which moment of each session is taken for the same.
        summary: how far they agree, in words.
        differences: stretches with another most likely expression.
        means: of each expression.
        canvases: the curves.
    """

    def __init__(
        self, paths: tuple[Path, Path], background: Background, parent: QWidget | None = None
    ) -> None:
        """Read both sessions off the GUI thread."""
        super().__init__(parent)
        self._background = background
        self._sides: list[_Side] = []
        self._series: tuple[FaceSeries, FaceSeries] | None = None
        self._asked = 0
        self._is_open = True
        self.setWindowTitle(self.tr("Compare sessions"))
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self._stretches = [VisibleStretch(60_000_000) for _ in range(_SIDES)]
        self.face_boxes: list[QComboBox] = []
        self.align_boxes: list[QComboBox] = []
        self.canvases: list[TimelineCanvas] = []
        self._names: list[QLabel] = []
        charts = QGridLayout()
        for side in range(_SIDES):
            self._add_side(side, charts)
        self.legend = TimelineLegend(self)
        self.legend.toggled.connect(self._on_label_toggled)
        self.summary = QLabel(self.tr("Reading the sessions…"), self)
        self.summary.setWordWrap(True)
        self.summary.setTextFormat(Qt.TextFormat.PlainText)
        self.differences = RowTable(
            [self.tr("From"), self.tr("To"), self.tr("First"), self.tr("Second")],
            self.tr("Differences"),
            widest=2,
            parent=self,
        )
        self.differences.setToolTip(self.tr("Double-click shows a difference in the curves"))
        self.differences.cellDoubleClicked.connect(self._show_difference)
        self.means = RowTable(
            [
                self.tr("Expression"),
                self.tr("Mean, first"),
                self.tr("Mean, second"),
                self.tr("Difference"),
            ],
            self.tr("Means of expressions"),
            numbers=range(1, 4),
            parent=self,
        )
        tables = QHBoxLayout()
        for table in (self.differences, self.means):
            table.setMinimumHeight(_TABLE_PX // 2)
            table.setMaximumHeight(2 * _TABLE_PX)
            tables.addWidget(table, 5 if table is self.means else 4)
        bottom = QHBoxLayout()
        bottom.addStretch(1)
        bottom.addWidget(plain_button(self.tr("Close"), self.reject, self))
        layout = QVBoxLayout(self)
        layout.addLayout(charts, 3)
        layout.addWidget(self.legend)
        layout.addWidget(self.summary)
        layout.addLayout(tables, 2)
        layout.addLayout(bottom)
        self.resize(fitting_size(self, _SIZE))
        self.finished.connect(self._on_finished)
        background.run(
            "reading two sessions",
            lambda: _read(paths),
            self._show_sides,
            self._say_failed,
        )

    @classmethod
    def ask(cls, parent: QWidget, paths: tuple[Path, Path], background: Background) -> None:
        """Show the comparison until it is closed."""
        dialog = cls(paths, background, parent)
        dialog.exec()
        dialog.deleteLater()

    @property
    def offset_us(self) -> int:
        """Where the first one's time 0 lies on the second one's clock."""
        first, second = (int(box.currentData() or 0) for box in self.align_boxes)
        return second - first

    def _add_side(self, side: int, charts: QGridLayout) -> None:
        which = self.tr("First") if side == 0 else self.tr("Second")
        name = QLabel(which, self)
        name.setTextFormat(Qt.TextFormat.PlainText)
        faces, align = ElidedBox(self), ElidedBox(self)
        align.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        align.setMaximumWidth(_ALIGN_MAX_PX)
        faces.setAccessibleName(self.tr("{which}: face").format(which=which))
        align.setAccessibleName(self.tr("{which}: aligned at").format(which=which))
        align.setToolTip(
            self.tr(
                "The moment that is the same in both: the start, a mark, or what was at the same"
                " time, if both were live at once"
            )
        )
        faces.activated.connect(self._read_faces)
        align.activated.connect(self._align)
        row = QHBoxLayout()
        row.addWidget(name, 1)
        row.addWidget(faces)
        row.addWidget(QLabel(self.tr("aligned at"), self))
        row.addWidget(align)
        canvas = TimelineCanvas(_empty_content(self._stretches[side]), self)
        canvas.setMinimumHeight(_CHART_MIN_PX)
        canvas.moved.connect(lambda: self._follow(side))
        charts.addLayout(row, 2 * side, 0)
        charts.addWidget(canvas, 2 * side + 1, 0)
        charts.setRowStretch(2 * side + 1, 1)
        self._names.append(name)
        self.face_boxes.append(faces)
        self.align_boxes.append(align)
        self.canvases.append(canvas)

    def _show_sides(self, sides: list[_Side]) -> None:
        if not self._is_open:
            return
        self._sides = sides
        labels: tuple[str, ...] = ()
        for side, found in enumerate(sides):
            content = self.canvases[side].content
            content.timeline = found.loaded.timeline
            content.set_marks(found.loaded.marks)
            labels += tuple(item for item in found.loaded.timeline.labels if item not in labels)
            self._names[side].setText(_title(found))
            content.people = found.loaded.people
            for person, label in found.persons:
                self.face_boxes[side].addItem(called_text(label), person)
            self._fill_alignment(side, found.loaded.marks)
        self.legend.set_labels(labels)
        self._read_faces()

    def _fill_alignment(self, side: int, marks: Sequence[Mark]) -> None:
        box = self.align_boxes[side]
        first_us = int(self._sides[side].loaded.times_us[0])
        if (shared_us := self._sides[side].shared_us) is not None:
            box.addItem(self.tr("the same time"), shared_us)
        own, other = (self._sides[at].loaded.summary for at in (side, 1 - side))
        for one in own.recordings:
            if one.fingerprint is not None and one.fingerprint == other.fingerprint:
                box.addItem(self.tr("start of the recording"), one.from_us)
        is_camera = own.info.source.is_live
        box.addItem(self.tr("start"), first_us if is_camera else 0)
        for mark in marks:
            text = f"{time_text(mark.timestamp_us, tenths=True)}  {name_text(mark.text)}"
            box.addItem(text, mark.timestamp_us)

    def _read_faces(self) -> None:
        """Read the chosen faces, whichever were asked for last."""
        chosen = [box.currentData() for box in self.face_boxes]
        if None in chosen:
            self.summary.setText(self.tr("One of the sessions has nobody who was read."))
            return
        self._asked += 1
        number = self._asked
        (first, second), (face, other) = (side.path for side in self._sides), chosen

        def done(series: tuple[FaceSeries, FaceSeries]) -> None:
            if self._is_open and number == self._asked:
                self._series = series
                self._align()

        self._background.run(
            "reading two faces",
            lambda: (read_person(first, face), read_person(second, other)),
            done,
            self._say_failed,
        )

    def _align(self) -> None:
        if self._series is None:
            return
        offset_us = self.offset_us
        extents = [side.loaded.timeline.extent_us or (0, 0) for side in self._sides]
        # Both show the whole of what any of the two has, on their own clocks.
        begin_us = min(extents[0][0], extents[1][0] - offset_us)
        end_us = max(extents[0][1], extents[1][1] - offset_us)
        for side, stretch in enumerate(self._stretches):
            shift_us = offset_us * side
            stretch.reset()
            stretch.advance(begin_us + shift_us, end_us + shift_us, end_us + shift_us)
            stretch.show_all()
            self.canvases[side].content.person = self.face_boxes[side].currentData()
            self.canvases[side].refresh()
        self._show_comparison(compare(*self._series, offset_us))

    def _follow(self, side: int) -> None:
        """Let the other curves show the same stretch."""
        other = 1 - side
        shift_us = self.offset_us if side == 0 else -self.offset_us
        moved, follower = self._stretches[side], self._stretches[other]
        follower.show_all()
        follower.zoom(moved.width_us / max(1, follower.width_us), follower.start_us)
        follower.pan(moved.start_us + shift_us - follower.start_us)
        self.canvases[other].refresh()

    def _show_comparison(self, found: Comparison) -> None:
        if found.agreement is None:
            self.summary.setText(self.tr("The two have no moment in common."))
        else:
            text = self.tr(
                "The same most likely expression in {percent} of {moments} common moments."
            )
            self.summary.setText(
                text.format(percent=_percent(found.agreement), moments=f"{found.moments:,}")
            )
        self.differences.setRowCount(len(found.differences))
        for row, item in enumerate(found.differences):
            times = (time_text(at, tenths=True) for at in (item.from_us, item.to_us))
            cells = (*times, label_text(item.first), label_text(item.second))
            for column, text in enumerate(cells):
                cell = self.differences.put(row, column, text)
                cell.setData(Qt.ItemDataRole.UserRole, item.from_us)
        self.means.setRowCount(len(found.means))
        for row, mean in enumerate(found.means):
            numbers = (_percent(mean.first), _percent(mean.second), _points(mean.difference))
            for column, text in enumerate((label_text(mean.label), *numbers)):
                self.means.put(row, column, text)

    def _show_difference(self, row: int, _: int) -> None:
        item = self.differences.item(row, 0)
        if item is None:
            return
        time_us = int(item.data(Qt.ItemDataRole.UserRole))
        for side, canvas in enumerate(self.canvases):
            stretch = self._stretches[side]
            moment_us = time_us + self.offset_us * side
            canvas.content.playhead_us = moment_us
            stretch.pan(moment_us - (stretch.start_us + stretch.end_us) // 2)
            canvas.refresh()

    def _on_label_toggled(self, label: str, is_shown: bool) -> None:
        for canvas in self.canvases:
            (canvas.content.hidden.discard if is_shown else canvas.content.hidden.add)(label)
            canvas.refresh()

    def _on_finished(self) -> None:
        self._is_open = False

    def _say_failed(self, error: FerError) -> None:
        if self._is_open:
            self.summary.setText(str(error))


def _empty_content(stretch: VisibleStretch) -> TimelineContent:
    return TimelineContent(Timeline(), stretch, current_tokens(), has_measures=False)


def _title(side: _Side) -> str:
    summary = side.loaded.summary
    models = ", ".join(dict.fromkeys(used.preset.name for used in side.loaded.models))
    facts = (summary.facts.participant, summary.facts.condition, models, start_text(summary))
    return name_text(" · ".join((session_name(summary), *filter(None, facts))))


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f} %"


def _points(share: float | None) -> str:
    return "" if share is None else f"{100 * share:+z.1f}".replace("-", "\N{MINUS SIGN}")
