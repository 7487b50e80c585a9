"""What a system is: a network that can be built, with its recipe and its reported figure."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from trainer.config import AUXILIARY_HEAD, MAIN_HEAD, Recipe
from trainer.contract.labels import LABEL_SETS, REST
from trainer.contract.preset import Color
from trainer.errors import UnknownSystemError
from trainer.metrics.figures import wilson_interval
from trainer.systems.backbones import Backbone

# From scaled pixels, or a backbone's features, and the number of labels to the logits.
Body = Callable[[Any, int], Any]


@dataclass(frozen=True, kw_only=True)
class Reported:
    """What a system's authors reported.

    Attributes:
        accuracy: share of right answers.
        test: what they tested on.
        test_n: number of test images, 0 where they did not say.
    """

    accuracy: float
    test: str
    test_n: int = 0

    @property
    def interval_95(self) -> tuple[float, float] | None:
        """The interval that the number of test images leaves, if it is known."""
        if not self.test_n:
            return None
        return wilson_interval(round(self.accuracy * self.test_n), self.test_n)

    def __str__(self) -> str:
        text = f"{self.accuracy:.4g}"
        if self.interval_95 is not None:
            text += " ({:.3f} to {:.3f})".format(*self.interval_95)
        return f"{text} on {self.test}"


@dataclass(frozen=True, kw_only=True)
class Combination:
    """Networks trained one by one whose scores become one answer.

    Attributes:
        members: those of one label against the rest come first.
        how: averaging of their scores, or a classifier fitted on them.
    """

    members: tuple["System", ...]
    how: Literal["average", "stacking"]


@dataclass(frozen=True, kw_only=True)
class System:
    """One entry that the trainer can build, train and compare.

    Attributes:
        name: what ``--system`` takes.
        study: who described it.
        title: the name it has there.
        layers: the row of its table, in words.
        labels: label set it was described for.
        body: the network behind the input's scaling or the backbone; none for a combination.
        backbone: the Keras application in front of the body, if any.
        combination: the networks it is made of, if it is an ensemble.
        begins_as: another system whose models it may begin with: both have the same weights.
        parameters: total and trainable count for those labels; none for what a name describes.
    """

    name: str
    study: str
    title: str
    layers: str
    labels: str
    body: Body | None = None
    backbone: Backbone | None = None
    combination: Combination | None = None
    size_px: int = 48
    color: Color = "gray"
    recipe: Recipe = field(default_factory=Recipe)
    reported: Reported | None = None
    begins_as: str = ""
    parameters: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        """Refuse what is not exactly one network or combination."""
        if (self.body is None) == (self.combination is None):
            raise ValueError(f"system {self.name!r} needs either a body or a combination")

    @property
    def channels(self) -> int:
        """Number of channels of the input."""
        return 1 if self.color == "gray" else 3

    @property
    def network_name(self) -> str:
        """The name as Keras takes it: of one's own file without its folders."""
        return re.sub(r"[^A-Za-z0-9_.-]+", "_", re.split(r"[\\/]", self.name)[-1])

    def build(
        self, labels: tuple[str, ...], *, channels: int | None = None, weights: str = "none"
    ) -> Any:
        """Return the network: pixels from 0 to 255 in, float32 probabilities out.

        Args:
            labels: names in the order of the outputs.
            channels: of the input; an RGB network can take gray and repeat it.
            weights: of the backbone: ``imagenet``, ``none`` or a file.

        Raises:
            UnknownSystemError: if the backbone's weights cannot be had, or a combination has no
                member for a label.
        """
        return self.build_parts(labels, channels=channels, weights=weights).whole

    def build_parts(
        self,
        labels: tuple[str, ...],
        *,
        channels: int | None = None,
        weights: str = "none",
        auxiliary: bool = False,
    ) -> "Parts":
        """Return the network of ``build``, with its frozen and its learning part where it has them.

        Args:
            auxiliary: whether a second head on the same trunk answers as well; the outputs are then
                a dictionary of ``MAIN_HEAD`` and ``AUXILIARY_HEAD``.

        Raises:
            UnknownSystemError: as ``build`` does, or if a combination shall have a second head.
        """
        import keras

        # === Input ===
        side = self.size_px
        pixels = keras.Input((side, side, channels or self.channels), name="pixels")
        # === Network ===
        if self.combination is not None:
            if auxiliary:
                raise UnknownSystemError(
                    f"{self.name} is an ensemble: it cannot have a second head."
                )
            combined = _combine(self.combination, pixels, labels)
            return Parts(keras.Model(pixels, combined, name=self.network_name))
        front = self._front(pixels, weights)
        if self.backbone is None or not self.backbone.frozen:
            return Parts(
                keras.Model(pixels, self._end(front, labels, auxiliary), name=self.network_name)
            )
        inputs = keras.Input(front.shape[1:], name="features")
        head = keras.Model(inputs, self._end(inputs, labels, auxiliary), name="head")
        whole = keras.Model(pixels, head(front), name=self.network_name)
        return Parts(whole, features=keras.Model(pixels, front, name="features"), head=head)

    def _end(self, front: Any, labels: tuple[str, ...], auxiliary: bool) -> Any:
        import keras

        def softmax(logits: Any, name: str) -> Any:
            # Probabilities in half precision would not sum to 1.
            return keras.layers.Softmax(dtype="float32", name=name)(logits)

        assert self.body is not None
        if not auxiliary:
            return softmax(self.body(front, len(labels)), "probabilities")
        # One wide last layer: its halves are the two heads.
        logits, count = self.body(front, 2 * len(labels)), len(labels)
        return {
            MAIN_HEAD: softmax(logits[:, :count], MAIN_HEAD),
            AUXILIARY_HEAD: softmax(logits[:, count:], AUXILIARY_HEAD),
        }

    def _front(self, pixels: Any, weights: str) -> Any:
        import keras

        if self.backbone is not None:
            return self.backbone.features(pixels, weights)
        scaled = keras.layers.Rescaling(1 / 255, name="scale")(pixels)
        if pixels.shape[-1] < self.channels:
            return keras.layers.Concatenate(name="repeat")([scaled] * self.channels)
        return scaled


@dataclass(frozen=True, eq=False)
class Parts:
    """A network; where its front is frozen, also the front and the rest on their own.

    The parts share their layers, so what the head learns the whole network knows.
    """

    whole: Any
    features: Any | None = None
    head: Any | None = None


def usable_members(combination: Combination, labels: tuple[str, ...]) -> tuple[System, ...]:
    """Return the members that say something about the labels asked for."""
    return tuple(
        member
        for member in combination.members
        if not is_single(member) or member_label(member) in labels
    )


def is_single(system: System) -> bool:
    """Return whether a system tells one label from the rest."""
    return system.labels.endswith(f",{REST}")


def member_label(system: System) -> str:
    """Return the one label that a one-against-the-rest system knows."""
    return system.labels.partition(",")[0]


def _combine(combination: Combination, pixels: Any, labels: tuple[str, ...]) -> Any:
    from keras import layers, ops

    singles: dict[str, Any] = {}
    general: list[Any] = []
    for member in usable_members(combination, labels):
        if is_single(member):
            network = member.build((member_label(member), REST))
            singles[member_label(member)] = network(pixels)[:, :1]
        else:
            general.append(member.build(labels)(pixels))
    missing = [label for label in labels if label not in singles]
    if missing:
        raise UnknownSystemError(
            f"this ensemble has no network for {', '.join(missing)}.",
            hint=f"It knows the labels {', '.join(LABEL_SETS['fer7'])}.",
        )
    scores = layers.Concatenate(dtype="float32")([singles[label] for label in labels])
    if combination.how == "stacking":
        joined = layers.Concatenate(dtype="float32", name="scores")([scores, *general])
        meta = layers.Dense(len(labels), activation="softmax", dtype="float32", name="meta")
        return meta(joined)
    # Two sure networks, or none, must still make probabilities.
    shares = ops.divide(scores, ops.maximum(ops.sum(scores, axis=-1, keepdims=True), 1e-6))
    return layers.Average(dtype="float32")([shares, *general]) if general else shares
