"""Probabilities over the labels of a model."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EmotionScores:
    """Probabilities over the labels of one model.

    Attributes:
        labels: names, in the model's order.
        probabilities: one number a label, summing to 1.
    """

    labels: tuple[str, ...]
    probabilities: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.labels) != len(self.probabilities):
            raise ValueError(
                f"{len(self.labels)} labels need as many probabilities. "
                f"Received: {len(self.probabilities)}"
            )

    @property
    def emotion(self) -> str:
        """The likeliest label; the first one of equals."""
        return self.labels[self.probabilities.index(max(self.probabilities))]

    @property
    def confidence(self) -> float:
        """Probability of the likeliest label."""
        return max(self.probabilities)

    def ranked(self) -> list[tuple[str, float]]:
        """Return labels with probabilities, likeliest first."""
        pairs = zip(self.labels, self.probabilities, strict=True)
        return sorted(pairs, key=lambda pair: -pair[1])
