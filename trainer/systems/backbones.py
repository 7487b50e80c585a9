"""Networks of Keras' applications as feature extractors, fed as they were when they were trained.

Each application expects its own input: getting that wrong leaves a pretrained network at chance.
The preprocessing is therefore part of the network, built from layers that Keras' safe mode loads.
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from trainer.errors import UnknownSystemError

Tensor = Any
Preprocessing = Literal["caffe", "tf", "torch", "efficient", "inside"]

_CAFFE: Final = ("VGG16", "VGG19", "ResNet50", "ResNet101", "ResNet152")
_TORCH: Final = ("DenseNet121", "DenseNet169", "DenseNet201")
_EFFICIENT: Final = tuple(f"EfficientNetB{size}" for size in range(8))
_INSIDE: Final = ("EfficientNetV2", "MobileNetV3", "ConvNeXt")
_LEAST_PX: Final = {"InceptionResNetV2": 75, "InceptionV3": 75, "Xception": 71}
_ANY_LEAST_PX: Final = 32
_MEAN_RGB: Final = (0.485, 0.456, 0.406)
_DEVIATION_RGB: Final = (0.229, 0.224, 0.225)
# Caffe's means are in blue, green, red order.
_MEAN_BGR: Final = (103.939, 116.779, 123.68)


@dataclass(frozen=True, kw_only=True)
class Backbone:
    """A Keras application and how it is used.

    Attributes:
        application: its name in ``keras.applications``.
        cut: name of the layer whose output is taken; empty takes the last one.
        frozen: whether its weights stay as they were loaded.
    """

    application: str
    cut: str = ""
    frozen: bool = True

    @property
    def preprocessing(self) -> Preprocessing:
        """How the application expects its pixels."""
        if self.application in _CAFFE:
            return "caffe"
        if self.application in _TORCH:
            return "torch"
        if self.application in _EFFICIENT:
            return "efficient"
        return "inside" if self.application.startswith(_INSIDE) else "tf"

    @property
    def least_px(self) -> int:
        """Smallest side that the application takes."""
        return _LEAST_PX.get(self.application, _ANY_LEAST_PX)

    def features(self, pixels: Tensor, weights: str) -> Tensor:
        """Return the application's feature map of pixels from 0 to 255.

        Args:
            pixels: gray or RGB; gray is repeated over three channels.
            weights: ``imagenet``, ``none``, or the path of a weights file without the top.

        Raises:
            UnknownSystemError: if the application or layer does not exist, or its weights cannot
                be had.
        """
        from keras import layers

        x = pixels
        side = max(x.shape[1], self.least_px)
        if side != x.shape[1]:
            x = layers.Resizing(side, side, name="enlarge")(x)
        if x.shape[-1] == 1:
            x = layers.Concatenate(name="repeat")([x, x, x])
        network = self._load(side, weights)
        if self.frozen:
            # Batch normalization must use what it learned, too.
            network.trainable = False
            return network(self._preprocess(x), training=False)
        return network(self._preprocess(x))

    def _preprocess(self, x: Tensor) -> Tensor:
        from keras import layers, ops

        match self.preprocessing:
            case "caffe":
                means = [-mean for mean in _MEAN_BGR]
                return layers.Rescaling(1.0, offset=means, name="center")(ops.flip(x, axis=-1))
            case "tf":
                return layers.Rescaling(1 / 127.5, offset=-1.0, name="scale")(x)
            case "torch":
                scale = [1 / (255 * deviation) for deviation in _DEVIATION_RGB]
                offset = [-m / d for m, d in zip(_MEAN_RGB, _DEVIATION_RGB, strict=True)]
                return layers.Rescaling(scale, offset=offset, name="scale")(x)
            case "efficient":
                # Keras divides once more by the root of the deviation, but only when it loads the
                # ImageNet weights itself: seen from outside, after its own normalization.
                roots = [1 / math.sqrt(deviation) for deviation in _DEVIATION_RGB]
                offset = [255 * m * (1 - r) for m, r in zip(_MEAN_RGB, roots, strict=True)]
                return layers.Rescaling(roots, offset=offset, name="scale")(x)
            case "inside":
                return x

    def _load(self, side: int, weights: str) -> Any:
        import keras

        make = getattr(keras.applications, self.application, None)
        if make is None:
            raise UnknownSystemError(f"Keras has no application {self.application!r}.")
        if weights not in ("imagenet", "none") and not Path(weights).is_file():
            raise UnknownSystemError(
                f"the weights {weights} do not exist.", hint="Give imagenet, none or a file."
            )
        network = make(include_top=False, weights=None, input_shape=(side, side, 3))
        try:
            if weights == "imagenet":
                # A network of its own: some are built differently for these weights.
                learned = make(include_top=False, weights=weights, input_shape=(side, side, 3))
                give_weights(network, learned.get_weights())
            elif weights != "none":
                network.load_weights(weights)
        except Exception as error:  # Keras raises bare Exception for a failed download
            raise UnknownSystemError(
                f"the weights {weights!r} of {self.application} cannot be loaded: "
                f"{str(error).splitlines()[0]}.",
                hint="Give --weights the path of a weights file, or none.",
            ) from error
        if not self.cut:
            return network
        try:
            end = network.get_layer(self.cut)
        except ValueError as error:
            raise UnknownSystemError(f"{self.application} has no layer {self.cut!r}.") from error
        return keras.Model(network.input, end.output, name=f"{network.name}_to_{self.cut}")


def give_weights(network: Any, values: list[Any]) -> None:
    """Set a network's weights, and what its normalization layers derive from theirs.

    Raises:
        ValueError: if the values do not fit.
    """
    from keras import layers

    network.set_weights(values)
    for layer in network._flatten_layers():
        if isinstance(layer, layers.Normalization):
            layer.finalize_state()
