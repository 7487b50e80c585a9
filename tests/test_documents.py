"""The project's texts: links lead somewhere, commands exist, quotations are exact."""

import re
import shlex
from pathlib import Path

import pytest

from fer_desktop import __version__
from fer_desktop.cli.arguments import parse
from trainer.cli.options import build_parser
from trainer.systems.catalogue import systems

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[1]
TEXTS = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in (".", "docs", "fer_desktop", "trainer", "packaging", "models/*", "assets/*")
    for path in ROOT.glob(f"{folder}/*.md")
)
ELLIPSIS = "..."  # what a reader fills in


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def anchors_of(name: str) -> set[str]:
    """Return what a link may name inside a text: its headings, as renderers turn them into ids."""
    headings = re.findall(r"^#+ (.+)$", text_of(name), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", TEXTS)
def test_links_lead_to_files_and_headings_that_exist(name: str) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", text_of(name)):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        linked = ((ROOT / name).parent / path).resolve() if path else ROOT / name
        assert linked.exists(), target
        if anchor:
            assert anchor in anchors_of(linked.relative_to(ROOT).as_posix()), target


def commands_in(name: str, program: str) -> list[list[str]]:
    """Return the complete command lines of a program in a text's blocks, without comments."""
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", text_of(name), re.MULTILINE | re.DOTALL)
    lines = [line for language, block in blocks if not language for line in block.splitlines()]
    return [
        shlex.split(_without_comment(line))[1:]
        for line in lines
        if line.startswith(f"{program} ") and ELLIPSIS not in line
    ]


def _without_comment(line: str) -> str:
    """Cut the last column of a line, unless it begins with an option."""
    *before, last = re.split(r"\s{2,}", line.strip())
    return " ".join(before) if before and not last.startswith("-") else line


def test_the_commands_of_the_readme_exist() -> None:
    found = commands_in("README.md", "fer-train")
    assert len(found) > 8
    parser = build_parser()
    for arguments in found:
        assert parser.parse_args(arguments).command == arguments[0], arguments
    found = commands_in("README.md", "fer-desktop")
    assert len(found) > 4
    for arguments in found:
        parse(arguments)


def test_the_targets_of_the_makefile_are_those_that_texts_name() -> None:
    targets = set(re.findall(r"^([a-z-]+):", text_of("Makefile"), re.MULTILINE))
    for name in ("README.md", "CONTRIBUTING.md", "packaging/RELEASE.md"):
        named = re.findall(r"(?:^|`)make ([a-z-]+)\b", text_of(name), re.MULTILINE)
        assert named
        assert targets.issuperset(named), name


def test_quotations_from_the_code_are_exact() -> None:
    blocks = re.findall(
        r"```python\n# (\S+/\S+\.py)\n(.*?)```", text_of("CONTRIBUTING.md"), re.DOTALL
    )
    assert len(blocks) > 4
    for name, quotation in blocks:
        assert quotation in text_of(name), name


def test_changelog_and_citation_name_the_version() -> None:
    assert f"\n## [{__version__}] - " in text_of("CHANGELOG.md")
    assert "\n## [Unreleased]\n" in text_of("CHANGELOG.md")
    citation = text_of("CITATION.cff")
    assert re.search(rf"^version: {re.escape(__version__)}$", citation, re.MULTILINE)
    released = re.search(r"^date-released: (\S+)$", citation, re.MULTILINE)
    assert released is not None
    assert f"## [{__version__}] - {released[1]}" in text_of("CHANGELOG.md")


def test_the_readme_counts_the_systems_that_there_are() -> None:
    listed = systems()
    ours = sum(system.study == "ours" for system in listed)
    counted = re.search(r"(\d+) published networks, and our own (\w+)", text_of("README.md"))
    assert counted is not None
    assert (int(counted[1]), counted[2]) == (len(listed) - ours, ["none", "one", "two"][ours])
