"""Knowledge distillation: learning a teacher's probabilities beside the labels.

A single label hides what people disagree about; the probabilities of a model that has learned from
many labels show it. Sources: Hinton et al., "Distilling the Knowledge in a Neural Network",
2015; Furlanello et al., "Born Again Neural Networks", ICML 2018.
"""

from dataclasses import replace
from pathlib import Path

from trainer.contract.labels import canonical
from trainer.data.dataset import Dataset
from trainer.errors import RunError
from trainer.presets.model_folder import load_model_folder


def taught(dataset: Dataset, teacher: Path, share: float, *, flip: bool) -> Dataset:
    """Return the dataset with training targets that are in part a model's answers.

    The model sees each face once, as it is; an auxiliary head's targets, validation and test stay
    as they were.

    Args:
        teacher: a model folder that knows every label of the dataset.
        share: of the answers, from 0 to 1; the truth has the rest.
        flip: whether the mirror image is asked as well, as where training mirrors faces.

    Raises:
        RunError: if the folder is no usable model, or knows other labels or another size of face.
    """
    model = load_model_folder(teacher)
    known = {canonical(name) for name in model.preset.labels}
    unknown = [name for name in dataset.labels if canonical(name) not in known]
    if unknown:
        raise RunError(
            f"the teacher {teacher} does not predict {', '.join(unknown)}.",
            hint=f"Its labels are {', '.join(model.preset.labels)}.",
        )
    _, height, _, channels = dataset.images.shape
    if height != model.preset.input_size_px or channels > model.preset.channels:
        raise RunError(
            f"the teacher {teacher} sees {model.preset.input_size_px} pixels "
            f"({model.preset.color}), the network {height}.",
            hint="Choose a teacher with the same input.",
        )
    rows = dataset.rows("train")
    targets = dataset.targets.copy()
    answers = model.probabilities(dataset, rows, flip=flip)
    targets[rows] = (1 - share) * targets[rows] + share * answers
    return replace(dataset, targets=targets)
