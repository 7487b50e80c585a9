from pathlib import Path

import keras
import numpy as np
import pytest

from trainer.errors import UnknownSystemError
from trainer.systems.backbones import Backbone, give_weights

MODULES = {
    "VGG16": keras.applications.vgg16,
    "ResNet50V2": keras.applications.resnet_v2,
    "DenseNet121": keras.applications.densenet,
    "EfficientNetV2B0": keras.applications.efficientnet_v2,
}


@pytest.mark.parametrize("application", MODULES)
def test_pixels_are_prepared_as_keras_prepares_them(application: str) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (1, 32, 32, 3)).astype("float32")
    inputs = keras.Input((32, 32, 3))
    ours = keras.Model(inputs, Backbone(application=application)._preprocess(inputs))
    expected = MODULES[application].preprocess_input(pixels.copy())
    np.testing.assert_allclose(ours.predict_on_batch(pixels), expected, atol=1e-3)


def test_efficientnet_sees_what_keras_shows_it_with_imagenet_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "learned.weights.h5"
    make = keras.applications.EfficientNetB0
    random = make(include_top=False, weights=None, input_shape=(32, 32, 3))
    normalization = next(
        layer for layer in random.layers if isinstance(layer, keras.layers.Normalization)
    )
    normalization.set_weights(
        [np.array([0.485, 0.456, 0.406]), np.array([0.2, 0.3, 0.4]), np.array(0)]
    )
    random.save_weights(path)
    monkeypatch.setattr(keras.src.utils.file_utils, "get_file", lambda *_, **__: str(path))
    learned = make(include_top=False, weights="imagenet", input_shape=(32, 32, 3))
    # What is peculiar happens before the first convolution.
    theirs = keras.Model(learned.input, learned.get_layer("stem_activation").output)
    pixels = np.random.default_rng(0).integers(0, 256, (1, 32, 32, 3)).astype("float32")
    for weights in ("imagenet", str(path), "none"):
        inputs = keras.Input((32, 32, 3))
        backbone = Backbone(application="EfficientNetB0", cut="stem_activation")
        features = backbone.features(inputs, weights)
        ours = keras.Model(inputs, features)
        if weights == "none":  # as when a run is exported
            give_weights(ours, theirs.get_weights())
        np.testing.assert_allclose(
            ours.predict_on_batch(pixels),
            theirs.predict_on_batch(pixels),
            atol=1e-4,
        )


def test_small_pictures_are_enlarged_for_a_network_that_needs_it() -> None:
    backbone = Backbone(application="Xception", cut="block2_pool")
    pixels = keras.Input((48, 48, 1))
    model = keras.Model(pixels, backbone.features(pixels, "none"))
    assert model.get_layer("enlarge").output.shape[1:3] == (71, 71)


@pytest.mark.parametrize(
    ("backbone", "weights", "message"),
    [
        (Backbone(application="Inception9"), "none", "no application 'Inception9'"),
        (Backbone(application="VGG16", cut="block9"), "none", "no layer 'block9'"),
        (Backbone(application="VGG16"), "missing.h5", "missing.h5 do not exist"),
    ],
)
def test_what_cannot_be_had_is_named(backbone: Backbone, weights: str, message: str) -> None:
    with pytest.raises(UnknownSystemError, match=message):
        backbone.features(keras.Input((48, 48, 3)), weights)


def test_a_wrong_weights_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "weights.h5"
    path.write_text("no weights")
    with pytest.raises(UnknownSystemError, match=r"weights\.h5.*cannot be loaded"):
        Backbone(application="VGG16").features(keras.Input((48, 48, 3)), str(path))
