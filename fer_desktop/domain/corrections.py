"""What people say that a face shows, beside what a model says; each rater has their own layer."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from trainer.contract.labels import canonical


@dataclass(frozen=True, slots=True)
class Correction:
    """A face's label, as a person sees it, at a moment or over a stretch of time.

    Attributes:
        rater: who says it; may be empty.
        face_id: of which face.
        label: what it shows.
        begin_us: when, or from when on.
        end_us: up to when, that moment included; None for a moment, which is the frame on screen
            then.
    """

    rater: str
    face_id: int
    label: str
    begin_us: int
    end_us: int | None = None

    @property
    def last_us(self) -> int:
        """The end, which of a moment is its beginning."""
        return self.begin_us if self.end_us is None else self.end_us


def with_correction(corrections: Iterable[Correction], new: Correction) -> list[Correction]:
    """Return corrections with one more, in the order of time.

    What the rater had said of the face in that time is taken back: a stretch is cut or divided, a
    moment inside a new stretch goes. A new moment leaves the stretch around it, before which it
    counts.
    """
    return with_corrections(corrections, [new])


def with_corrections(
    corrections: Iterable[Correction], new: Iterable[Correction]
) -> list[Correction]:
    """Return corrections with more of them, which hold together; see ``with_correction``.

    Stretches are taken in the order of time, then moments: one at a stretch's beginning stays.
    """
    added = in_order(new)
    moments: dict[tuple[str, int], dict[int, Correction]] = {}
    stretches: dict[tuple[str, int], list[Correction]] = {}
    for former in corrections:
        layer = former.rater, former.face_id
        if former.end_us is None:
            moments.setdefault(layer, {})[former.begin_us] = former
        else:
            stretches.setdefault(layer, []).append(former)
    kept: list[Correction] = []
    for one in added:
        if one.end_us is None:
            continue
        layer = one.rater, one.face_id
        inside = moments.get(layer, {})
        for at_us in [at_us for at_us in inside if one.begin_us <= at_us <= one.end_us]:
            del inside[at_us]
        left: list[Correction] = []
        for former in stretches.get(layer, ()):
            # What is over reaches none of those that come: thousands are taken in a moment.
            if former.last_us < one.begin_us:
                kept.append(former)
            else:
                left += _outside(former, one.begin_us, one.end_us)
        stretches[layer] = [*left, one]
    for one in added:
        if one.end_us is None:
            moments.setdefault((one.rater, one.face_id), {})[one.begin_us] = one
    for layer_moments in moments.values():
        kept += layer_moments.values()
    for layer_stretches in stretches.values():
        kept += layer_stretches
    return in_order(kept)


def in_order(corrections: Iterable[Correction]) -> list[Correction]:
    """Return corrections by time, then by face and rater."""
    return sorted(corrections, key=lambda one: (one.begin_us, one.face_id, one.rater, one.last_us))


def raters_of(corrections: Iterable[Correction]) -> list[str]:
    """Return who said something, by name."""
    return sorted({one.rater for one in corrections})


def _outside(former: Correction, begin_us: int, end_us: int) -> list[Correction]:
    """Return what is left of a stretch outside of another one."""
    if former.last_us < begin_us or former.begin_us > end_us:
        return [former]
    parts = []
    if former.begin_us < begin_us:
        parts.append(replace(former, end_us=begin_us - 1))
    if former.last_us > end_us:
        parts.append(replace(former, begin_us=end_us + 1))
    return parts


class RaterLabels:
    """One rater's labels, looked up frame by frame."""

    def __init__(
        self, corrections: Iterable[Correction], rater: str, times_us: Sequence[int]
    ) -> None:
        """Take the corrections of all raters, of which this one counts.

        Args:
            corrections: any.
            rater: whose.
            times_us: of the analysed frames, rising; a moment stands at the one on screen then.
        """
        self._moments: dict[tuple[int, int], str] = {}
        self._stretches: dict[int, list[Correction]] = {}
        for one in corrections:
            if one.rater != rater:
                continue
            if one.end_us is None:
                at = max(0, bisect_right(times_us, one.begin_us) - 1)
                if len(times_us):
                    self._moments[one.face_id, times_us[at]] = one.label
            else:
                self._stretches.setdefault(one.face_id, []).append(one)
        self._begins = {}
        for face_id, stretches in self._stretches.items():
            stretches.sort(key=lambda one: one.begin_us)
            self._begins[face_id] = [one.begin_us for one in stretches]

    def at(self, face_id: int, time_us: int) -> str:
        """Return what the rater says of a face in a frame; empty where nothing."""
        moment = self._moments.get((face_id, time_us))
        if moment is not None:
            return moment
        begins = self._begins.get(face_id)
        if begins is None:
            return ""
        at = bisect_right(begins, time_us) - 1
        stretch = self._stretches[face_id][at] if at >= 0 else None
        is_inside = stretch is not None and time_us <= stretch.last_us
        return stretch.label if stretch is not None and is_inside else ""


def same_label(one: str, other: str) -> bool:
    """Tell whether two labels mean the same, such as ``happy`` and ``happiness``."""
    return canonical(one) == canonical(other)
