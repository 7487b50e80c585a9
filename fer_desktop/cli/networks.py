"""Detector and model of a command that analyses files."""

from contextlib import ExitStack, closing
from pathlib import Path

from fer_desktop.cli.analysis_options import AnalysisOptions
from fer_desktop.recording.session_format import UsedModel
from fer_desktop.vision.analyzer import Analyzer
from fer_desktop.vision.measure_catalogue import chosen_measures
from fer_desktop.vision.measuring import Measurer


class Networks:
    """Detector and model, loaded when the first file needs them and kept for the others."""

    def __init__(self, model: Path, options: AnalysisOptions) -> None:
        """Take the model's folder, and how faces are found and read."""
        self._model = model
        self._options = options
        self._stack = ExitStack()
        self._loaded: tuple[Analyzer, UsedModel] | None = None

    def get(self) -> tuple[Analyzer, UsedModel]:
        """Return what analyses frames, and the model that it does so with.

        Raises:
            ModelError: if the model cannot be used.
            DetectorError: if the detector cannot be loaded.
        """
        if self._loaded is None:
            from fer_desktop.vision.classifier import ModelClassifier
            from fer_desktop.vision.detection.detector import MediaPipeFaceDetector

            options = self._options
            classifier = self._stack.enter_context(
                closing(ModelClassifier.load(self._model, engine=options.engine or "auto"))
            )
            detector = self._stack.enter_context(
                closing(MediaPipeFaceDetector(min_score=options.min_score))
            )
            analyzer = Analyzer(
                detector,
                classifier,
                smoothing_ms=options.smoothing_ms,
                face_search=options.faces,
                measurer=self._stack.enter_context(
                    closing(Measurer(chosen_measures(options.measures)))
                ),
            )
            used = UsedModel(classifier.preset, 0, classifier.engine, classifier.device)
            self._loaded = analyzer, used
        return self._loaded

    def close(self) -> None:
        """Release them; may be called twice."""
        self._loaded = None
        self._stack.close()
