"""What a search may vary: settings of a recipe, each within a range or out of some choices."""

from dataclasses import asdict, dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final, get_args

from trainer.config import Augmentation, Optimizer, Recipe, Schedule, flat_recipe, limits
from trainer.errors import RunError

if TYPE_CHECKING:
    from optuna.trial import Trial

_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "optimizer": get_args(Optimizer),
    "schedule": get_args(Schedule),
}
_TRUTH: Final = {"yes": True, "no": False}
# Twice as much means the same wherever it starts from.
_LOGARITHMIC: Final = ("learning_rate", "weight_decay")
# Wide enough for faces of 48 to 96 pixels. The learning rate's depends on the recipe.
_USUAL: Final = {
    "weight_decay": "0.001..0.3",
    "label_smoothing": "0..0.2",
    "batch_size": "32|64|128",
    "warmup_epochs": "0..2",
    "ema": "0|0.99|0.999",
    "logit_adjustment": "0..1",
    "rotate_deg": "0..20",
    "shift": "0..0.15",
    "zoom": "0..0.25",
    "tighten": "0..0.2",
    "brightness": "0..0.25",
    "contrast": "0..0.3",
    "gamma": "0..0.5",
    "side_light": "0..0.4",
    "blur": "0..1.5",
    "noise": "0..0.08",
    "sharpness": "0..0.8",
    "erase": "0..0.5",
    "mixup": "0..0.4",
}
_RATE_FACTOR: Final = 10
VARIED: Final = (
    "learning_rate",
    "weight_decay",
    "batch_size",
    "label_smoothing",
    "rotate_deg",
    "shift",
    "zoom",
    "erase",
)
_DIGITS: Final = 4


@dataclass(frozen=True, kw_only=True)
class Range:
    """A number from ``low`` to ``high``; a whole one if both are.

    Attributes:
        log: whether it is drawn evenly on a logarithmic scale.
    """

    name: str
    low: float
    high: float
    log: bool = False

    def choose(self, trial: "Trial") -> Any:
        """Return the trial's value."""
        if isinstance(self.low, int) and isinstance(self.high, int):
            return trial.suggest_int(self.name, self.low, self.high, log=self.log)
        value = trial.suggest_float(self.name, self.low, self.high, log=self.log)
        return float(f"{value:.{_DIGITS}g}")  # what a person can type again

    def __str__(self) -> str:
        return f"{self.name}={self.low:g}..{self.high:g}"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One of some values."""

    name: str
    values: tuple[Any, ...]

    def choose(self, trial: "Trial") -> Any:
        """Return the trial's value."""
        return trial.suggest_categorical(self.name, self.values)

    def __str__(self) -> str:
        said = {True: "yes", False: "no"}
        words = [said[each] if isinstance(each, bool) else f"{each}" for each in self.values]
        return f"{self.name}={'|'.join(words)}"


Varied = Range | Choice


def parse_space(text: str, recipe: Recipe) -> tuple[Varied, ...]:
    """Return what a text such as ``learning_rate=1e-4..1e-2,batch_size=32|64,erase`` names.

    Args:
        text: settings separated by commas, each alone or with a range or choices; empty takes
            those that matter most, as far as the recipe uses them.
        recipe: around whose learning rate the usual range lies.

    Raises:
        RunError: if a setting does not exist, or cannot have such values.
    """
    words = [word.strip() for word in text.split(",") if word.strip()]
    found = [_parse(word, recipe) for word in words or _used(recipe)]
    names = [each.name for each in found]
    if twice := [name for name in names if names.count(name) > 1]:
        raise RunError(f"{twice[0]} is varied twice.", hint="Name each setting once.")
    return tuple(found)


def varied(recipe: Recipe, space: tuple[Varied, ...], trial: "Trial") -> Recipe:
    """Return a recipe with the values that a trial chooses."""
    chosen = {each.name: each.choose(trial) for each in space}
    changes = {name: chosen.pop(name) for name in asdict(recipe.augmentation) if name in chosen}
    return replace(recipe, **chosen, augmentation=replace(recipe.augmentation, **changes))


def _used(recipe: Recipe) -> list[str]:
    names = VARIED if recipe.optimizer == "adamw" else [n for n in VARIED if n != "weight_decay"]
    if recipe.augmentation == Augmentation():  # its faces are not changed: features, say
        return [name for name in names if name not in asdict(recipe.augmentation)]
    return list(names)


def _parse(word: str, recipe: Recipe) -> Varied:
    name, _, values = (part.strip() for part in word.partition("="))
    name = name.removeprefix("--").replace("-", "_")
    known = flat_recipe(recipe)
    if name not in known or name == "epochs":
        near = get_close_matches(name, known, 1)
        raise RunError(
            f"{name} is no setting that can be varied.",
            hint=f"Did you mean {near[0]}?" if near else "`fer-train settings` lists them.",
        )
    values = values or _usual(name, recipe)
    if not values:
        raise RunError(
            f"{name} has no usual range.", hint=f"Give it one, such as --vary {name}=0..1."
        )
    return _choice(name, values) if "|" in values else _range(name, values)


def _usual(name: str, recipe: Recipe) -> str:
    if name == "learning_rate":
        rate = recipe.learning_rate
        return f"{rate / _RATE_FACTOR:g}..{rate * _RATE_FACTOR:g}"
    if isinstance(flat_recipe(recipe)[name], bool):
        return "yes|no"
    return _USUAL.get(name, "|".join(_WORDS.get(name, ())))


def _choice(name: str, text: str) -> Choice:
    values = tuple(_value(name, part.strip(), text) for part in text.split("|"))
    if len(set(values)) < len(values):
        raise RunError(f"{name}={text} names a value twice.")
    return Choice(name=name, values=values)


def _value(name: str, text: str, whole: str) -> Any:
    default = flat_recipe(Recipe())[name]
    if isinstance(default, bool):
        value: Any = _TRUTH.get(text)
    elif name in _WORDS:
        value = text if text in _WORDS[name] else None
    else:
        value = _number(text, type(default))
    if value is None or (not isinstance(value, bool | str) and not _allowed(name, value)):
        raise RunError(
            f"{name}={whole}: {text or 'nothing'} is no value of {name}.", hint=_may(name)
        )
    return value


def _range(name: str, text: str) -> Range:
    kind = type(flat_recipe(Recipe())[name])
    ends = [_number(part, kind) for part in text.split("..")]
    if kind in (bool, str) or len(ends) != 2 or None in ends:
        raise RunError(
            f"{name}={text} is neither a range nor some choices.",
            hint=f"Write --vary {name}=LOW..HIGH or {name}=A|B. {_may(name)}".strip(),
        )
    low, high = ends
    if not (_allowed(name, low) and _allowed(name, high) and low < high):
        raise RunError(f"{name}={text} is no range of {name}.", hint=_may(name))
    return Range(name=name, low=low, high=high, log=name in _LOGARITHMIC and low > 0)


def _number(text: str, kind: type) -> Any:
    try:
        return kind(text)
    except ValueError:
        return None


def _allowed(name: str, value: float) -> bool:
    least, most = limits(name)
    return least <= value <= most


def _may(name: str) -> str:
    if name in _WORDS:
        return f"It may be {', '.join(_WORDS[name])}."
    if isinstance(flat_recipe(Recipe())[name], bool):
        return "It may be yes or no."
    least, most = limits(name)
    return f"It may be {least:g} to {most:g}, the lower end first."
