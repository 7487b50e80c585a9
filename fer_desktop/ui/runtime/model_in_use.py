"""Which model reads the faces: the one asked for, or what stands in for it."""

from collections.abc import Callable
from pathlib import Path

from fer_desktop.errors import ModelError
from fer_desktop.log import get_logger
from fer_desktop.models.catalogue import resolve_model
from fer_desktop.pipeline.events import ModelEvent, ModelFailed, ModelLoaded, ModelLoading
from fer_desktop.pipeline.loader import DETECTOR_NAME
from trainer.contract.preset import Preset

log = get_logger("ui")


class ModelInUse:
    """Asks for models, and knows the one that was loaded last.

    Attributes:
        preset: what it says of itself; None before there is one.
        name: its name, or its folder if that is not among the application's own.
        engine, device: what runs it, and what that computes on.
        loading: name of the model that is being loaded.
        is_fallback: whether it stands in for one that could not be loaded at the start.
    """

    def __init__(
        self, load: Callable[[Path], object], failed: Callable[[ModelFailed], object]
    ) -> None:
        """Take what loads a folder, and who hears of a model that cannot be found."""
        self._load = load
        self._failed = failed
        self._asked = ""
        self.preset: Preset | None = None
        self.name = ""
        self.engine = ""
        self.device = ""
        self.loading = ""
        self.is_fallback = False

    @property
    def choice(self) -> str:
        """What the user wants to find at the next start."""
        return self._asked

    def load(self, name_or_folder: str) -> None:
        """Load a model beside the one in use; empty for the one that ships with the application."""
        self.is_fallback = False
        self._ask(name_or_folder)

    def reload(self) -> None:
        """Load the model once more, on another engine."""
        self._ask(self._asked)

    def take(self, event: ModelEvent) -> None:
        """Take in how the loading goes."""
        match event:
            case ModelLoading(name=name):
                self.loading = name
            case ModelLoaded(preset=preset, engine=engine, device=device):
                self.preset, self.engine, self.device = preset, engine, device
                self.name = self._asked or preset.name
                self.loading = ""
            case ModelFailed(name=name, error=error):
                log.warning("%s cannot be used: %s", name, error)
                self.loading = ""

    def fall_back(self, event: ModelFailed) -> None:
        """Use the application's own model if there is none at all."""
        if event.name != DETECTOR_NAME and self.preset is None and self._asked:
            self.is_fallback = True
            self._ask("")

    def _ask(self, name_or_folder: str) -> None:
        self._asked = name_or_folder
        try:
            folder = resolve_model(name_or_folder)
        except ModelError as error:
            self._failed(ModelFailed(Path(name_or_folder).name, error))
        else:
            self._load(folder)
