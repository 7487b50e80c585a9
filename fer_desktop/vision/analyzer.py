"""A frame in, everything found in it out."""

from collections.abc import Mapping
from functools import partial

from fer_desktop.domain.emotion import FaceAnalysis, FrameAnalysis
from fer_desktop.domain.face import Detection
from fer_desktop.domain.frame import Frame
from fer_desktop.domain.measures import MeasureSpec
from fer_desktop.domain.neutral_baseline import NeutralBaseline
from fer_desktop.domain.scores import EmotionScores
from fer_desktop.settings import FaceSearch
from fer_desktop.vision.appearance import appearance_of
from fer_desktop.vision.calibrator import Calibrator
from fer_desktop.vision.cuts import CutDetector
from fer_desktop.vision.looking import Copies, Looker, Seen
from fer_desktop.vision.measuring import Measurer
from fer_desktop.vision.ports import EmotionClassifier, FaceDetector
from fer_desktop.vision.smoothing import ScoreSmoother
from fer_desktop.vision.tracker import FaceTracker
from trainer.contract.preset import Preset


class Analyzer:
    """Finds, recognizes again and reads the faces of one source; used by one thread.

    Only what ``finder`` and its copies do may run on other threads, ahead of the rest: they know no
    other frame. The same frames in the same order give the same answers, byte for byte.

    Attributes:
        calibrator: knows which faces are read against their own rest.
    """

    def __init__(
        self,
        detector: FaceDetector,
        classifier: EmotionClassifier | None = None,
        *,
        smoothing_ms: int = 300,
        face_search: FaceSearch = "auto",
        calibrator: Calibrator | None = None,
        measurer: Measurer | None = None,
    ) -> None:
        self._detector = detector
        self._classifier = classifier
        self._tracker = FaceTracker()
        self._cuts = CutDetector()
        self._smoother = ScoreSmoother(smoothing_ms)
        self._face_search = face_search
        self.calibrator = calibrator or Calibrator()
        self._measurer = measurer or Measurer()
        self._copies: Copies | None = None

    @property
    def measures(self) -> tuple[MeasureSpec, ...]:
        """What it measures of faces besides their expressions."""
        return self._measurer.specs

    @property
    def measure_problems(self) -> Mapping[str, str]:
        """Why measures stay empty, at all or where they fail, by their keys."""
        return self._measurer.problems

    def analyze(self, frame: Frame, *, still: bool = False) -> FrameAnalysis:
        """Return the faces of a frame; without a classifier only where they are.

        Args:
            frame: the next frame of the source.
            still: whether it stands alone: not smoothed over time, and searched for small faces
                too unless that was chosen otherwise.
        """
        (seen,) = self.finder().look([frame], still=still)
        return self.recognize(frame, seen, still=still)

    def finder(self) -> Looker:
        """Return what finds the faces of frames with the present networks, and does not read them.

        That is the first half of ``analyze``, and may be done on another thread.
        """
        return Looker(self._detector, face_search=self._face_search)

    def copies(self) -> Copies | None:
        """Return where other threads get what finds faces and reads them, each with own networks.

        They are kept for the next file. There are none if the networks cannot be copied.
        """
        if self._copies is None:
            looker = Looker(self._detector, self._classifier, face_search=self._face_search)
            self._copies = looker.copies()
        return self._copies

    def recognize(self, frame: Frame, seen: Seen, *, still: bool = False) -> FrameAnalysis:
        """Return who and how the faces of a frame are: what is left to do of ``analyze``.

        Args:
            frame: the next frame of the source.
            seen: what ``finder`` or a copy saw in it; what was not read yet is read now.
            still: as for ``analyze``.
        """
        detections = seen.detections
        face_ids = self._track(frame, detections, still)
        scores = self._scores(frame, seen)
        self._smoother.forget_absent(frame.timestamp_us)
        faces = [
            self._face(face_id, detection, face_scores, frame.timestamp_us, still)
            for face_id, detection, face_scores in zip(face_ids, detections, scores, strict=True)
        ]
        width_px, height_px = frame.size_px
        return FrameAnalysis(
            frame_index=frame.index,
            timestamp_us=frame.timestamp_us,
            wall_ns=frame.wall_ns,
            width_px=width_px,
            height_px=height_px,
            faces=self._measurer.measured(frame, sorted(faces, key=lambda face: face.face_id)),
            measures=self._measurer.specs,
        )

    def follow(self, analysis: FrameAnalysis) -> None:
        """Take in a frame of a stream that was analysed before: the next one goes on from there.

        Args:
            analysis: what ``recognize`` returned for it, with the same settings.
        """
        time_us = analysis.timestamp_us
        boxes = {face.face_id: face.detection.box for face in analysis.faces}
        self._tracker.follow(boxes, time_us)
        self._smoother.forget_absent(time_us)
        for face in analysis.faces:
            if face.scores is not None:
                _, shown = self._corrected(face.face_id, face.scores, time_us)
                self._smoother.smooth(face.face_id, shown or face.scores, time_us)

    def set_classifier(self, classifier: EmotionClassifier | None) -> None:
        """Use another model from the next frame on.

        What one model reads at rest says nothing of another: faces must be calibrated anew, unless
        it is the same one on another engine.
        """
        former, self._classifier = self._classifier, classifier
        self._copies = None
        self._smoother.reset()
        if classifier is None or former is None or is_other_model(former.preset, classifier.preset):
            self.calibrator.reset()

    def set_measurer(self, measurer: Measurer) -> None:
        """Measure something else of faces from the next frame on."""
        self._measurer = measurer

    def set_smoothing(self, ms: int) -> None:
        """Change the time constant of the smoothing; 0 switches it off."""
        self._smoother.time_constant_ms = ms

    def set_face_search(self, choice: FaceSearch) -> None:
        """Change which faces are looked for."""
        self._face_search = choice
        self._copies = None

    def reset(self) -> None:
        """Begin a new source: face ids start from 1."""
        self._tracker.reset()
        self._cuts.reset()
        self._smoother.reset()
        self.calibrator.reset()

    def _track(self, frame: Frame, detections: list[Detection], still: bool) -> list[int]:
        if still:  # pages of a file follow each other like nothing that moves
            return self._tracker.update(detections, frame.timestamp_us)
        return self._tracker.update(
            detections,
            frame.timestamp_us,
            look=partial(appearance_of, frame.pixels),
            is_cut=self._cuts.take(frame.pixels),
            is_jump=self._cuts.is_jump,
        )

    def _scores(self, frame: Frame, seen: Seen) -> list[EmotionScores | None]:
        if self._classifier is None or not seen.detections:
            return [None] * len(seen.detections)
        labels = self._classifier.preset.labels
        probabilities = seen.probabilities
        if probabilities is None:
            probabilities = self._classifier.classify(frame.pixels, seen.detections)
        return [EmotionScores(labels, tuple(row)) for row in probabilities.astype(float).tolist()]

    def _face(
        self,
        face_id: int,
        detection: Detection,
        scores: EmotionScores | None,
        timestamp_us: int,
        still: bool,
    ) -> FaceAnalysis:
        if scores is None or self._classifier is None:
            return FaceAnalysis(face_id, detection, None, None)
        baseline, corrected = self._corrected(face_id, scores, timestamp_us)
        shown = corrected or scores
        smoothed = shown if still else self._smoother.smooth(face_id, shown, timestamp_us)
        is_unsure = smoothed.confidence < self._classifier.preset.unsure_below
        return FaceAnalysis(face_id, detection, scores, smoothed, is_unsure, corrected, baseline)

    def _corrected(
        self, face_id: int, scores: EmotionScores, timestamp_us: int
    ) -> tuple[NeutralBaseline | None, EmotionScores | None]:
        baseline = self.calibrator.baseline_for(face_id, scores, timestamp_us)
        return baseline, baseline.correct(scores) if baseline is not None else None


def is_other_model(former: Preset, preset: Preset) -> bool:
    """Tell whether what one model reads says nothing of what the other one does."""
    return (former.sha256, former.temperature) != (preset.sha256, preset.temperature)
