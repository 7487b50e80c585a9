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


def finds_other_faces(former: Settings, settings: Settings) -> bool:
    """Tell whether a file that is analysed has other face tracks from now on."""
    return (former.face_search, former.min_detection_score) != (
        settings.face_search,
        settings.min_detection_score,
    )


def is_other_camera_mode(former: Settings, settings: Settings) -> bool:
    """Tell whether a camera has to be opened again."""
    modes = (
        (one.camera_width_px, one.camera_height_px, one.camera_fps) for one in (former, settings)
    )
    return len(set(modes)) > 1
