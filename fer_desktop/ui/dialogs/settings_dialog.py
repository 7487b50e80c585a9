"""The user's choices that are not made in passing."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from fer_desktop import paths
from fer_desktop.errors import StorageError
from fer_desktop.files import make_folder
from fer_desktop.settings import Settings, bounds
from fer_desktop.ui.dialogs.asking_dialog import AskingDialog
from fer_desktop.ui.dialogs.prompts import OpenFolder
from fer_desktop.ui.look.wording import action_text, engine_text, measure_text
from fer_desktop.vision.engines.plugin_engines import AUTO, engine_names
from fer_desktop.vision.measure_catalogue import measure_names

_RESOLUTIONS: Final = ((0, 0), (640, 480), (800, 600), (1280, 720), (1920, 1080), (3840, 2160))
_RATES: Final = (0, 15, 24, 25, 30, 50, 60)


class FolderEdit(QWidget):
    """A folder; empty stands for the platform's own."""

    def __init__(self, title: str, folder: str, default: Path, parent: QWidget) -> None:
        super().__init__(parent)
        self._title = title
        self._default = default
        self._edit = QLineEdit(folder, self)
        self._edit.setPlaceholderText(str(default))
        self._edit.setAccessibleName(title)
        self._edit.setMinimumWidth(200)
        self._edit.setToolTip(
            self.tr("If this folder cannot be found, files are saved to {folder}.").format(
                folder=default
            )
        )
        button = QPushButton(self.tr("Choose…"), self)
        button.setAccessibleName(self.tr("Choose: {title}").format(title=title))
        button.clicked.connect(self._choose)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._edit, 1)
        layout.addWidget(button)
        self.setFocusProxy(self._edit)

    @property
    def folder(self) -> str:
        """What was chosen."""
        return self._edit.text().strip()

    def make(self) -> None:
        """Make the chosen folder, if it does not exist.

        Raises:
            StorageError: if that is not possible.
        """
        if self.folder:
            make_folder(Path(self.folder))

    def _choose(self) -> None:
        folder = OpenFolder.ask(self, self._title, self.folder or str(self._default))
        if folder is not None:
            self._edit.setText(str(folder))


class SettingsDialog(AskingDialog):
    """Edits a copy of the settings."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.setWindowTitle(self.tr("Settings"))
        self._make_camera_controls()
        self._make_analysis_controls()
        self._make_picture_controls()
        self._make_folder_controls()
        self.problem = QLabel(self)
        self.problem.setProperty("role", "error")
        self.problem.setWordWrap(True)
        self.problem.hide()
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok
            | QDialogButtonBox.StandardButton.Cancel
            | QDialogButtonBox.StandardButton.RestoreDefaults,
            self,
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.cancel)
        buttons.button(QDialogButtonBox.StandardButton.RestoreDefaults).clicked.connect(
            lambda: self._show(Settings())
        )
        columns = QHBoxLayout()
        left, right = QVBoxLayout(), QVBoxLayout()
        for column, boxes in (
            (left, (self._camera_box, self._analysis_box)),
            (right, (self._picture_box,)),
        ):
            for box in boxes:
                column.addWidget(box)
            column.addStretch(1)
            columns.addLayout(column)
        layout = QVBoxLayout(self)
        layout.addLayout(columns)
        layout.addWidget(self._folder_box)
        layout.addWidget(self.problem)
        layout.addWidget(buttons)
        self._show(settings)

    @property
    def settings(self) -> Settings:
        """What was chosen; what the dialog does not show stays as it was."""
        width, height = self.resolution.currentData()
        return replace(
            self._settings,
            camera_width_px=width,
            camera_height_px=height,
            camera_fps=self.rate.currentData(),
            streams_may_leave=self.may_leave.isChecked(),
            engine=self.engine.currentData(),
            smoothing_ms=self.smoothing.value(),
            min_detection_score=round(self.score.value(), 2),
            face_search=self.face_search.currentData(),
            automatic_calibration=self.automatic_calibration.isChecked(),
            measures=self._chosen_measures(),
            show_boxes=self.boxes.isChecked(),
            show_labels=self.labels.isChecked(),
            show_bars=self.bars.isChecked(),
            mirror=self.mirror.isChecked(),
            theme=self.theme.currentData(),
            timeline_span_s=self.span.value(),
            snapshot_dir=self.snapshot_folder.folder,
            recording_dir=self.recording_folder.folder,
            export_dir=self.export_folder.folder,
        )

    def _chosen_measures(self) -> tuple[str, ...]:
        wanted = {name for name, box in self.measures.items() if box.isChecked()}
        # Those of a package that is not there at present stay chosen.
        kept = [
            name for name in self._settings.measures if name in wanted or name not in self.measures
        ]
        return (*kept, *(name for name in self.measures if name in wanted.difference(kept)))

    def has_changes(self) -> bool:
        """Whether something differs from the settings that hold."""
        return self.settings != self._settings

    def accept(self) -> None:
        """Close, unless a folder is chosen that does not exist and cannot be made."""
        for edit in (self.snapshot_folder, self.recording_folder, self.export_folder):
            try:
                edit.make()
            except StorageError as error:
                self.problem.setText(str(error))
                self.problem.show()
                edit.setFocus()
                return
        super().accept()

    @classmethod
    def ask(cls, parent: QWidget, settings: Settings) -> Settings | None:
        """Return the settings that the person wants."""
        dialog = cls(settings, parent)
        accepted = dialog.exec() == QDialog.DialogCode.Accepted
        return dialog.settings if accepted else None

    def _make_camera_controls(self) -> None:
        self._camera_box = QGroupBox(self.tr("Camera"), self)
        form = QFormLayout(self._camera_box)
        self.resolution = QComboBox(self)
        auto = self.tr("Camera default")
        for width, height in _RESOLUTIONS:
            self.resolution.addItem(f"{width} × {height}" if width else auto, (width, height))  # noqa: RUF001
        self.rate = QComboBox(self)
        for rate in _RATES:
            text = self.tr("{rate} fps").format(rate=rate) if rate else auto
            self.rate.addItem(text, rate)
        self.may_leave = QCheckBox(
            self.tr("Follow redirects of network cameras to other &hosts"), self
        )
        self.may_leave.setToolTip(
            self.tr("If this is off, redirects are followed only within the camera itself.")
        )
        form.addRow(self.tr("&Resolution:"), self.resolution)
        form.addRow(self.tr("&Frame rate:"), self.rate)
        form.addRow(self.may_leave)

    def _make_analysis_controls(self) -> None:
        self._analysis_box = QGroupBox(self.tr("Analysis"), self)
        form = QFormLayout(self._analysis_box)
        self.smoothing = QSpinBox(self)
        low, high = bounds("smoothing_ms")
        self.smoothing.setRange(int(low), int(high))
        self.smoothing.setSingleStep(50)
        self.smoothing.setSuffix(" ms")
        self.smoothing.setSpecialValueText(self.tr("Off"))
        self.smoothing.setToolTip(
            self.tr(
                "Time constant for smoothing the scores. Exported tables contain the "
                "unsmoothed scores as well."
            )
        )
        self.score = QDoubleSpinBox(self)
        self.score.setRange(*bounds("min_detection_score"))
        self.score.setSingleStep(0.05)
        self.score.setToolTip(
            self.tr("Lower values find more faces but also give more false detections.")
        )
        self.face_search = QComboBox(self)
        choices: Mapping[str, str] = {
            "auto": self.tr("In images only"),
            "small": self.tr("In videos and live sources as well"),
            "large": self.tr("Never"),
        }
        for value, name in choices.items():
            self.face_search.addItem(name, value)
        self.face_search.setToolTip(
            self.tr(
                "Searching for small faces, as in a classroom, takes about a hundred times as"
                " long: tenths of a second per frame."
            )
        )
        form.addRow(self.tr("&Smoothing:"), self.smoothing)
        self.engine = QComboBox(self)
        for engine in engine_names():
            text = self.tr("Automatic (fastest)") if engine == AUTO else engine_text(engine)
            self.engine.addItem(text, engine)
        self.engine.setToolTip(
            self.tr(
                "Software that runs the model: Keras on a graphics card, LiteRT on a "
                "processor. Both give the same numbers."
            )
        )
        form.addRow(self.tr("Minimum detection &score:"), self.score)
        form.addRow(self.tr("Search for small fa&ces:"), self.face_search)
        form.addRow(self.tr("En&gine:"), self.engine)
        self.automatic_calibration = QCheckBox(self.tr("Calibrate fac&es automatically"), self)
        self.automatic_calibration.setToolTip(
            self.tr(
                "Estimates the neutral expression of each face during the session. The "
                "correction is half as strong as with Session > Calibrate."
            )
        )
        form.addRow(self.automatic_calibration)
        self.measures = {name: QCheckBox(self) for name in measure_names()}
        for name, box in self.measures.items():
            box.setText(
                self.tr("Measure: {name}").format(name=action_text(measure_text(name).lower()))
            )
            form.addRow(box)

    def _make_picture_controls(self) -> None:
        self._picture_box = QGroupBox(self.tr("Picture and timeline"), self)
        form = QFormLayout(self._picture_box)
        self.boxes = QCheckBox(self.tr("&Boxes around faces"), self)
        self.labels = QCheckBox(self.tr("&Labels on faces"), self)
        self.bars = QCheckBox(self.tr("B&ars beside faces"), self)
        self.mirror = QCheckBox(self.tr("Show cameras as a &mirror"), self)
        for box in (self.boxes, self.labels, self.bars, self.mirror):
            form.addRow(box)
        self.theme = QComboBox(self)
        names: Mapping[str, str] = {
            "system": self.tr("System default"),
            "light": self.tr("Light"),
            "dark": self.tr("Dark"),
        }
        for value, name in names.items():
            self.theme.addItem(name, value)
        self.span = QSpinBox(self)
        low, high = bounds("timeline_span_s")
        self.span.setRange(int(low), int(high))
        self.span.setSingleStep(10)
        self.span.setSuffix(" s")
        form.addRow(self.tr("&Theme:"), self.theme)
        form.addRow(self.tr("Timeline s&pan:"), self.span)

    def _make_folder_controls(self) -> None:
        self._folder_box = QGroupBox(self.tr("Folders"), self)
        form = QFormLayout(self._folder_box)
        settings = self._settings
        self.snapshot_folder = FolderEdit(
            self.tr("Snapshots"), settings.snapshot_dir, paths.pictures_dir(), self
        )
        self.recording_folder = FolderEdit(
            self.tr("Recorded videos"), settings.recording_dir, paths.videos_dir(), self
        )
        self.export_folder = FolderEdit(
            self.tr("Exported tables"), settings.export_dir, paths.documents_dir(), self
        )
        form.addRow(self.tr("S&napshots:"), self.snapshot_folder)
        form.addRow(self.tr("Recorded &videos:"), self.recording_folder)
        form.addRow(self.tr("&Exported tables:"), self.export_folder)

    def _show(self, settings: Settings) -> None:
        size = (settings.camera_width_px, settings.camera_height_px)
        _select(self.resolution, size, f"{size[0]} × {size[1]}")  # noqa: RUF001
        _select(self.rate, settings.camera_fps, str(settings.camera_fps))
        self.may_leave.setChecked(settings.streams_may_leave)
        _select(self.engine, settings.engine, engine_text(settings.engine))
        self.smoothing.setValue(settings.smoothing_ms)
        self.score.setValue(settings.min_detection_score)
        self.face_search.setCurrentIndex(self.face_search.findData(settings.face_search))
        self.automatic_calibration.setChecked(settings.automatic_calibration)
        for name, box in self.measures.items():
            box.setChecked(name in settings.measures)
        self.boxes.setChecked(settings.show_boxes)
        self.labels.setChecked(settings.show_labels)
        self.bars.setChecked(settings.show_bars)
        self.mirror.setChecked(settings.mirror)
        self.theme.setCurrentIndex(self.theme.findData(settings.theme))
        self.span.setValue(settings.timeline_span_s)


def _select(combo: QComboBox, value: object, text: str) -> None:
    """Choose a value, which may come from a settings file and not be among the usual ones."""
    for index in range(combo.count()):
        if combo.itemData(index) == value:
            combo.setCurrentIndex(index)
            return
    combo.addItem(text, value)
    combo.setCurrentIndex(combo.count() - 1)
