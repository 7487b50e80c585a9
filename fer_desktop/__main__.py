"""Entry point of ``fer-desktop`` and ``python -m fer_desktop``."""

import argparse
import sys

from fer_desktop import cli


def main() -> int:
    """Run the command line; without a subcommand open the window."""
    return cli.main(None, _open_window)


def _open_window(args: argparse.Namespace) -> int:
    from fer_desktop.app import run_app

    try:
        return run_app(args)
    except ImportError as error:
        if not (error.name or "").startswith("PySide6"):
            raise
        print(
            f"fer-desktop: the window cannot be opened: {error}. Install what is missing;"
            " fer-desktop analyze works without a window.",
            file=sys.stderr,
        )
        return 1


if __name__ == "__main__":
    sys.exit(main())
