"""Settings: the recipe of a system, and the resolved settings of one run."""

import math
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_args, get_type_hints

from msgspec import Meta

from trainer.contract.checked_json import Count, JsonError, Share, as_type
from trainer.contract.crop import CropGeometry
from trainer.contract.preset import Color

Optimizer = Literal["adam", "adamw", "nadam", "sgd"]
Schedule = Literal["constant", "cosine", "plateau"]
VoteUse = Literal["soft", "majority"]
Precision = Literal["auto", "float32", "mixed_bfloat16", "mixed_float16"]

_Positive = Annotated[float, Meta(ge=0, le=1e6)]

# The outputs of a network with two heads.
MAIN_HEAD: Final = "main"
AUXILIARY_HEAD: Final = "auxiliary"

_GENTLE_EPOCHS: Final = 15


@dataclass(frozen=True, kw_only=True)
class Augmentation:
    """How far training images may be changed; zero or false leaves a change out.

    Attributes:
        flip: flip horizontally, with a probability of one half.
        rotate_deg: largest rotation in either direction.
        shift: largest shift in either direction, as a share of the side.
        zoom: largest change of size in either direction, as a share.
        tighten: how much tighter than the dataset's a frame may be, beyond ``zoom``, as a share.
        brightness: largest change in either direction, as a share of the full range.
        contrast: largest change in either direction, as a share.
        gamma: largest exponent of the brightness curve, less one; its inverse is as likely.
        side_light: largest share by which one side is lit more than the other.
        blur: largest standard deviation of a Gaussian blur, pixels; half of the images stay sharp.
        noise: largest standard deviation of Gaussian noise, as a share of the full range.
        sharpness: largest change in either direction, as a share; 1 reaches from a blur of 3 x 3
            pixels to its opposite.
        erase: share of images in which a rectangle is blanked out.
        mixup: alpha of the beta distribution for mixing pairs of images.
    """

    flip: bool = False
    rotate_deg: _Positive = 0.0
    shift: Share = 0.0
    zoom: Annotated[float, Meta(ge=0, le=0.9)] = 0.0
    tighten: Annotated[float, Meta(ge=0, le=0.5)] = 0.0
    brightness: Share = 0.0
    contrast: Share = 0.0
    gamma: Annotated[float, Meta(ge=0, le=3)] = 0.0
    side_light: Annotated[float, Meta(ge=0, le=0.5)] = 0.0
    blur: _Positive = 0.0
    noise: Annotated[float, Meta(ge=0, le=0.5)] = 0.0
    sharpness: Share = 0.0
    erase: Share = 0.0
    mixup: _Positive = 0.0


NO_AUGMENTATION = Augmentation()
STANDARD_AUGMENTATION = Augmentation(
    flip=True, rotate_deg=12, shift=0.08, zoom=0.1, brightness=0.08, contrast=0.15
)


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How a system is trained unless the user chooses otherwise.

    Attributes:
        optimizer: optimization algorithm.
        learning_rate: peak learning rate.
        schedule: learning rate schedule over the epochs.
        warmup_epochs: epochs of linear warm-up before a cosine schedule.
        weight_decay: decoupled decay of AdamW.
        batch_size: faces per training step.
        epochs: passes over the training faces.
        patience: epochs without a better validation accuracy before training stops early; 0: never.
        plateau_patience: epochs without a better one before a plateau schedule halves the rate.
        label_smoothing: share of the target probability that is spread over all labels.
        clip_norm: largest global norm of the gradient; 0 turns clipping off.
        ema: momentum of the moving average of the weights; 0 turns averaging off.
        class_weights: whether labels are weighted inversely to their frequency.
        logit_adjustment: how much of the logarithm of each label's frequency is added to its logit
            while training, so that the network itself does not learn to prefer frequent labels.
            Source: Menon et al., "Long-tail learning via logit adjustment", ICLR 2021.
    """

    optimizer: Optimizer = "adamw"
    learning_rate: _Positive = 1e-3
    schedule: Schedule = "cosine"
    warmup_epochs: _Positive = 1.0
    weight_decay: _Positive = 5e-2
    batch_size: Annotated[int, Meta(ge=1, le=65_536)] = 64
    epochs: Annotated[int, Meta(ge=1, le=100_000)] = 60
    patience: Count = 0
    plateau_patience: Count = 5
    label_smoothing: Share = 0.1
    clip_norm: _Positive = 0.0
    ema: Share = 0.0
    class_weights: bool = False
    logit_adjustment: _Positive = 0.0
    augmentation: Augmentation = field(default_factory=lambda: STANDARD_AUGMENTATION)


def gentle(recipe: Recipe) -> Recipe:
    """Return a recipe for fine-tuning, gentle enough not to undo the learned weights first."""
    return replace(
        recipe,
        learning_rate=recipe.learning_rate / 10,
        epochs=min(recipe.epochs, _GENTLE_EPOCHS),
        warmup_epochs=min(recipe.warmup_epochs, 0.5),
        # Over so few steps an average would hardly leave where it began.
        ema=0.0,
    )


@dataclass(frozen=True, kw_only=True)
class DataSource:
    """Where faces come from and how they are read.

    Attributes:
        path: a csv, or a folder of images.
        votes: FER+ votes for the rows of the csv, if these are the labels to learn.
        vote_use: whether training sees shares of the votes or the majority's label.
        subject_pattern: regular expression that finds the subject in an image's path.
        framed: the crop geometry by which the pictures were cut; without one, whatever network
            looks at them takes them as they are.
        label_map: what the dataset's labels become, as ``--map`` says it; may be empty.
        test_fold: which part of the faces is for testing, such as ``2/5``, in place of the
            dataset's own splits; or ``person=NAME``; may be empty.
        fixes: a table of pictures whose labels are others than the dataset says.
    """

    path: Path
    votes: Path | None = None
    vote_use: VoteUse = "soft"
    subject_pattern: str = ""
    framed: CropGeometry | None = None
    label_map: str = ""
    test_fold: str = ""
    fixes: Path | None = None

    @property
    def title(self) -> str:
        """The dataset's name for people."""
        known = self.path.name.lower() in ("fer2013.csv", "icml_face_data.csv")
        name = "FER2013" if known else self.path.stem
        return f"{name} with FER+ votes" if self.votes is not None else name


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """The resolved settings of one run, saved with it.

    Attributes:
        data, votes, vote_use, subject_pattern, label_map, test_fold, fixes: the fields of
            ``source``.
        auxiliary_votes: FER+ votes that a second head on the same trunk learns to answer.
        labels: a label set's name or names separated by commas; empty takes the system's.
        start: model folder to fine-tune.
        teacher: model folder whose predictions are part of the training targets.
        teacher_share: weight of its predictions in the targets; the labels have the rest.
        weights: of a backbone: ``imagenet``, ``none`` or a file.
        seed: random seed; the same seed gives the same run.
        precision: Keras dtype policy during training; the saved model is float32.
        folds: number of folds of a stacking ensemble.
        train_share: share of the training faces that are learned from; a smaller share is part of
            every larger one.
        input_px: side of the faces that the network sees, pixels; none takes the system's.
        color: whether it sees gray or colour; none takes the system's.
    """

    system: str
    data: Path
    out: Path
    votes: Path | None = None
    vote_use: VoteUse = "soft"
    subject_pattern: str = ""
    label_map: str = ""
    test_fold: str = ""
    fixes: Path | None = None
    auxiliary_votes: Path | None = None
    labels: str = ""
    start: Path | None = None
    teacher: Path | None = None
    teacher_share: Share = 0.5
    weights: str = "imagenet"
    seed: Annotated[int, Meta(ge=0, le=2**32 - 1)] = 0
    precision: Precision = "auto"
    folds: Annotated[int, Meta(ge=2, le=100)] = 3
    train_share: Annotated[float, Meta(ge=0.001, le=1)] = 1.0
    input_px: Annotated[int, Meta(ge=16, le=512)] | None = None
    color: Color | None = None
    recipe: Recipe = field(default_factory=Recipe)

    @property
    def source(self) -> DataSource:
        """Where the faces come from."""
        return DataSource(
            path=self.data,
            votes=self.votes,
            vote_use=self.vote_use,
            subject_pattern=self.subject_pattern,
            label_map=self.label_map,
            test_fold=self.test_fold,
            fixes=self.fixes,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the settings as JSON can hold them."""
        raw = asdict(self)
        return {key: str(value) if isinstance(value, Path) else value for key, value in raw.items()}


def config_from_dict(raw: Any) -> TrainConfig:
    """Build settings from what ``TrainConfig.to_dict`` returned.

    Raises:
        ValueError: if a setting is unknown, or what it cannot be.
    """
    config = as_type(raw, TrainConfig)
    recipe = raw.get("recipe", {})
    given = {**raw, **recipe, **recipe.get("augmentation", {})}
    known = {*vars(config), *vars(config.recipe), *vars(config.recipe.augmentation)}
    if unknown := given.keys() - known:
        raise JsonError(f"{min(unknown)!r} is a setting of another version")
    return config


def flat_recipe(recipe: Recipe) -> dict[str, Any]:
    """Return a recipe's settings and its augmentation's side by side, as options name them."""
    settings: dict[str, Any] = {**vars(recipe), **vars(recipe.augmentation)}
    del settings["augmentation"]
    return settings


def limits(name: str) -> tuple[float, float]:
    """Return the smallest and the largest value of a numeric setting."""
    for owner in (Recipe, Augmentation, TrainConfig):
        hint = get_type_hints(owner, include_extras=True).get(name)
        for part in (hint, *get_args(hint)):  # of what may be missing, the bounds are inside
            for bounds in getattr(part, "__metadata__", ()):
                if isinstance(bounds, Meta) and bounds.ge is not None:
                    return bounds.ge, bounds.le if bounds.le is not None else math.inf
    return 0, math.inf
