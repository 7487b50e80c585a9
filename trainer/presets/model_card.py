"""The model card: what a model is, how it was made, how well it does and what it is for."""

from pathlib import Path
from typing import Any, Final

from trainer.config import AUXILIARY_HEAD
from trainer.contract.labels import LABEL_SETS
from trainer.contract.preset import Preset
from trainer.runs.run_folder import Run
from trainer.systems.system import System

_FER2013_TERMS: Final = """

The training images are not part of it. FER2013 (Goodfellow et al., "Challenges in Representation
Learning", ICML 2013) was released for research; its own terms apply to it, and whoever uses these
weights beyond research should judge what follows from that."""

_USES: Final = """\
## Uses

**Intended:** research, teaching and personal use: showing which expression a face displays, with
the knowledge and consent of the person shown. The output is the *expression on a face*, as people
who label photographs would name it. It is not what the person feels, thinks or intends.

**Not intended, and partly unlawful:**

- Inferring emotions of people at work or in education. In the European Union Article 5(1)(f) of
  Regulation (EU) 2024/1689 prohibits it, except for medical or safety reasons.
- Any decision about a person: hiring, grading, insurance, credit, policing, border control,
  diagnosis, lie detection.
- Recording or analysing people without their knowledge and consent.
- Identifying people: the network was not made for it and is useless for it."""

_FER2013_WEAKNESSES: Final = """\
- FER2013's labels are noisy: people agree with them about 65 % of the time. High accuracy on them
  is not the same as reading faces well, and part of the errors counted here are the labels'.
- Its images were collected by searching the web for words of emotion: posed and exaggerated
  expressions are over-represented, small spontaneous ones under-represented.
- It says nothing of age, gender or skin colour, so accuracy per group is unknown. Expect it to
  differ, and expect children, older people, glasses, beards, veils and masks to do worse.
- Faces turned far sideways, in the dark, or smaller than about 48 pixels are unreliable."""


def model_card(
    preset: Preset, system: System, run: Run, metrics: dict[str, Any], parameters: int
) -> str:
    """Return the text of ``MODEL_CARD.md``, made from the run's data and figures only."""
    learned_from = [preset.training_data, run.facts.get("start", {}).get("training_data", "")]
    on_fer2013 = any("fer2013" in data.lower() for data in learned_from)
    parts = [
        f"# {preset.name}",
        f"{preset.description} Output: {', '.join(preset.labels)}.",
        _network(preset, system, parameters),
        _training(preset, system, run, metrics),
        _figures(preset, metrics),
        "## Known weaknesses\n\n" + "\n".join(_weaknesses(metrics, on_fer2013=on_fer2013)),
        _USES,
        _licence(preset, on_fer2013=on_fer2013),
    ]
    return "\n\n".join(parts) + "\n"


def _network(preset: Preset, system: System, parameters: int) -> str:
    who = f'study {system.study}, "{system.title}"' if len(system.study) == 1 else system.title
    return f"""\
## Network

- System `{system.name}` ({who}): {system.layers}.
- {parameters:,} parameters, float32.
- Input: {preset.input_size_px} x {preset.input_size_px} {preset.color} pixels from 0 to 255;
  scaling is part of the network. Output: probabilities.
- Crop: a square of {preset.crop.scale} times the width of the face's box, centred
  {preset.crop.shift_up} box widths above the box's centre, turned back if the
  eyes tilt by more than {preset.crop.max_tilt_deg:g} degrees.
- SHA-256 of `model.keras`: `{preset.sha256}`."""


def _training(preset: Preset, system: System, run: Run, metrics: dict[str, Any]) -> str:
    recipe, facts = run.config.recipe, run.facts
    changes = ", ".join(
        name if value is True else f"{name} {value:g}"
        for name, value in vars(recipe.augmentation).items()
        if value
    )
    versions = ", ".join(f"{name} {version}" for name, version in facts["versions"].items())
    counts = facts["faces"]
    minutes = facts["seconds"] / 60
    commands = metrics["commands"]
    return f"""\
## Training

- Data: {preset.training_data}; {counts["train"]:,} training, {counts["validation"]:,} validation
  and {counts["test"]:,} test faces.
- Begun with {_origin(run, system)}.
- Recipe: {recipe.optimizer}, learning rate {recipe.learning_rate:g} ({recipe.schedule}), weight
  decay {recipe.weight_decay:g}, batch {recipe.batch_size}, label smoothing
  {recipe.label_smoothing:g}.
- Augmentation: {changes or "none"}.{_lesson(run)}{_heads(run, metrics)}{_statistics(metrics)}
- {facts["epoch"]} of {recipe.epochs} epochs; the weights of epoch {facts["best_epoch"]} were kept,
  the best on the validation faces.
- Seed {run.config.seed}, {run.config.precision}; {minutes:.0f} minutes on {facts["machine"]}.
- {versions}; backend {facts["backend"]}.
- Source commit: {facts["commit"] or "unknown"}.

```
{commands["train"]}
{commands["export"]}
{commands["evaluate"]}
```"""


def _lesson(run: Run) -> str:
    teacher = run.facts.get("teacher")
    if teacher is None:
        return ""
    return f"""
- Taught by `{teacher["name"]}` (SHA-256 `{teacher["sha256"]}`): its answers are
  {run.config.teacher_share:.0%} of the targets of the training faces."""


def _origin(run: Run, system: System) -> str:
    start = run.facts.get("start")
    if start is not None:
        return (
            f"the weights of `{start['name']}` (SHA-256 `{start['sha256']}`), which had learned "
            f"from {start['training_data'] or 'unknown faces'}"
        )
    if system.backbone is None or run.config.weights == "none":
        return "random weights"
    return f"its backbone's weights `{Path(run.config.weights).name}`, random ones behind them"


def _heads(run: Run, metrics: dict[str, Any]) -> str:
    if run.config.auxiliary_votes is None:
        return ""
    answer = metrics["answer"]
    own = "FER+ votes" if answer["head"] == AUXILIARY_HEAD else "dataset's labels"
    text = f"""
- Two heads on one trunk learned the dataset's labels and the FER+ votes. This model answers to the
  {own}; its last layer is {answer["share"]:.0%} of that head and {1 - answer["share"]:.0%} of the
  other one, which did best on the validation faces"""
    if answer["levelling"]:
        text += f""", and {answer["levelling"]:.0%} of the logarithm of each label's frequency is
  taken off its logit, so that rare expressions are found more often (chosen by
  {1 - answer["balance"]:.0%} accuracy and {answer["balance"]:.0%} balanced accuracy)"""
    return text + "."


def _statistics(metrics: dict[str, Any]) -> str:
    if not metrics["answer"]["renormalize"]:
        return ""
    return """
- The statistics of batch normalization were taken anew from training faces, half of them as
  they are and half moved as a detector frames them: training saw faces that were changed more."""


def _figures(preset: Preset, metrics: dict[str, Any]) -> str:
    low, high = metrics["accuracy_interval_95"]
    unsure, flip = metrics["unsure"], metrics["flip"]
    copies = metrics["n"] - metrics["n_without_copies"]
    split = metrics["split"]
    free = (
        "which took no part in training or in any choice"
        if split == "test"
        else "by which the best epoch was chosen: there are no others, so expect less on new faces"
    )
    lines = [
        "## Figures",
        "",
        f"Measured on the {metrics['n']:,} {split} faces, {free}.",
        "",
        "| figure | value |",
        "|---|---|",
        f"| accuracy | {metrics['accuracy']:.4f} (95 % interval {low:.4f} to {high:.4f}) |",
        f"| accuracy without the {copies} exact copies of training faces |"
        f" {metrics['accuracy_without_copies']:.4f} |",
        f"| balanced accuracy | {metrics['balanced_accuracy']:.4f} |",
        f"| with the mirror image of each face asked as well: accuracy |"
        f" {flip['accuracy']:.4f} ({flip['accuracy_interval_95'][0]:.4f} to"
        f" {flip['accuracy_interval_95'][1]:.4f}) |",
        f"| the same without copies | {flip['accuracy_without_copies']:.4f} |",
        f"| the same, balanced | {flip['balanced_accuracy']:.4f} |",
        *(
            f"| the same, only {', '.join(LABEL_SETS[name])} (n = {part['n']:,}) |"
            f" {part['accuracy']:.4f} ({part['accuracy_interval_95'][0]:.4f} to"
            f" {part['accuracy_interval_95'][1]:.4f}) |"
            for name, part in metrics["restricted"].items()
        ),
        f"| macro F1 | {metrics['macro_f1']:.4f} |",
        f"| expected calibration error | {metrics['ece']:.4f} |",
        f"| accuracy on the {metrics['validation']['n']:,} validation faces |"
        f" {metrics['validation']['accuracy']:.4f} |",
        "",
        "| label | precision | recall | F1 | faces |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {row['precision']:.3f} | {row['recall']:.3f} | {row['f1']:.3f} |"
        f" {row['support']} |"
        for name, row in metrics["per_label"].items()
    ]
    lines += [
        "",
        "Confusion (rows: truth, columns: prediction):",
        "",
        "| | " + " | ".join(preset.labels) + " |",
        "|---" * (len(preset.labels) + 1) + "|",
    ]
    lines += [
        f"| {name} | " + " | ".join(map(str, row)) + " |"
        for name, row in zip(preset.labels, metrics["confusion"], strict=True)
    ]
    lines += [
        "",
        f"Calibration: probabilities p become softmax(log(p) / {preset.temperature:g}), fitted on"
        f" the validation faces. Below a confidence of {preset.unsure_below:g} the application says"
        f" *unsure*: on the validation faces the {unsure['accepted']:.0%} at or above it were right"
        f" {unsure['accuracy']:.0%} of the time.",
    ]
    return "\n".join(lines)


def _weaknesses(metrics: dict[str, Any], *, on_fer2013: bool) -> list[str]:
    rows = sorted(metrics["per_label"].items(), key=lambda item: float(item[1]["recall"]))
    weakest = ", ".join(f"{name} ({row['recall']:.0%} found)" for name, row in rows[:2])
    lines = [f"- Weakest labels on the {metrics['split']} faces: {weakest}."]
    if on_fer2013:
        lines.append(_FER2013_WEAKNESSES)
    return lines


def _licence(preset: Preset, *, on_fer2013: bool) -> str:
    text = f"## Licence\n\nWeights and this card: {preset.licence}, the FER Desktop authors."
    if on_fer2013:
        text += _FER2013_TERMS
    return text
