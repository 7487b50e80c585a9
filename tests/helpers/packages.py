"""Packages of others, as pip would leave them in a folder on the search path."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import dedent


def install(
    folder: Path,
    name: str,
    entry_points: Mapping[str, Mapping[str, str]],
    modules: Mapping[str, str],
    *,
    version: str = "1.0",
    requires: Sequence[str] = (),
) -> None:
    """Write a package and its metadata.

    Args:
        folder: where; it must be on the search path to be found.
        name: of the distribution.
        entry_points: by group, then by name: ``module:object``.
        modules: source text by name.
        version: of the distribution.
        requires: its requirements.
    """
    metadata = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    metadata.mkdir()
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    lines += [f"Requires-Dist: {requirement}" for requirement in requires]
    (metadata / "METADATA").write_text("\n".join(lines) + "\n")
    parts = []
    for group, entries in entry_points.items():
        parts += [f"[{group}]", *(f"{key} = {value}" for key, value in entries.items()), ""]
    (metadata / "entry_points.txt").write_text("\n".join(parts))
    for module, text in modules.items():
        (folder / f"{module}.py").write_text(dedent(text))
