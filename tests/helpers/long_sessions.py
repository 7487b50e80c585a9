"""Sessions of hours: as the application writes them, without two hours of waiting."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.corrections import Correction
from fer_desktop.domain.frame import SourceInfo
from fer_desktop.domain.measures import LANDMARKS, LIGHT, MeasureSpec
from fer_desktop.domain.people import People, Person, TrackPart
from fer_desktop.recording import session_format, session_rows
from fer_desktop.recording.session_format import Mark, SessionInfo, UsedModel
from fer_desktop.recording.session_people import store_people
from fer_desktop.sources.fingerprint import fingerprint
from fer_desktop.vision.mesh_measures import MESH_MEASURES
from trainer.contract.preset import Preset

FPS: Final = 30
_CUT_S: Final = 10  # what is encoded once, and repeated
_POINTS: Final = ("right_eye", "left_eye", "nose", "mouth", "right_ear", "left_ear")
_COLORS: Final = ("", "#2f6fde", "#c0392b")


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is in a session.

    Attributes:
        seconds: its length, at 30 frames a second.
        lasting: for which shares of it faces are there that stay.
        passing: how many faces pass by, for ten seconds each, a third of them of one person.
        measures: keys of what else is measured.
        marks: how many moments and intervals are marked, half of them each.
        corrections: how many moments and intervals two raters corrected, half of them each.
    """

    seconds: int
    lasting: Sequence[float] = (1.0, 0.6, 0.3)
    passing: int = 60
    measures: Sequence[str] = ("head_pose", "looks_at_camera")
    marks: int = 300
    corrections: int = 600


def write_video(path: Path, pictures: Sequence[NDArray[np.uint8]], seconds: int) -> Path:
    """Write pictures over and over as an H.264 film, which is quick: they are encoded once.

    Args:
        path: where to.
        pictures: BGR, of one size; ten seconds of them are used.
        seconds: how long it is to be, a multiple of ten.
    """
    import av

    packets: list[tuple[bytes, int, int, bool]] = []
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("libx264", rate=FPS)
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.options = {"crf": "32", "preset": "veryfast", "bf": "0", "g": "60"}
        frames = _CUT_S * FPS
        encoded: list[Any] = []
        for number in range(frames):
            frame = av.VideoFrame.from_ndarray(pictures[number % len(pictures)], format="bgr24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            encoded += stream.encode(frame)
        encoded += stream.encode(None)
        packets = [(bytes(one), one.pts, one.dts, one.is_keyframe) for one in encoded]
        for again in range(seconds // _CUT_S):
            for data, pts, dts, is_key in packets:
                packet = av.Packet(data)
                packet.stream = stream
                packet.time_base = Fraction(1, FPS)
                packet.pts, packet.dts = pts + again * frames, dts + again * frames
                packet.duration, packet.is_keyframe = 1, is_key
                container.mux(packet)
    return path


def write_session(path: Path, source: SourceInfo, preset: Preset, size: Size) -> Path:
    """Write a session of a source that was analysed whole.

    Args:
        path: where to.
        source: what is said to have been analysed; the file's fingerprint is noted if it is there.
        preset: what read the faces.
        size: how much there is.
    """
    info = SessionInfo(
        source=source, started_ns=1_764_000_000_000_000_000, app_version="0", libraries={},
        settings={},
    )  # fmt: skip
    specs = [
        MeasureSpec(LANDMARKS, tuple(f"{name}.{axis}" for name in _POINTS for axis in "xy"), "px"),
        MeasureSpec(LIGHT, (LIGHT,)),
        *(one.spec for one in MESH_MEASURES if one.spec.key in size.measures),
    ]
    db = session_format.create(path, info)
    with db:
        db.execute(
            "INSERT INTO models VALUES (?, ?, ?, ?, ?, ?, ?)",
            session_rows.model_row(1, UsedModel(preset, 0, "litert", "CPU")),
        )
        db.executemany(
            "INSERT INTO measures VALUES (?, ?, ?, ?, ?, ?)",
            (
                (number, spec.key, _json(spec.channels), spec.unit, *(spec.range or (None, None)))
                for number, spec in enumerate(specs, 1)
            ),
        )
        count = size.seconds * FPS
        db.executemany(
            "INSERT INTO frames VALUES (?, ?, NULL, ?, ?, 1)",
            ((at, time_us(at), source.width_px, source.height_px) for at in range(count)),
        )
        random = np.random.default_rng(0)
        for face_id, (first, last) in enumerate(_stays(size), 1):
            _write_face(db, face_id, first, last, len(preset.labels), specs, random)
        db.executemany(session_rows.INSERT_MARK, map(session_rows.mark_row, _marks(size)))
        db.executemany(
            session_rows.INSERT_CORRECTION,
            map(session_rows.correction_row, _corrections(size, preset.labels)),
        )
        store_people(db, _people(size))
        known = fingerprint(Path(source.uri)) if Path(source.uri).is_file() else None
        db.execute(
            "UPDATE session SET state = 'complete', finished_ns = started_ns, is_whole = 1,"
            " title = 'Two hours', file_length = ?, file_digest = ?",
            (None, "") if known is None else (known.length, known.digest),
        )
    db.close()
    return path


def time_us(index: int) -> int:
    """Return the time of a frame."""
    return (index * 1_000_000 + FPS // 2) // FPS


def _json(texts: Sequence[str]) -> str:
    import json

    return json.dumps(list(texts))


def _stays(size: Size) -> Iterator[tuple[int, int]]:
    """Yield from which frame to which each face is there."""
    count = size.seconds * FPS
    for share in size.lasting:
        yield 0, round(count * share)
    for number in range(size.passing):
        first = count * number // max(1, size.passing)
        yield first, min(count, first + 10 * FPS)


def _write_face(
    db: Any,
    face_id: int,
    first: int,
    last: int,
    labels: int,
    specs: Sequence[MeasureSpec],
    random: np.random.Generator,
) -> None:
    times_s = np.arange(first, last) / FPS
    phases, rates = random.uniform(0, 6.28, labels), random.uniform(0.05, 0.7, labels)
    logits = 2.5 * np.sin(times_s[:, np.newaxis] * rates + phases)
    plain = _softmax(logits + random.normal(0, 0.5, logits.shape))
    smoothed = _softmax(logits)
    left = 20 + 90 * (face_id % 3) + 5 * np.sin(times_s)
    unsure = smoothed.max(axis=1) < 0.4
    db.executemany(
        "INSERT INTO faces VALUES (?, ?, ?, ?, ?, ?, 0.9, ?, ?, ?, NULL, NULL)",
        zip(
            range(first, last), [face_id] * (last - first), left.tolist(), [60.0] * len(left),
            (left + 80).tolist(), [140.0] * len(left), _blobs(plain), _blobs(smoothed),
            unsure.tolist(), strict=True,
        ),
    )  # fmt: skip
    for number, spec in enumerate(specs, 1):
        low, high = spec.range or (30.0, 130.0)
        waves = np.sin(times_s[:, np.newaxis] * 0.2 + np.arange(len(spec.channels)))
        numbers = (low + high) / 2 + (high - low) / 4 * waves
        db.executemany(
            "INSERT INTO measured VALUES (?, ?, ?, ?)",
            zip(
                range(first, last), [face_id] * (last - first), [number] * (last - first),
                _blobs(numbers), strict=True,
            ),
        )  # fmt: skip


def _softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    powers = np.exp(logits)
    found: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return found


def _blobs(numbers: NDArray[np.float64]) -> list[bytes]:
    packed = np.ascontiguousarray(numbers, "<f4")
    width = packed.shape[1] * 4
    data = packed.tobytes()
    return [data[at : at + width] for at in range(0, len(data), width)]


def _marks(size: Size) -> Iterator[Mark]:
    for number in range(size.marks):
        begin_us = size.seconds * 1_000_000 * number // size.marks
        end_us = begin_us + 8_000_000 if number % 2 else None
        yield Mark(begin_us, f"Task {number % 20 + 1}", end_us, _COLORS[number % len(_COLORS)])


def _corrections(size: Size, labels: Sequence[str]) -> Iterator[Correction]:
    for number in range(size.corrections):
        begin_us = size.seconds * 1_000_000 * (number // 2) // max(1, size.corrections // 2)
        label = labels[number * 5 % len(labels)]
        end_us = begin_us + 3_000_000 if number % 4 < 2 else None
        yield Correction(("Ann", "Ben")[number % 2], 1, label, begin_us, end_us)


def _people(size: Size) -> People:
    """Two named persons, one hidden, and one whose face was lost again and again."""
    lasting = len(size.lasting)
    returning = [lasting + 1 + number for number in range(0, size.passing, 3)]
    parts = [(TrackPart(face_id), returning[0]) for face_id in returning]
    persons = [Person(1, "P01"), Person(2, "P02")]
    if returning:
        persons += [Person(returning[0], "P03"), Person(lasting + 2, "", is_hidden=True)]
    return People.of(parts, persons)
