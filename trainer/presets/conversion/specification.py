"""What a converted file says about itself, whatever its format."""

import json
from typing import Any, Final

from trainer.contract.preset import Preset

INPUT_NAME: Final = "pixels"
OUTPUT_NAME: Final = "probabilities"


def specification(preset: Preset) -> dict[str, Any]:
    """Return labels, input and output of a model as JSON can hold them.

    The temperature is part of the converted network: its output needs no calibration.
    """
    size = preset.input_size_px
    return {
        "name": preset.name,
        "description": preset.description,
        "labels": list(preset.labels),
        "input": {
            "name": INPUT_NAME,
            "type": "float32",
            "shape": ["faces", size, size, preset.channels],
            "color": preset.color,
            "range": [0, 255],
            "crop": {
                **preset.crop.to_dict(),
                "meaning": (
                    "a square of scale x the face box's width, its centre shift_up box widths "
                    "above the box's centre, turned back until the line of the eyes tilts by at "
                    "most max_tilt_deg"
                ),
            },
        },
        "output": {
            "name": OUTPUT_NAME,
            "type": "float32",
            "shape": ["faces", len(preset.labels)],
            "meaning": "calibrated probabilities in the order of the labels",
        },
        "unsure_below": preset.unsure_below,
        "system": preset.system,
        "training_data": preset.training_data,
        "licence": preset.licence,
        "model_sha256": preset.sha256,
    }


def as_texts(values: dict[str, Any]) -> dict[str, str]:
    """Return the values as texts, JSON where they are none."""
    return {
        key: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for key, value in values.items()
    }
