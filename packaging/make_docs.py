"""The API reference as pages that open from the disk, made from the docstrings.

    python packaging/make_docs.py FOLDER

Pages: what scripts use (``fer_desktop.api``), what extensions are made of (ports and values), and
what the application and the trainer share (``trainer.contract``). Needs ``pip install ".[docs]"``;
nothing is fetched, neither here nor by the pages. A warning, such as a name that cannot be
resolved, is an error.
"""

import sys
import warnings
from pathlib import Path

from fer_desktop import __version__
from fer_desktop.log import quiet_native_libraries

MODULES = (
    "fer_desktop.api",
    "fer_desktop.errors",
    "fer_desktop.domain",
    "fer_desktop.pipeline.outputs",
    "fer_desktop.recording.face_table",
    "fer_desktop.sources.base",
    "fer_desktop.vision.ports",
    "fer_desktop.vision.engines.base",
    "fer_desktop.vision.measuring",
    "trainer.config",
    "trainer.contract",
    "!trainer.contract.figures",  # pdoc stumbles over typed dictionaries that inherit
    "trainer.data.dataset",
    "trainer.data.faces",
    "trainer.systems.system",
)


def make_docs(folder: Path) -> list[Path]:
    """Write the pages and return their paths; a former page of the same name is replaced."""
    import pdoc
    import pdoc.render

    quiet_native_libraries()
    pdoc.render.configure(
        docformat="google", footer_text=f"FER Desktop {__version__}", show_source=True
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pdoc.pdoc(*MODULES, output_directory=folder)
    return sorted(folder.rglob("*.html"))


def main() -> int:
    """Run the command line and return the exit status."""
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    pages = make_docs(Path(sys.argv[1]))
    print(f"{len(pages)} pages: {Path(sys.argv[1]) / 'index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
