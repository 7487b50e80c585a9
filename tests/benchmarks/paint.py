"""Painting one frame with its overlay, one repaint of the timeline, without threads."""

from pathlib import Path
from time import monotonic_ns

from PySide6.QtWidgets import QApplication

from fer_desktop.domain.emotion import FaceAnalysis, FrameAnalysis
from fer_desktop.domain.face import BoundingBox, Detection
from fer_desktop.domain.frame import Frame
from fer_desktop.domain.scores import EmotionScores
from fer_desktop.ui.viewer.frame_view import FrameView
from tests.benchmarks import clips
from tests.benchmarks.figures import Figure, figure, timed_ms
from trainer.contract.labels import LABEL_SETS

FRAMES = 200
WARM_UP = 20
VIEW_PX = (1000, 620)


def run(_work: Path) -> list[Figure]:
    """Paint 640 x 480 pictures with one box into a view of 1000 x 620."""
    app = QApplication.instance() or QApplication([])
    view = FrameView()
    view.resize(*VIEW_PX)
    view.show()
    app.processEvents()
    scores = EmotionScores(LABEL_SETS["fer7"], (0.7, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05))
    box = Detection(BoundingBox(220, 100, 400, 280), 0.9)
    samples = []
    for index, picture in enumerate(clips.demo_pictures(FRAMES)):
        face = FaceAnalysis(1, box, scores, scores)
        analysis = FrameAnalysis(index, index * 33_333, None, 640, 480, (face,))
        view.set_frame(Frame(index, index * 33_333, monotonic_ns(), picture), analysis)
        samples.append(timed_ms(view.repaint))
    view.close()
    return [figure("paint", "picture with overlay, 1000 x 620", samples[WARM_UP:])]
