"""How faces are found and read."""

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QGroupBox,
    QPushButton,
    QSpinBox,
    QWidget,
)

from fer_desktop.settings import Settings, bounds
from fer_desktop.ui.dialogs.choice import select
from fer_desktop.ui.dialogs.measures_dialog import MeasuresDialog
from fer_desktop.ui.look.measure_texts import chosen_text
from fer_desktop.ui.look.wording import action_text, engine_text
from fer_desktop.vision.engines.plugin_engines import AUTO, engine_names


class AnalysisGroup(QGroupBox):
    """Smoothing, detection, the engine, calibration and what else is measured."""

    def __init__(self, settings: Settings, parent: QWidget) -> None:
        super().__init__(parent)
        self._measures = settings.measures
        self.setTitle(self.tr("Analysis"))
        form = QFormLayout(self)
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
            text = self.tr("Automatic") if engine == AUTO else engine_text(engine)
            self.engine.addItem(text, engine)
        self.engine.setToolTip(
            self.tr(
                "Software that runs the model. Automatic: Keras on a graphics card, LiteRT on "
                "a processor, which give the same numbers. LiteRT int8 is two to four times as "
                "fast as LiteRT, with probabilities that differ by some hundredths; it needs a "
                "model with weights of 8 bits, as seven-expressions has."
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
        self.measures_button = QPushButton(self)
        self.measures_button.setToolTip(
            self.tr("Head, gaze, facial actions and more, besides the expressions.")
        )
        self.measures_button.clicked.connect(self._choose_measures)
        form.addRow(self.tr("&Measures:"), self.measures_button)
        self.usable_only = QCheckBox(self.tr("Summaries of &usable faces only"), self)
        self.usable_only.setToolTip(
            self.tr(
                "Leaves faces out of summaries and reports that are too small, dark, bright,"
                " blurred, turned or covered, where picture quality was measured."
            )
        )
        form.addRow(self.usable_only)

    def show_settings(self, settings: Settings) -> None:
        """Show other choices."""
        self.smoothing.setValue(settings.smoothing_ms)
        self.score.setValue(settings.min_detection_score)
        self.face_search.setCurrentIndex(self.face_search.findData(settings.face_search))
        select(self.engine, settings.engine, engine_text(settings.engine))
        self.automatic_calibration.setChecked(settings.automatic_calibration)
        self._show_measures(settings.measures)
        self.usable_only.setChecked(settings.usable_only)

    def chosen(self, settings: Settings) -> Settings:
        """Return settings with what is chosen here."""
        return replace(
            settings,
            smoothing_ms=self.smoothing.value(),
            min_detection_score=round(self.score.value(), 2),
            face_search=self.face_search.currentData(),
            engine=self.engine.currentData(),
            automatic_calibration=self.automatic_calibration.isChecked(),
            measures=self._measures,
            usable_only=self.usable_only.isChecked(),
        )

    def _choose_measures(self) -> None:
        chosen = MeasuresDialog.ask(self, self._measures)
        if chosen is not None:
            self._show_measures(chosen)

    def _show_measures(self, names: tuple[str, ...]) -> None:
        self._measures = names
        self.measures_button.setText(f"{action_text(chosen_text(names))}…")
