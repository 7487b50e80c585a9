"""Networks that start from weights learned on ImageNet: studies A to E."""

import re
from typing import Final

from trainer.config import NO_AUGMENTATION, STANDARD_AUGMENTATION, Recipe
from trainer.systems.backbones import Backbone
from trainer.systems.blocks import Tensor, dense_bn_leaky, dense_relu, study_a_head
from trainer.systems.lazy import layers
from trainer.systems.system import Reported, System

_FROZEN_RECIPE = Recipe(
    optimizer="adam",
    schedule="constant",
    label_smoothing=0.0,
    epochs=20,
    augmentation=NO_AUGMENTATION,
)
_WHOLE_RECIPE = Recipe(
    optimizer="adam",
    learning_rate=1e-4,
    schedule="plateau",
    plateau_patience=3,
    label_smoothing=0.0,
    batch_size=64,
    epochs=20,
    augmentation=STANDARD_AUGMENTATION,
)


# Any Keras application: ``frozen_VGG16_at_block3_pool``, ``tuned_EfficientNetB0``.
_ANY: Final = re.compile(r"(?P<how>frozen|tuned)_(?P<application>[A-Za-z0-9]+)(_at_(?P<cut>\w+))?")


def any_transfer(name: str) -> System | None:
    """Return the system that a name of the general form stands for, if it has that form.

    ``frozen_`` keeps the application's weights, ``tuned_`` trains them too; ``_at_LAYER`` cuts it
    at a named layer. The head is study A's.
    """
    found = _ANY.fullmatch(name)
    if found is None:
        return None
    frozen, cut = found["how"] == "frozen", found["cut"] or ""
    application = found["application"]
    return System(
        name=name,
        study="any",
        title=f"{application}, {'frozen' if frozen else 'fine-tuned whole'}",
        layers=f"{'frozen' if frozen else 'fine-tuned'} {application}"
        + (f" cut at {cut}" if cut else "")
        + ", global average pooling, FC 512, FC 128, FC 64, BN, ReLU",
        backbone=Backbone(application=application, cut=cut, frozen=frozen),
        body=a_head,
        labels="fer7",
        color="rgb",
        recipe=_FROZEN_RECIPE if frozen else _WHOLE_RECIPE,
    )


def a_head(features: Tensor, labels: int) -> Tensor:
    """Return global average pooling and study A's dense layers."""
    return study_a_head(layers.GlobalAveragePooling2D()(features), labels)


def d_head(features: Tensor, labels: int) -> Tensor:
    """Return ``Flatten, FC 256, FC 128, DO, FC 64, BN, LR``."""
    x = dense_relu(layers.Flatten()(features), 256, 128)
    x = dense_bn_leaky(layers.Dropout(0.2)(x), 64, slope=0.1)
    return layers.Dense(labels)(x)


def e_head(features: Tensor, labels: int) -> Tensor:
    """Return ``average pooling, FC labels``, then dropout and normalization of the logits."""
    x = layers.Dense(labels)(layers.GlobalAveragePooling2D()(features))
    return layers.BatchNormalization()(layers.Dropout(0.5)(x))


def _frozen(
    name: str,
    title: str,
    backbone: Backbone,
    reported: Reported,
    *,
    labels: str = "fer4",
    parameters: tuple[int, int],
) -> System:
    study = name.split("_")[1]
    flat = study == "d"
    return System(
        name=name,
        study=study.upper(),
        title=title,
        layers=f"frozen ImageNet {backbone.application}"
        + (f" cut at {backbone.cut}" if backbone.cut else "")
        + (
            ", Flatten, FC 256, FC 128, DO, FC 64, BN, LR"
            if flat
            else ", global average pooling, FC 512, FC 128, FC 64, BN, ReLU"
        ),
        backbone=backbone,
        body=d_head if flat else a_head,
        labels=labels,
        color="rgb",
        recipe=_FROZEN_RECIPE,
        reported=reported,
        parameters=parameters,
    )


_A_TEST = "128 images, 32 a class"
_B_TEST = "FER2013, four labels"
SYSTEMS: Final = (
    _frozen(
        "study_a_vgg16",
        "VGG16",
        Backbone(application="VGG16", cut="block3_pool"),
        Reported(accuracy=0.6406, test=_A_TEST, test_n=128),
        parameters=(1_941_508, 205_892),
    ),
    _frozen(
        "study_a_resnet50v2",
        "ResNet50V2",
        Backbone(application="ResNet50V2"),
        Reported(accuracy=0.6172, test=_A_TEST, test_n=128),
        parameters=(24_688_324, 1_123_396),
    ),
    _frozen(
        "study_a_efficientnetv2b0",
        "EfficientNetV2B0",
        Backbone(application="EfficientNetV2B0"),
        Reported(accuracy=0.6328, test=_A_TEST, test_n=128),
        parameters=(6_649_620, 730_180),
    ),
    _frozen(
        "study_b_vgg16",
        "VGG16",
        Backbone(application="VGG16"),
        Reported(accuracy=0.51, test=_B_TEST),
        parameters=(15_051_780, 336_964),
    ),
    _frozen(
        "study_b_inception_resnet_v2",
        "ResNet V2 (drawn as Inception-ResNet V2)",
        Backbone(application="InceptionResNetV2"),
        Reported(accuracy=0.305, test=_B_TEST),
        parameters=(55_198_116, 861_252),
    ),
    _frozen(
        "study_b_efficientnet",
        "EfficientNet",
        Backbone(application="EfficientNetB0"),
        Reported(accuracy=0.25, test=f"{_B_TEST}; inputs scaled twice"),
        parameters=(4_779_879, 730_180),
    ),
    _frozen(
        "study_c_vgg16",
        "VGG16",
        Backbone(application="VGG16"),
        Reported(accuracy=0.6113, test="FER2013, seven labels"),
        labels="fer7",
        parameters=(15_051_975, 337_159),
    ),
    _frozen(
        "study_c_resnet50",
        "ResNet50",
        Backbone(application="ResNet50"),
        Reported(accuracy=0.537, test="FER2013, seven labels"),
        labels="fer7",
        parameters=(24_711_431, 1_123_591),
    ),
    _frozen(
        "study_c_vgg16_3",
        "VGG16, three labels",
        Backbone(application="VGG16"),
        Reported(accuracy=0.73, test="FER2013, three labels"),
        labels="fer3",
        parameters=(15_051_715, 336_899),
    ),
    _frozen(
        "study_c_resnet50_3",
        "ResNet50, three labels",
        Backbone(application="ResNet50"),
        Reported(accuracy=0.684, test="FER2013, three labels"),
        labels="fer3",
        parameters=(24_711_171, 1_123_331),
    ),
    _frozen(
        "study_d_vgg16",
        "VGG16",
        Backbone(application="VGG16"),
        Reported(accuracy=0.50, test="its test folder, four labels"),
        parameters=(14_887_684, 172_868),
    ),
    _frozen(
        "study_d_resnet101",
        "ResNet101",
        Backbone(application="ResNet101"),
        Reported(accuracy=0.32, test="its test folder, four labels"),
        parameters=(44_797_252, 2_138_948),
    ),
    *(
        System(
            name=f"study_e_{name}",
            study="E",
            title=f"{application}, fine-tuned whole",
            layers=f"ImageNet {application}, fine-tuned whole; average pooling, FC 7, "
            "DO .5 and BN on the logits",
            backbone=Backbone(application=application, frozen=False),
            body=e_head,
            labels="fer7",
            color="rgb",
            recipe=_WHOLE_RECIPE,
            reported=Reported(accuracy=accuracy, test="7,066 validation images", test_n=7066),
            parameters=parameters,
        )
        for name, application, accuracy, parameters in (
            ("resnet101", "ResNet101", 0.6443, (42_672_547, 42_567_189)),
            ("efficientnetb5", "EfficientNetB5", 0.5134, (28_527_898, 28_355_141)),
        )
    ),
)
