"""What a training needs that reading expressions does not."""

from fer_desktop.errors import TrainingError
from fer_desktop.vision.engines.availability import is_installed, keras_backend


def require_trainer() -> None:
    """Check that Keras and its backend are installed, without importing them.

    Raises:
        TrainingError: if they are not.
    """
    missing = [name for name in ("keras", keras_backend()) if not is_installed(name)]
    if missing:
        raise TrainingError(
            f"Training needs the Python packages keras and {keras_backend()}; missing: "
            f"{', '.join(missing)}.",
            hint=f"Install them with: pip install {' '.join(missing)}",
        )
