"""What models answer on videos: for each video, the share of faces in frames given each label.

    python packaging/compare_videos.py --model models/ferplus7 --model models/fer7 VIDEO ...

The videos go through the application's own detector, tracker and smoothing (as it is set by
default), as in the window; a face in a frame counts once. A Markdown table is printed.
"""

import argparse
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path

from fer_desktop.errors import FerError
from fer_desktop.settings import Settings
from fer_desktop.sources.factory import open_file
from fer_desktop.vision.analyzer import Analyzer
from fer_desktop.vision.classifier import ModelClassifier
from fer_desktop.vision.detection.detector import MediaPipeFaceDetector
from trainer.contract.labels import LABEL_SETS, canonical
from trainer.metrics.markdown import table


def main() -> None:
    """Read the videos with every model, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", dest="models", required=True, action="append", type=Path)
    parser.add_argument("videos", nargs="+", type=Path, metavar="VIDEO")
    args = parser.parse_args()
    try:
        with ExitStack() as stack:
            classifiers = [
                stack.enter_context(closing(ModelClassifier.load(folder))) for folder in args.models
            ]
            counts = [
                (path, classifier.preset.name, answers(path, classifier))
                for path in args.videos
                for classifier in classifiers
            ]
    except FerError as error:
        raise SystemExit(f"compare_videos: {error}") from error
    print("\n".join(as_lines(counts)))


def answers(path: Path, classifier: ModelClassifier) -> Counter[str]:
    """Return how many faces in frames of a video were shown with each label."""
    shown: Counter[str] = Counter()
    with closing(MediaPipeFaceDetector()) as detector, closing(open_file(path)) as source:
        analyzer = Analyzer(detector, classifier, smoothing_ms=Settings().smoothing_ms)
        source.open()
        while (frame := source.read()) is not None:
            for face in analyzer.analyze(frame).faces:
                if face.smoothed is not None:
                    shown[canonical(face.smoothed.emotion)] += 1
                    shown["unsure"] += face.is_unsure
    return shown


def as_lines(counts: Sequence[tuple[Path, str, Counter[str]]]) -> list[str]:
    """Return the table: a row for each video and model, shares in percent."""
    labels = [name for name in LABEL_SETS["fer7"] if any(shown[name] for _, _, shown in counts)]
    rows = []
    for path, model, shown in counts:
        faces = sum(shown.values()) - shown["unsure"]
        shares = [f"{100 * shown[name] / max(faces, 1):.0f}" for name in (*labels, "unsure")]
        rows.append([path.name, f"`{model}`", f"{faces:,}", *shares])
    return table(["video", "model", "faces in frames", *labels, "of these unsure"], rows)


if __name__ == "__main__":
    main()
