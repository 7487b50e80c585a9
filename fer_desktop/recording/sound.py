"""The sound of a file put to a video that was recorded from it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from fer_desktop.errors import StorageError
from fer_desktop.files import storage_error
from fer_desktop.log import get_logger
from trainer.contract.whole_file import replacing

log = get_logger("recording")

# What an MP4 holds as it is; all else is encoded as AAC.
_COPIED: Final = frozenset({"aac", "mp3", "ac3", "eac3", "alac"})
# What AAC knows; other sounds are brought to the last one.
_AAC_RATES: Final = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)


@dataclass(slots=True)
class Stretch:
    """A part of the source that was recorded without a break.

    Attributes:
        from_us, to_us: on the source's clock.
        at_us: where it begins in the recording.
    """

    from_us: int
    to_us: int
    at_us: int


def add_sound(video: Path, source: Path, stretches: Sequence[Stretch]) -> bool:
    """Put the sound of a file to a video, in place; False if the file has none.

    It is copied where MP4 holds its format, and encoded anew where not.

    Args:
        video: an MP4 without sound; stays as it is if anything fails.
        source: the file that was recorded.
        stretches: which parts of it.

    Raises:
        StorageError: if the sound cannot be read or written.
    """
    import av

    try:
        with av.open(str(source)) as origin:
            audio = origin.streams.best("audio")
            if audio is None or not stretches:
                return False
            with (
                replacing(video) as part,
                av.open(str(video)) as pictures,
                av.open(str(part), "w", format="mp4") as out,
            ):
                _join(pictures, origin, audio, stretches, out)
    except (av.error.FFmpegError, OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno:
            raise storage_error(video, error) from error
        raise StorageError(
            f"The sound of {source.name} cannot be taken along: {error}.",
            hint="The video was kept without it.",
        ) from error
    return True


def _join(pictures: Any, origin: Any, audio: Any, stretches: Sequence[Stretch], out: Any) -> None:
    """Write pictures and sound together, each when its time comes."""
    film = pictures.streams.video[0]
    copy = out.add_stream_from_template(film)
    is_copied = audio.codec_context.codec.canonical_name in _COPIED
    if is_copied:
        sound = out.add_stream_from_template(audio)
        packets = _copied(origin, audio, stretches, sound)
    else:
        rate = audio.codec_context.sample_rate
        sound = out.add_stream("aac", rate=rate if rate in _AAC_RATES else _AAC_RATES[-1])
        packets = _encoded(origin, audio, stretches, sound)
    waiting = next(packets, None)
    for packet in pictures.demux(film):
        if packet.dts is None:
            continue
        time = packet.dts * packet.time_base
        while waiting is not None and waiting.dts * waiting.time_base <= time:
            out.mux(waiting)
            waiting = next(packets, None)
        packet.stream = copy
        out.mux(packet)
    while waiting is not None:
        out.mux(waiting)
        waiting = next(packets, None)


def _start_us(origin: Any) -> float:
    """Return where the source's clock begins on that of its container."""
    film = origin.streams.best("video")
    start = film.start_time if film is not None else None
    return float(start * film.time_base) * 1e6 if start is not None else 0.0


def _placed(time_us: float, stretches: Sequence[Stretch], former_us: float) -> float | None:
    """Return where a moment of the source lies in the recording; None if nowhere."""
    for stretch in stretches:
        if stretch.from_us <= time_us <= stretch.to_us:
            at_us = stretch.at_us + time_us - stretch.from_us
            if at_us > former_us:
                return at_us
    return None


def _copied(origin: Any, audio: Any, stretches: Sequence[Stretch], sound: Any) -> Iterator[Any]:
    start_us = _start_us(origin)
    for stretch in stretches:
        _seek(origin, audio, stretch.from_us + start_us)
        former_us = stretch.at_us - 1.0
        for packet in origin.demux(audio):
            if packet.pts is None:
                continue
            time_us = float(packet.pts * packet.time_base) * 1e6 - start_us
            if time_us > stretch.to_us:
                break
            at_us = _placed(time_us, [stretch], former_us)
            if at_us is None:
                continue
            former_us = at_us
            packet.pts = packet.dts = round(at_us / 1e6 / packet.time_base)
            packet.stream = sound
            yield packet


def _encoded(origin: Any, audio: Any, stretches: Sequence[Stretch], sound: Any) -> Iterator[Any]:
    from av.audio.resampler import AudioResampler

    start_us = _start_us(origin)
    rate = sound.codec_context.sample_rate
    layout = "mono" if audio.codec_context.channels == 1 else "stereo"
    resampler = AudioResampler(format="fltp", layout=layout, rate=rate)
    sound.codec_context.layout = layout
    sound.codec_context.format = "fltp"
    next_at = 0  # in samples: time never goes back
    for stretch in stretches:
        _seek(origin, audio, stretch.from_us + start_us)
        for frame in origin.decode(audio):
            if frame.pts is None:
                continue
            time_us = float(frame.pts * frame.time_base) * 1e6 - start_us
            if time_us > stretch.to_us:
                break
            at_us = _placed(time_us, [stretch], -1.0)
            if at_us is None:
                continue
            next_at = max(next_at, round(at_us * rate / 1e6))
            frame.pts = None
            for made in resampler.resample(frame):
                made.pts, made.time_base = next_at, Fraction(1, rate)
                next_at += made.samples
                yield from sound.encode(made)
    yield from sound.encode(None)


def _seek(origin: Any, audio: Any, time_us: float) -> None:
    origin.seek(max(0, round(time_us / 1e6 / audio.time_base)), stream=audio, backward=True)
