"""The user's choices, kept as JSON between starts."""

import json
import os
import re
import typing
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from fer_desktop.addresses import has_secret, public_address
from fer_desktop.errors import SettingsError
from fer_desktop.private_files import OWNER_ONLY, keep_private
from trainer.contract.whole_file import remove_leftovers, replacing

Theme = Literal["system", "light", "dark"]
FaceSearch = Literal["auto", "large", "small"]
TableFormat = Literal["csv", "xlsx", "parquet"]
CsvDialect = Literal["comma", "semicolon"]
RecordingKind = Literal["labels", "clean", "blurred"]
# One of these, or the name of an engine of another package.
EngineChoice = str
ENGINES: Final = ("auto", "litert", "litert-int8", "keras")
SourceChoice = Literal["", "camera", "stream", "file", "demo"]
RECENT_MAX: Final = 10
_MEASURES_MAX: Final = 200
MARK_KEYS: Final = 9
# An address, in whatever else the file holds; and how much of it is looked at.
_ADDRESS: Final = re.compile(r'[a-z][\w+.-]*://[^\s"]+', re.IGNORECASE)
_SEARCHED_BYTES_MAX: Final = 1 << 20
MARK_TEXT_MAX: Final = 1_000
_COLOR: Final = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True, kw_only=True, slots=True)
class MarkKey:
    """What a key from 1 to 9 marks.

    Attributes:
        text: of its marks; empty where the key marks nothing.
        color: in which they are drawn, ``#rrggbb``; empty for the usual one.
        is_stretch: whether one press begins a stretch of time, and the next one ends it.
    """

    text: str = ""
    color: str = ""
    is_stretch: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Everything that comes back at the next start.

    Attributes:
        welcome_accepted: whether the first page was read and agreed to.
        source_kind, source_uri: what was open last.
        source_session: the session of it, if that is a film that was analysed to its end, or the
            past session that was shown last; empty for none.
        camera_width_px, camera_height_px, camera_fps: requested; 0 leaves it to the camera.
        model: name or folder of the model in use; empty for the bundled default.
        former_model: the one that was in use before a newly trained one, to go back to.
        engine: what runs models; ``auto`` takes the quickest.
        smoothing_ms: time constant of the smoothing over time; 0 switches it off.
        min_detection_score: faces below it are not reported.
        face_search: how far down the size of faces goes that are looked for; ``auto`` looks for
            small ones in pictures alone.
        automatic_calibration: whether faces are read against a rest estimated over the session.
        measures: what else is measured of faces, by the names of the measures.
        outputs: what takes the results besides the window, as ``NAME`` or ``NAME:TARGET``.
        control: where commands of other programs are heard, as in ``tcp:9010``; empty for nowhere.
        marks_from: whose markers become marks, ``lsl`` or ``lsl:NAME``; empty for nobody's.
        analysis_every: of so many frames of a file one is analysed.
        empty_rows: whether frames without a face have a row in exported tables.
        usable_only: whether faces that cannot be read well are left out of summaries and reports.
        table_format: of exported tables, unless another one is chosen.
        csv_dialect: of exported CSV files: "comma" is RFC 4180, "semicolon" has decimal commas.
        mirror: whether a camera's picture is shown mirrored.
        show_boxes, show_labels, show_bars, show_guides: parts of the overlay.
        theme: follows the system unless chosen.
        timeline_span_s: seconds that the timeline shows while it follows.
        recent_files, recent_urls: latest first.
        streams_may_leave: whether a network camera may refer to other addresses.
        recording_kind: what a recorded video shows: the overlay, the plain picture with the sound
            of a file, or blurred faces.
        record_microphone: whether plain pictures of a live source get the sound of a microphone.
        microphone: its name; empty for the one that the system prefers.
        rater: who corrects labels.
        mark_keys: what the keys 1 to 9 mark, in their order; the last of them may be missing.
        snapshot_dir, recording_dir, export_dir: empty for the platform's folder.
        window_geometry, window_state: Qt's own, base64.
    """

    welcome_accepted: bool = False
    source_kind: SourceChoice = ""
    source_uri: str = ""
    source_session: str = ""
    camera_width_px: int = 0
    camera_height_px: int = 0
    camera_fps: int = 0
    model: str = ""
    former_model: str = ""
    engine: EngineChoice = "auto"
    smoothing_ms: int = 300
    min_detection_score: float = 0.5
    face_search: FaceSearch = "auto"
    automatic_calibration: bool = False
    measures: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    control: str = ""
    marks_from: str = ""
    analysis_every: int = 1
    empty_rows: bool = False
    usable_only: bool = False
    table_format: TableFormat = "csv"
    csv_dialect: CsvDialect = "comma"
    mirror: bool = True
    show_boxes: bool = True
    show_labels: bool = True
    show_bars: bool = False
    show_guides: bool = True
    theme: Theme = "system"
    timeline_span_s: int = 60
    recent_files: tuple[str, ...] = ()
    recent_urls: tuple[str, ...] = ()
    streams_may_leave: bool = False
    recording_kind: RecordingKind = "labels"
    record_microphone: bool = False
    microphone: str = ""
    mark_keys: tuple[MarkKey, ...] = ()
    rater: str = ""
    snapshot_dir: str = ""
    recording_dir: str = ""
    export_dir: str = ""
    window_geometry: str = ""
    window_state: str = ""

    def with_recent_file(self, path: str) -> "Settings":
        """Return settings in which a file is the most recent one."""
        return replace(self, recent_files=_pushed(self.recent_files, path))

    def with_recent_url(self, url: str) -> "Settings":
        """Return settings in which a URL is the most recent one, without its password."""
        return replace(self, recent_urls=_pushed(self.recent_urls, public_address(url)))

    def secrets(self) -> tuple[str, ...]:
        """Return the addresses with a password, which former versions kept."""
        streams = (self.source_uri,) if self.source_kind == "stream" else ()
        return tuple(dict.fromkeys(filter(has_secret, (*streams, *self.recent_urls))))

    def without_secrets(self) -> "Settings":
        """Return the settings without passwords, as they are kept."""
        uri = self.source_uri
        return replace(
            self,
            source_uri=public_address(uri) if self.source_kind == "stream" else uri,
            recent_urls=tuple(dict.fromkeys(map(public_address, self.recent_urls))),
        )


_BOUNDS: Final[dict[str, tuple[float, float]]] = {
    "camera_width_px": (0, 16384),
    "camera_height_px": (0, 16384),
    "camera_fps": (0, 1000),
    "smoothing_ms": (0, 5000),
    "min_detection_score": (0.1, 0.99),
    "timeline_span_s": (5, 86400),
    "analysis_every": (1, 10_000),
}


def bounds(name: str) -> tuple[float, float]:
    """Return the smallest and largest value of a numeric setting."""
    return _BOUNDS[name]


def _pushed(recent: tuple[str, ...], item: str) -> tuple[str, ...]:
    return (item, *(other for other in recent if other != item))[:RECENT_MAX]


def load_settings(path: Path) -> tuple[Settings, SettingsError | None]:
    """Return the settings, and what to tell the user about those that cannot be used.

    A value that cannot be used falls back to its default alone; the file as it was is kept aside.
    """
    from trainer.contract.checked_json import JsonError, read_bounded  # not for ``--help``

    try:
        content = read_bounded(path)
        raw = json.loads(content, parse_constant=str)  # NaN is no number that JSON knows
        if not isinstance(raw, dict):
            raise JsonError("it is not an object")
    except FileNotFoundError:
        return Settings(), None
    except OSError as error:
        return Settings(), _unreadable(path, error.strerror or str(error), "")
    except (ValueError, RecursionError) as error:
        reason = str(error) if isinstance(error, JsonError) else "it is damaged"
        with suppress(OSError):
            os.replace(path, aside(path))
            _make_harmless(aside(path))
        return Settings(), _unreadable(path, reason, f"It was kept as {aside(path).name}.")
    known, unfit = _fields(raw)
    if not unfit:
        return Settings(**known), None
    with suppress(OSError):
        aside(path).write_bytes(content)
        _make_harmless(aside(path))
    return Settings(**known), SettingsError(
        f"Some settings in {path} cannot be used: {', '.join(unfit)}.",
        hint=f"They have been reset to their defaults. The file was kept as {aside(path).name}.",
    )


def settings_from(raw: Mapping[str, Any]) -> Settings:
    """Return settings with those values of others that can be used, such as a session notes."""
    return Settings(**_fields(dict(raw))[0])


def aside(path: Path) -> Path:
    """Return where settings that cannot be used are kept."""
    return path.with_name(f"{path.stem}.damaged{path.suffix}")


def _make_harmless(kept: Path) -> None:
    """Close a file to others, and take out the passwords of network cameras."""
    keep_private(kept)
    if kept.is_file() and kept.stat().st_size <= _SEARCHED_BYTES_MAX:
        text = kept.read_bytes().decode("utf-8", "surrogateescape")
        text = _ADDRESS.sub(lambda found: public_address(found[0]), text)
        kept.write_bytes(text.encode("utf-8", "surrogateescape"))


def _fields(raw: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return the usable values, and the names of the others; those of newer versions are left."""
    from msgspec import Meta

    from trainer.contract.checked_json import JsonError, Line, Number, PathText, as_type

    recent = Annotated[tuple[PathText, ...], Meta(max_length=RECENT_MAX)]
    measures = Annotated[tuple[Line, ...], Meta(max_length=_MEASURES_MAX)]
    mark_keys = Annotated[tuple[MarkKey, ...], Meta(max_length=MARK_KEYS)]
    bounded = {
        float: Number,
        str: PathText,
        tuple[str, ...]: recent,
        tuple[MarkKey, ...]: mark_keys,
    }
    hints = typing.get_type_hints(Settings)
    known: dict[str, Any] = {}
    unfit: list[str] = []
    for name in (field.name for field in fields(Settings)):
        if name not in raw:
            continue
        try:
            kind = measures if name == "measures" else bounded.get(hints[name], hints[name])
            value = as_type(raw[name], kind)
        except JsonError:
            unfit.append(name)
            continue
        if name == "mark_keys":
            value = tuple(map(_bounded_key, value))
        if name in _BOUNDS:
            low, high = _BOUNDS[name]
            value = type(value)(min(max(value, low), high))
        known[name] = value
    return known, unfit


def _bounded_key(key: MarkKey) -> MarkKey:
    color = key.color if _COLOR.fullmatch(key.color) else ""
    return MarkKey(text=key.text[:MARK_TEXT_MAX], color=color, is_stretch=key.is_stretch)


def _unreadable(path: Path, reason: str, hint: str) -> SettingsError:
    return SettingsError(
        f"The settings file {path} cannot be used: {reason}.",
        hint=f"The application starts with its defaults. {hint}".rstrip(),
    )


def save_settings(settings: Settings, path: Path) -> None:
    """Write settings whole or not at all.

    Raises:
        SettingsError: if the folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        remove_leftovers(path.parent)
        with replacing(path, mode=OWNER_ONLY) as part:
            choices = asdict(settings.without_secrets())
            part.write_text(json.dumps(choices, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise SettingsError(
            f"The settings cannot be saved: {error.strerror or error}.",
            hint=f"Check that {path.parent} can be written.",
        ) from error
