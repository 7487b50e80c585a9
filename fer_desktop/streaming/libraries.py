"""Libraries that only streams need, imported when one is opened."""

import importlib
from types import ModuleType

from fer_desktop.errors import StreamError


def library(module: str, package: str) -> ModuleType:
    """Import a module.

    Args:
        module: its name.
        package: what pip calls the package that it belongs to.

    Raises:
        StreamError: if it is not there or cannot be loaded, with the command that installs it.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise StreamError(
            f"The package {package} is missing.", hint=f'Type "pip install {package}".'
        ) from error
    # pylsl raises RuntimeError where the library in C that it stands on is missing.
    except (ImportError, OSError, RuntimeError) as error:
        reason = str(error).strip().partition("\n")[0].rstrip(".")
        raise StreamError(
            f"The package {package} cannot be loaded: {reason}.",
            hint=f'Type "pip install --force-reinstall {package}".',
        ) from error
