"""What every option's help says besides its meaning: its range, its default and an example.

Ranges and defaults are those that the parser itself uses, so that help cannot say something else.
"""

import argparse
from typing import Any, Final

from trainer.contract.crop import CropGeometry

_UNREACHED: Final = 2.0**53  # a bound that only keeps numbers whole

# By the option's name, or that of what stands without one; a value as one would type it.
EXAMPLES: Final = {
    "--against": "fer7",
    "--auxiliary-votes": "fer2013new.csv",
    "--balance": "0.5",
    "--batch-size": "32",
    "--blur": "1",
    "--brightness": "0.08",
    "--calibrate-on": "sets/lab",
    "--clip-norm": "1",
    "--contrast": "0.15",
    "--crop": "1.16,0.075",
    "--cross-folds": "10",
    "--csv": "answers.csv",
    "--data": "faces.zip",
    "--description": '"Four expressions of our lab"',
    "--drop": "train/happy/12.png",
    "--ema": "0.999",
    "--epochs": "20",
    "--erase": "0.25",
    "--fixes": "label_fixes.csv",
    "--folds": "5",
    "--framed": "1.16,0.075",
    "--gamma": "0.4",
    "--groups": "groups.csv",
    "--html": "dataset.html",
    "--input": "96",
    "--label-smoothing": "0.1",
    "--label": "happy",
    "--labels": "happy,sad,neutral",
    "--learning-rate": "0.0005",
    "--levelling": "0.5",
    "--logit-adjustment": "0.5",
    "--map": '"rage=angry,unclear="',
    "--mixup": "0.2",
    "--model": "seven-expressions",
    "--most": "50",
    "--name": "mine",
    "--noise": "0.02",
    "--only-labels": "lab=happy,sad",
    "--out": "runs/mine",
    "--patience": "8",
    "--plateau-patience": "3",
    "--rotate-deg": "12",
    "--run": "runs/mine",
    "--seed": "1",
    "--seeds": "0,1,2",
    "--share": "0.6",
    "--shares": "0.25,0.5,1",
    "--sharpness": "0.5",
    "--shift": "0.08",
    "--side-light": "0.2",
    "--stacking-folds": "5",
    "--start": "fer7",
    "--subject-pattern": "'(S\\d+)_'",
    "--sure": "0.9",
    "--system": "study_a_complex_cnn",
    "--systems": "study_a_complex_cnn,residual_se",
    "--table": "faces.csv",
    "--teacher": "ferplus7",
    "--teacher-share": "0.7",
    "--test-fold": "2/5",
    "--tighten": "0.1",
    "--votes": "fer2013new.csv",
    "--warmup-epochs": "2",
    "--weight-decay": "0.01",
    "--weights": "none",
    "--scheduler": "tcp://10.0.0.1:8786",
    "--storage": "postgresql://lab@10.0.0.1/studies",
    "--study": "erasing",
    "--timeout": "120",
    "--train-share": "0.5",
    "--trials": "50",
    "--unseen": "sets/lab",
    "--vary": "learning_rate,erase=0..0.5",
    "--workers": "2",
    "--zoom": "0.1",
    "images": "faces/",
    "models": "models/mine",
    "runs": "runs/mine",
}
_SAID: Final = ("such as", "Example:")


def explain(parser: argparse.ArgumentParser) -> None:
    """Complete the help of each option that takes a value."""
    for action in parser._actions:
        takes_value = action.nargs != 0 and not isinstance(action, argparse._SubParsersAction)
        if takes_value and action.help is not argparse.SUPPRESS:
            action.help = _complete(action)


def _complete(action: argparse.Action) -> str:
    said = action.help or ""
    parts = [said.removesuffix(".")]
    parts += [_range(action.type)] if hasattr(action.type, "limits") else []
    if "default" not in said and (default := _text(action.default)):
        parts.append(f"default: {default}")
    name = action.option_strings[0] if action.option_strings else action.dest
    if action.choices is None and not any(words in said for words in _SAID):
        parts.append(f"example: {' '.join([*action.option_strings[:1], EXAMPLES[name]])}")
    return "; ".join(filter(None, parts))


def _range(kind: Any) -> str:
    least, most = kind.limits
    return f"at least {least:g}" if most >= _UNREACHED else f"{least:g} to {most:,.15g}"


def _text(default: object) -> str:
    if isinstance(default, CropGeometry):
        return f"{default.scale:g},{default.shift_up:g}"
    if isinstance(default, bool) or not isinstance(default, int | float | str):
        return ""
    return f"{default}"
