"""Networks that are trained from random weights: studies A to E, in the order of the tables."""

from typing import Final

from trainer.config import NO_AUGMENTATION, STANDARD_AUGMENTATION, Recipe
from trainer.systems.blocks import (
    Tensor,
    conv_bn_leaky,
    conv_bn_relu,
    conv_relu_dropout,
    dense_bn_leaky,
    dense_bn_relu,
    dense_relu,
    study_a_head,
)
from trainer.systems.lazy import layers
from trainer.systems.system import Reported, System

# Rates that a table leaves open.
_DENSE_DROPOUT = 0.3
_C_DROPOUT = 0.4


def _plain(**changes: object) -> Recipe:
    """Return the recipe of a study that trained with one rate and no augmentation."""
    settings: dict[str, object] = {
        "optimizer": "adam",
        "schedule": "constant",
        "label_smoothing": 0.0,
        "augmentation": NO_AUGMENTATION,
        "epochs": 20,
    }
    return Recipe(**(settings | changes))  # type: ignore[arg-type]


def a_cnn_1(x: Tensor, labels: int) -> Tensor:
    """Study A's CNN 1."""
    for filters in (64, 32, 32):
        x = conv_relu_dropout(x, filters, 3)
    return layers.Dense(labels)(dense_relu(layers.Flatten()(x), 512, 64))


def a_cnn_2(x: Tensor, labels: int) -> Tensor:
    """Study A's CNN 2."""
    for filters in (256, 128, 64, 32):
        x = conv_bn_leaky(x, filters)
    return study_a_head(layers.Flatten()(x), labels)


def a_complex_cnn(x: Tensor, labels: int, *, dropout: float = 0.0) -> Tensor:
    """Study A's Complex CNN: five blocks."""
    for filters in (64, 128, 256, 512, 128):
        x = conv_bn_leaky(x, filters)
    return study_a_head(layers.Flatten()(x), labels, dropout=dropout)


def b_final(x: Tensor, labels: int) -> Tensor:
    """Study B's final model: the five blocks of A with dropout between the dense layers only."""
    return a_complex_cnn(x, labels, dropout=_DENSE_DROPOUT)


def c_dcnn(x: Tensor, labels: int) -> Tensor:
    """Study C's DCNN: pairs of convolutions with ELU, He-normal initial weights."""
    for filters, kernel in ((64, 5), (128, 3), (256, 3)):
        for _ in range(2):
            x = layers.Conv2D(
                filters, kernel, padding="same", activation="elu", kernel_initializer="he_normal"
            )(x)
            x = layers.BatchNormalization()(x)
        x = layers.Dropout(_C_DROPOUT)(layers.MaxPooling2D()(x))
    x = layers.Dense(128, activation="elu", kernel_initializer="he_normal")(layers.Flatten()(x))
    x = layers.Dropout(_C_DROPOUT)(layers.BatchNormalization()(x))
    return layers.Dense(labels)(x)


def d_cnn_1(x: Tensor, labels: int) -> Tensor:
    """Study D's CNN 1."""
    for filters in (64, 32, 32):
        x = conv_relu_dropout(x, filters, 2)
    return layers.Dense(labels)(dense_relu(layers.Flatten()(x), 512, dropout=0.2))


def d_cnn_2(x: Tensor, labels: int) -> Tensor:
    """Study D's CNN 2."""
    for filters in (256, 128, 64, 32):
        x = conv_bn_leaky(x, filters)
    return layers.Dense(labels)(dense_relu(layers.Flatten()(x), 512, 128))


def d_cnn_6(x: Tensor, labels: int) -> Tensor:
    """Study D's CNN 6: a rectifier before, a leaky one after each normalization."""
    for filters in (64, 128, 512, 512, 128):
        x = layers.Conv2D(filters, 2, padding="same", activation="relu")(x)
        x = layers.LeakyReLU(0.2)(layers.BatchNormalization()(x))
        x = layers.Dropout(0.2)(layers.MaxPooling2D()(x))
    x = layers.Flatten()(x)
    for units in (256, 512):
        x = layers.Dropout(0.2)(dense_bn_leaky(x, units, slope=0.2))
    return layers.Dense(labels)(x)


def e_cnn(x: Tensor, labels: int) -> Tensor:
    """Study E's CNN from scratch."""
    for filters, kernel in ((64, 3), (128, 5), (512, 3), (512, 3)):
        x = conv_bn_relu(x, filters, kernel, dropout=0.25)
    x = layers.Flatten()(x)
    for units in (256, 512):
        x = dense_bn_relu(x, units, dropout=0.25)
    return layers.Dense(labels)(x)


def e_small(x: Tensor, labels: int) -> Tensor:
    """The small network of study E's single-emotion and general models; its layers are not given.

    Three narrow blocks of E's own kind, so that eight of them together stay below its large CNN.
    """
    for filters in (32, 64, 128):
        x = conv_bn_relu(x, filters, 3, dropout=0.25)
    x = dense_bn_relu(layers.Flatten()(x), 64, dropout=0.25)
    return layers.Dense(labels)(x)


_A_TEST = "128 images, 32 a class"
_A_RECIPE = Recipe()
_C_RECIPE = Recipe(
    optimizer="nadam",
    schedule="plateau",
    label_smoothing=0.0,
    batch_size=32,
    epochs=100,
    patience=11,
    plateau_patience=7,
    augmentation=STANDARD_AUGMENTATION,
)
E_RECIPE = _plain(schedule="plateau", batch_size=64, epochs=50, patience=10, plateau_patience=3)
_C_LAYERS = (
    "[C 64 5, ELU, BN] x2, MP, DO; [C 128 3, ELU, BN] x2, MP, DO; [C 256 3, ELU, BN] x2, MP, DO; "
    "Flatten, FC 128, BN, DO; He-normal initial weights"
)
_E_SMALL_LAYERS = "C 32/64/128 3, each BN, ReLU, MP, DO .25; Flatten, FC 64, BN, ReLU, DO .25"
_SINGLE_EMOTIONS = {
    "angry": 0.864,
    "disgust": 0.984,
    "fear": 0.856,
    "happy": 0.742,
    "neutral": 0.828,
    "sad": 0.839,
    "surprise": 0.887,
}

E_SINGLES: Final = tuple(
    System(
        name=f"study_e_single_{emotion}",
        study="E",
        title=f"single-emotion model: {emotion}",
        layers=f"{_E_SMALL_LAYERS} (one against the rest; layers not given by the study)",
        body=e_small,
        labels=f"{emotion},rest",
        recipe=E_RECIPE,
        reported=Reported(
            accuracy=accuracy,
            test="7,066 validation images, one label against the rest",
            test_n=7066,
        ),
        parameters=(388_930, 388_354),
    )
    for emotion, accuracy in _SINGLE_EMOTIONS.items()
)
E_GENERAL: Final = System(
    name="study_e_general",
    study="E",
    title="multi-class general model",
    layers=f"{_E_SMALL_LAYERS} (layers not given by the study)",
    body=e_small,
    labels="fer7",
    recipe=E_RECIPE,
    reported=Reported(accuracy=0.4215, test="7,066 validation images", test_n=7066),
    parameters=(389_255, 388_679),
)

SYSTEMS: Final = (
    System(
        name="study_a_cnn_1",
        study="A",
        title="CNN 1",
        layers="[C 64 3, ReLU, MP, DO .2] [C 32 3, ReLU, MP, DO .2] [C 32 3, ReLU, MP, DO .2] "
        "Flatten, FC 512 ReLU, FC 64 ReLU",
        body=a_cnn_1,
        labels="fer4",
        recipe=_A_RECIPE,
        reported=Reported(accuracy=0.7031, test=_A_TEST, test_n=128),
        parameters=(651_780, 651_780),
    ),
    System(
        name="study_a_cnn_2",
        study="A",
        title="CNN 2",
        layers="C 256/128/64/32, all k 2, each BN, LR .1, MP; "
        "Flatten, FC 512 ReLU, FC 128 ReLU, FC 64, BN, ReLU",
        body=a_cnn_2,
        labels="fer4",
        recipe=_A_RECIPE,
        reported=Reported(accuracy=0.7656, test=_A_TEST, test_n=128),
        parameters=(397_860, 396_772),
    ),
    System(
        name="study_a_complex_cnn",
        study="A",
        title="Complex CNN",
        layers="C 64/128/256/512/128, all k 2, each BN, LR .1, MP; "
        "Flatten, FC 512, FC 128, FC 64, BN, ReLU",
        body=a_complex_cnn,
        labels="fer4",
        recipe=_A_RECIPE,
        reported=Reported(accuracy=0.8125, test=_A_TEST, test_n=128),
        parameters=(1_096_452, 1_094_148),
    ),
    System(
        name="study_b_model_1",
        study="B",
        title="Model 1",
        layers="a CNN of three blocks, layers not given: A's CNN 1 stands for it",
        body=a_cnn_1,
        labels="fer4",
        recipe=_plain(),
        reported=Reported(accuracy=0.695, test="FER2013, four labels"),
        parameters=(651_780, 651_780),
    ),
    System(
        name="study_b_model_2",
        study="B",
        title="Model 2",
        layers="a CNN of four blocks, layers not given: A's CNN 2 stands for it",
        body=a_cnn_2,
        labels="fer4",
        recipe=_plain(),
        reported=Reported(accuracy=0.688, test="FER2013, four labels"),
        parameters=(397_860, 396_772),
    ),
    System(
        name="study_b_final",
        study="B",
        title="final model",
        layers="A's Complex CNN on RGB input, dropout between the dense layers only",
        body=b_final,
        labels="fer4",
        color="rgb",
        recipe=_plain(),
        reported=Reported(accuracy=0.933, test="FER2013, four labels"),
        parameters=(1_096_964, 1_094_660),
    ),
    System(
        name="study_c_dcnn",
        study="C",
        title="DCNN",
        layers=_C_LAYERS,
        body=c_dcnn,
        labels="fer7",
        recipe=_C_RECIPE,
        reported=Reported(accuracy=0.62, test="FER2013, seven labels"),
        parameters=(2_395_591, 2_393_543),
    ),
    System(
        name="study_c_dcnn_3",
        study="C",
        title="DCNN, three labels",
        layers=_C_LAYERS,
        body=c_dcnn,
        labels="fer3",
        recipe=_C_RECIPE,
        reported=Reported(accuracy=0.83, test="FER2013, three labels"),
        parameters=(2_395_075, 2_393_027),
    ),
    System(
        name="study_d_cnn_1",
        study="D",
        title="CNN 1",
        layers="C 64/32/32, k 2, ReLU, MP, DO .2 each; Flatten, FC 512, DO",
        body=d_cnn_1,
        labels="fer4",
        recipe=_plain(),
        reported=Reported(accuracy=0.64, test="its test folder, four labels"),
        parameters=(605_060, 605_060),
    ),
    System(
        name="study_d_cnn_2",
        study="D",
        title="CNN 2",
        layers="C 256/128/64/32, k 2, BN, LR, MP; Flatten, FC 512, FC 128",
        body=d_cnn_2,
        labels="fer4",
        recipe=_plain(),
        reported=Reported(accuracy=0.72, test="its test folder, four labels"),
        parameters=(389_604, 388_644),
    ),
    System(
        name="study_d_cnn_6",
        study="D",
        title="CNN 6",
        layers="C 64/128/512/512/128, k 2, ReLU, BN, LR .2, MP, DO .2; "
        "Flatten, FC 256, BN, LR .2, DO .2, FC 512, BN, LR .2, DO .2",
        body=d_cnn_6,
        labels="fer4",
        recipe=_plain(learning_rate=3e-3),
        reported=Reported(accuracy=0.64, test="its test folder, four labels"),
        parameters=(1_782_340, 1_778_116),
    ),
    System(
        name="study_e_cnn",
        study="E",
        title="CNN from scratch",
        layers="C 64 3, C 128 5, C 512 3, C 512 3, each BN, ReLU, MP, DO .25; "
        "Flatten, FC 256, BN, ReLU, DO .25, FC 512, BN, ReLU, DO .25",
        body=e_cnn,
        labels="fer7",
        recipe=E_RECIPE,
        reported=Reported(accuracy=0.5416, test="7,066 validation images", test_n=7066),
        parameters=(4_478_727, 4_474_759),
    ),
    *E_SINGLES,
    E_GENERAL,
)
