"""Whose number a face gets behind a cut, or after it was away: films whose people are known.

The looks of faces were tuned on films of three people and are reported on those of three others.
"""

import sys
from pathlib import Path

from fer_desktop.vision.detection.detector import MediaPipeFaceDetector
from tests.benchmarks.figures import Figure
from tests.helpers.people_films import OTHERS, TUNED_ON, VIDEOS, Verdict, films, judge


def run(_work: Path) -> list[Figure]:
    """Judge every film of both groups of people."""
    if not VIDEOS.is_dir():
        print("tracks: the shared videos are not here", file=sys.stderr)
        return []
    detector = MediaPipeFaceDetector()
    figures = []
    for group, people in (("tuned", TUNED_ON), ("others", OTHERS)):
        verdicts: dict[str, Verdict] = {}
        for film in films(people):
            verdict = judge(film, detector.detect)
            verdicts.setdefault(film.name, Verdict()).add(verdict)
        for name, verdict in verdicts.items():
            figures.append(_share(f"{name} ({group})", verdict.right, verdict.judged))
        total = Verdict()
        for verdict in verdicts.values():
            total.add(verdict)
        figures.append(_share(f"all: the right number ({group})", total.right, total.judged))
        figures.append(_share(f"all: another's number ({group})", total.stolen, total.judged))
        figures.append(_share(f"all: shots with a change ({group})", total.broken, total.shots))
    detector.close()
    return figures


def _share(name: str, count: int, of: int) -> Figure:
    return Figure(
        part="tracks", name=name, unit=f"of {of}", median=count, p95=None, samples=of,
        better="higher",
    )  # fmt: skip
