"""The user's choices that are not made in passing."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialogButtonBox,
    QFormLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QLayout,
    QSpinBox,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from fer_desktop.errors import FerError
from fer_desktop.settings import Settings, bounds
from fer_desktop.ui.dialogs.analysis_settings import AnalysisGroup
from fer_desktop.ui.dialogs.asking_dialog import AskingDialog
from fer_desktop.ui.dialogs.choice import select
from fer_desktop.ui.dialogs.folder_settings import FolderGroup
from fer_desktop.ui.dialogs.output_settings import InputGroup, OutputGroup

_RESOLUTIONS: Final = ((0, 0), (640, 480), (800, 600), (1280, 720), (1920, 1080), (3840, 2160))
_RATES: Final = (0, 15, 24, 25, 30, 50, 60)


class SettingsDialog(AskingDialog[Settings]):
    """Edits a copy of the settings."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.setWindowTitle(self.tr("Settings"))
        self._make_camera_controls()
        self._make_picture_controls()
        self.analysis = AnalysisGroup(settings, self)
        self.folders = FolderGroup(settings, self)
        self.outputs = OutputGroup(settings, self)
        self.inputs = InputGroup(settings, self)
        self.problem = QLabel(self)
        self.problem.setProperty("role", "error")
        self.problem.setWordWrap(True)
        self.problem.hide()
        columns = QHBoxLayout()
        for boxes in (
            (self._camera_box, self.analysis),
            (self._picture_box,),
        ):
            column = QVBoxLayout()
            for box in boxes:
                column.addWidget(box)
            column.addStretch(1)
            columns.addLayout(column)
        self._show(settings)
        self.tabs = QTabWidget(self)
        self._add_tab(self.tr("General"), columns)
        self._files = self._add_tab(self.tr("Files"), self.folders)
        self._others = self._add_tab(self.tr("Other programs"), self.outputs, self.inputs)
        self.fill(self.tabs, self.problem)
        defaults = self.buttons.addButton(QDialogButtonBox.StandardButton.RestoreDefaults)
        defaults.clicked.connect(lambda: self._show(Settings()))

    def answer(self) -> Settings:
        """Return what is chosen now; what the dialog does not show stays as it was."""
        width, height = self.resolution.currentData()
        chosen = replace(
            self._settings,
            camera_width_px=width,
            camera_height_px=height,
            camera_fps=self.rate.currentData(),
            streams_may_leave=self.may_leave.isChecked(),
            show_boxes=self.boxes.isChecked(),
            show_labels=self.labels.isChecked(),
            show_bars=self.bars.isChecked(),
            show_guides=self.guides.isChecked(),
            mirror=self.mirror.isChecked(),
            theme=self.theme.currentData(),
            timeline_span_s=self.span.value(),
        )
        for group in (self.analysis, self.folders, self.outputs, self.inputs):
            chosen = group.chosen(chosen)
        return chosen

    def has_changes(self) -> bool:
        """Whether something differs from the settings that hold."""
        return self.answer() != self._settings

    def accept(self) -> None:
        """Close, unless a target cannot be one, or a folder is not there and cannot be made."""
        checks = (
            (self._others, self.outputs.check),
            (self._others, self.inputs.check),
            (self._files, self.folders.make),
        )
        for tab, check in checks:
            try:
                check()
            except FerError as error:
                self.tabs.setCurrentIndex(tab)
                self.problem.setText(str(error))
                self.problem.show()
                return
        super().accept()

    @classmethod
    def ask(cls, parent: QWidget, settings: Settings) -> Settings | None:
        """Return the settings that the person wants."""
        return cls(settings, parent).answered()

    def _add_tab(self, title: str, *content: QWidget | QLayout) -> int:
        page = QWidget(self)
        column = QVBoxLayout(page)
        for part in content:
            if isinstance(part, QLayout):
                column.addLayout(part)
            else:
                column.addWidget(part)
        column.addStretch(1)
        return self.tabs.addTab(page, title)

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

    def _make_picture_controls(self) -> None:
        self._picture_box = QGroupBox(self.tr("Picture and timeline"), self)
        form = QFormLayout(self._picture_box)
        self.boxes = QCheckBox(self.tr("&Boxes around faces"), self)
        self.labels = QCheckBox(self.tr("&Labels on faces"), self)
        self.bars = QCheckBox(self.tr("B&ars beside faces"), self)
        self.guides = QCheckBox(self.tr("&Head, gaze and mesh, where measured"), self)
        self.mirror = QCheckBox(self.tr("Show cameras as a &mirror"), self)
        for box in (self.boxes, self.labels, self.bars, self.guides, self.mirror):
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

    def _show(self, settings: Settings) -> None:
        size = (settings.camera_width_px, settings.camera_height_px)
        select(self.resolution, size, f"{size[0]} × {size[1]}")  # noqa: RUF001
        select(self.rate, settings.camera_fps, str(settings.camera_fps))
        self.may_leave.setChecked(settings.streams_may_leave)
        self.analysis.show_settings(settings)
        self.outputs.show_settings(settings)
        self.folders.show_settings(settings)
        self.inputs.show_settings(settings)
        self.boxes.setChecked(settings.show_boxes)
        self.labels.setChecked(settings.show_labels)
        self.bars.setChecked(settings.show_bars)
        self.guides.setChecked(settings.show_guides)
        self.mirror.setChecked(settings.mirror)
        self.theme.setCurrentIndex(self.theme.findData(settings.theme))
        self.span.setValue(settings.timeline_span_s)
