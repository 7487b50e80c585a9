"""Films of people who are cut between, leave and come back, made of the shared videos.

Who is where is known, as each film is put together of videos of one person each.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import permutations
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.face import Detection
from fer_desktop.domain.frame import Frame
from fer_desktop.sources.factory import open_file
from fer_desktop.vision.analyzer import Analyzer

Picture = NDArray[np.uint8]

VIDEOS = Path(__file__).resolve().parents[3] / "shared" / "data" / "media" / "videos"
FPS = 15
SIZE = (640, 360)
_TILE = 240  # side of the square that a person is seen in
_SECONDS = 2.0  # of each shot

TUNED_ON = ("liveportrait_d10", "liveportrait_d18", "liveportrait_d19")
OTHERS = ("pyfeat_single_face", "intel_asl_sorry", "pyfeat_WolfgangLanger_Pexels")


@dataclass(frozen=True)
class Shot:
    """A stretch of a film.

    Attributes:
        seconds: how long it is.
        people: where each person's tile is, from 0 to 1 of the shot: left edge in pixels.
        backdrop: number of the room that is seen behind them.
        starts: from which second of their video on they are seen.
    """

    seconds: float
    people: Mapping[str, Callable[[float], float]]
    backdrop: int = 0
    starts: float = 0.0


@dataclass(frozen=True)
class Film:
    """A film, and what it shows.

    Attributes:
        name: what happens in it.
        shots: one after the other.
    """

    name: str
    shots: tuple[Shot, ...]

    def has_gone(self, earlier: int, later: int) -> bool:
        """Tell whether a cut, or a shot without anybody, lies between two shots."""
        backdrops = {shot.backdrop for shot in self.shots[earlier : later + 1]}
        return len(backdrops) > 1 or any(not s.people for s in self.shots[earlier:later])

    def frames(self) -> Iterator[tuple[Picture, dict[str, float]]]:
        """Yield pictures, and where the tile of each person in it is."""
        for shot in self.shots:
            count = round(shot.seconds * FPS)
            for at in range(count):
                picture = _room(shot.backdrop).copy()
                places = {who: place(at / count) for who, place in shot.people.items()}
                for who, left in places.items():
                    _paste(picture, _tile(who, shot.starts + at / FPS), round(left))
                yield picture, places


@dataclass
class Verdict:
    """How often a face that turned up got the right number.

    Attributes:
        back, lost, taken: faces that came back and got their number, a new one, or another's.
        new, mistaken: faces that were there for the first time and got a number of their own, or
            that of somebody else.
        kept, broken: shots in which a face kept its number, or did not.
    """

    back: int = 0
    lost: int = 0
    taken: int = 0
    new: int = 0
    mistaken: int = 0
    kept: int = 0
    broken: int = 0

    @property
    def judged(self) -> int:
        """Faces that turned up."""
        return self.back + self.lost + self.taken + self.new + self.mistaken

    @property
    def right(self) -> int:
        """Those of them that got the right number."""
        return self.back + self.new

    @property
    def stolen(self) -> int:
        """Those of them that got somebody else's."""
        return self.taken + self.mistaken

    @property
    def shots(self) -> int:
        """Stays of somebody in a shot."""
        return self.kept + self.broken

    def add(self, other: "Verdict") -> None:
        """Count another film."""
        for name in self.__dataclass_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


def judge(film: Film, find: Callable[[Picture], list[Detection]]) -> Verdict:
    """Return what the numbers of a film's faces come to."""
    analyzer = Analyzer(_Finder(find))
    shot_of = [at for at, shot in enumerate(film.shots) for _ in range(round(shot.seconds * FPS))]
    owner: dict[int, str] = {}
    seen: dict[str, tuple[int, int]] = {}  # when each person was seen last, with which number
    stays: set[tuple[int, str]] = set()
    broken: set[tuple[int, str]] = set()
    verdict = Verdict()
    for index, (picture, places) in enumerate(film.frames()):
        frame = Frame(index, round(index * 1e6 / FPS), 0, picture)
        for face in analyzer.analyze(frame).faces:
            who = _whose(face.detection, places)
            if who is None:
                continue
            stay = shot_of[index], who
            if who not in seen:
                verdict.new += face.face_id not in owner
                verdict.mistaken += face.face_id in owner
            elif film.has_gone(shot_of[seen[who][0]], shot_of[index]) and stay not in stays:
                known = owner.get(face.face_id)
                verdict.back += known == who
                verdict.lost += known is None
                verdict.taken += known not in (None, who)
            elif seen[who][1] != face.face_id:
                broken.add(stay)
            stays.add(stay)
            owner.setdefault(face.face_id, who)
            seen[who] = index, face.face_id
    verdict.broken = len(broken)
    verdict.kept = len(stays) - len(broken)
    return verdict


def films(people: Sequence[str]) -> list[Film]:
    """Return films of these people: cuts between them, ways out and in again, and swaps."""
    made = []
    for one, other in permutations(people, 2):
        made.append(Film("cut to another person at the same place", _cut(one, other)))
        made.append(Film("cut away and back", _cut(one, other, one)))
        for gap_s in (1.6, 3.0, 5.0):
            made.append(Film("leaves, another one comes in", _door(one, other, gap_s)))
        made.append(Film("two leave and come back on the other's side", _swap(one, other)))
        made.append(Film("cut to the same two, sides exchanged", _sides(one, other)))
    for who in people:
        for gap_s in (1.6, 3.0, 5.0):
            made.append(Film("leaves and comes back", _door(who, who, gap_s)))
        made.append(Film("covered for a while", _covered(who)))
        made.append(Film("cut to the same person elsewhere", _jump(who)))
    return made


def at(left: float) -> Callable[[float], float]:
    """Return a place where somebody stays."""
    return lambda share: left


def way(begin: float, end: float) -> Callable[[float], float]:
    """Return a way that somebody goes within a shot."""
    return lambda share: begin + (end - begin) * share


def _cut(*people: str) -> tuple[Shot, ...]:
    return tuple(
        Shot(_SECONDS, {who: at(200)}, backdrop=number % 2, starts=0.5 * number)
        for number, who in enumerate(people)
    )


def _door(one: str, other: str, gap_s: float) -> tuple[Shot, ...]:
    """Somebody stays, leaves to the right, and somebody comes in from there."""
    return (
        Shot(1.0, {one: at(300)}),
        Shot(0.6, {one: way(300, 660)}, starts=1.0),
        Shot(gap_s, {}),
        Shot(0.6, {other: way(660, 300)}, starts=1.5),
        Shot(1.0, {other: at(300)}, starts=2.1),
    )


def _swap(one: str, other: str) -> tuple[Shot, ...]:
    return (
        Shot(1.0, {one: at(40), other: at(360)}),
        Shot(0.5, {one: way(40, -260), other: way(360, 660)}, starts=1.0),
        Shot(2.0, {}),
        Shot(0.5, {one: way(660, 360), other: way(-260, 40)}, starts=1.5),
        Shot(1.0, {one: at(360), other: at(40)}, starts=2.0),
    )


def _sides(one: str, other: str) -> tuple[Shot, ...]:
    return (
        Shot(1.5, {one: at(40), other: at(360)}),
        Shot(1.5, {one: at(360), other: at(40)}, backdrop=1, starts=1.5),
    )


def _covered(who: str) -> tuple[Shot, ...]:
    return (
        Shot(1.0, {who: at(200)}),
        Shot(2.0, {}),
        Shot(1.0, {who: at(230)}, starts=1.5),
    )


def _jump(who: str) -> tuple[Shot, ...]:
    return Shot(1.0, {who: at(60)}), Shot(1.0, {who: at(330)}, backdrop=1, starts=1.2)


class _Finder:
    """A detector that is a function."""

    def __init__(self, find: Callable[[Picture], list[Detection]]) -> None:
        self._find = find

    def detect(self, pixels: Picture, *, thorough: bool = False) -> list[Detection]:
        return self._find(pixels)

    def copier(self) -> None:
        pass

    def close(self) -> None:
        pass


def _whose(detection: Detection, places: Mapping[str, float]) -> str | None:
    x, _ = detection.box.center
    found = [who for who, left in places.items() if left <= x <= left + _TILE]
    return found[0] if len(found) == 1 else None


@cache
def _room(number: int) -> Picture:
    """Return a backdrop: soft colours, another one for each number."""
    rng = np.random.default_rng(number + 3)
    coarse = rng.integers(40, 200, (5, 8, 3), np.uint8)
    return cv2.resize(coarse, SIZE, interpolation=cv2.INTER_CUBIC)


def _paste(picture: Picture, tile: Picture, left: int) -> None:
    top = SIZE[1] - _TILE
    begin, end = max(0, left), min(SIZE[0], left + _TILE)
    if begin < end:
        picture[top:, begin:end] = tile[:, begin - left : end - left]


def _tile(who: str, second: float) -> Picture:
    tiles = _tiles(VIDEOS, who)
    turn = 2 * (len(tiles) - 1)
    at_frame = round(second * FPS) % turn
    return tiles[min(at_frame, turn - at_frame)]  # there and back: nobody jumps


@cache
def _tiles(folder: Path, who: str) -> list[Picture]:
    """Return the first seconds of a video, the square around its person, at ``FPS``."""
    (path,) = folder.glob(f"{who}.*")
    source = open_file(path)
    tiles: list[Picture] = []
    source.open()
    while (frame := source.read()) is not None and len(tiles) < 6 * FPS:
        if frame.timestamp_us * FPS >= len(tiles) * 1_000_000:
            tiles.append(_square(frame.pixels))
    source.close()
    return tiles


def _square(pixels: Picture) -> Picture:
    height, width = pixels.shape[:2]
    side = min(height, width)
    left, top = (width - side) // 2, (height - side) // 2
    square = pixels[top : top + side, left : left + side]
    return cv2.resize(square, (_TILE, _TILE), interpolation=cv2.INTER_AREA)
