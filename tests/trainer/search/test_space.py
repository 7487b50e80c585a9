import pytest

from trainer.config import NO_AUGMENTATION, Recipe
from trainer.errors import RunError
from trainer.search.space import VARIED, Choice, Range, parse_space

pytestmark = pytest.mark.unit


def test_what_is_varied_lies_within_the_settings_bounds() -> None:
    space = parse_space("learning_rate=1e-4..0.01, batch-size=32|64,flip,optimizer", Recipe())
    assert space == (
        Range(name="learning_rate", low=1e-4, high=0.01, log=True),
        Choice(name="batch_size", values=(32, 64)),
        Choice(name="flip", values=(True, False)),
        Choice(name="optimizer", values=("adam", "adamw", "nadam", "sgd")),
    )
    assert parse_space(",".join(map(str, space)), Recipe()) == space


def test_every_setting_has_a_usual_range_or_says_that_it_needs_one() -> None:
    recipe = Recipe(learning_rate=2e-3)
    assert tuple(each.name for each in parse_space("", recipe)) == VARIED
    assert parse_space("learning_rate", recipe) == (
        Range(name="learning_rate", low=2e-4, high=2e-2, log=True),
    )
    frozen = Recipe(optimizer="adam", augmentation=NO_AUGMENTATION)
    names = [each.name for each in parse_space("", frozen)]
    assert names == ["learning_rate", "batch_size", "label_smoothing"]
    with pytest.raises(RunError, match="patience has no usual range"):
        parse_space("patience", recipe)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("learningrate", "Did you mean learning_rate"),
        ("epochs=2..3", "epochs is no setting that can be varied"),
        ("erase=0..2", "erase=0..2 is no range of erase. It may be 0 to 1"),
        ("zoom=0.2..0.1", "the lower end first"),
        ("zoom=nan..0.1", "is no range"),
        ("zoom=wide", "neither a range nor some choices"),
        ("zoom=0.1..", "neither a range nor some choices"),
        ("flip=0..1", "It may be yes or no"),
        ("optimizer=adam|rmsprop", "rmsprop is no value of optimizer. It may be adam"),
        ("batch_size=32|0", "0 is no value of batch_size"),
        ("batch_size=32|32", "names a value twice"),
        ("zoom,zoom", "zoom is varied twice"),
    ],
)
def test_what_cannot_be_varied_is_refused(text: str, said: str) -> None:
    with pytest.raises(RunError) as told:
        parse_space(text, Recipe())
    assert said in str(told.value)
