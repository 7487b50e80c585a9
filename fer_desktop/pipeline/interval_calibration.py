"""The neutral faces of an interval of a video, read before its analysis."""

from collections import defaultdict
from contextlib import closing
from pathlib import Path

from fer_desktop.domain.arousal import arousal_of
from fer_desktop.domain.frame_selection import FrameSelection
from fer_desktop.domain.neutral_baseline import NeutralBaseline
from fer_desktop.domain.neutral_evidence import judged_baseline
from fer_desktop.domain.scores import EmotionScores
from fer_desktop.errors import CalibrationError
from fer_desktop.pipeline.analysis_run import analyze_file
from fer_desktop.sources.factory import open_file
from fer_desktop.vision.analyzer import Analyzer


def interval_baselines(
    path: Path, interval_s: tuple[float, float], analyzer: Analyzer, selection: FrameSelection
) -> tuple[dict[int, NeutralBaseline], list[str]]:
    """Return the baselines of the faces in an interval, and why others have none.

    Faces get the ids that they will have when the file is analysed: the same frames are read, from
    the first one on, both times.

    Raises:
        SourceError: if the file cannot be read.
    """
    begin_us, end_us = (round(1e6 * moment) for moment in interval_s)
    readings: dict[int, list[tuple[int, EmotionScores]]] = defaultdict(list)
    arousal: dict[int, list[float | None]] = defaultdict(list)
    with closing(analyze_file(open_file(path), analyzer, selection=selection)) as frames:
        for frame, analysis in frames:
            if frame.timestamp_us > end_us:
                break
            for face in analysis.faces if frame.timestamp_us >= begin_us else ():
                if face.scores is not None:
                    readings[face.face_id].append((frame.timestamp_us, face.scores))
                    arousal[face.face_id].append(arousal_of(face))
    found, refusals = {}, []
    for face_id, rows in sorted(readings.items()):
        try:
            found[face_id] = judged_baseline(rows, origin="interval", arousal=arousal[face_id])
        except CalibrationError as error:
            refusals.append(f"face {face_id} is not calibrated: {error}")
    if not readings:
        begin, end = interval_s
        refusals.append(f"no face is calibrated: none is seen between {begin:g} and {end:g} s")
    return found, refusals
