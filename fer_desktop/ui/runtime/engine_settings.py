"""From the user's choices to the engine that runs."""

from fer_desktop.pipeline.engine import Engine
from fer_desktop.settings import Settings


def hand_over(engine: Engine, former: Settings, settings: Settings) -> None:
    """Tell the engine which choices are others now; it takes them over between two frames."""
    if settings.smoothing_ms != former.smoothing_ms:
        engine.set_smoothing(settings.smoothing_ms)
    if settings.face_search != former.face_search:
        engine.set_face_search(settings.face_search)
    if settings.min_detection_score != former.min_detection_score:
        engine.set_detection_score(settings.min_detection_score)
    if settings.automatic_calibration != former.automatic_calibration:
        engine.set_automatic_calibration(settings.automatic_calibration)
    if settings.measures != former.measures:
        engine.set_measures(settings.measures)
