"""The API reference is built from the docstrings without a warning, and needs no network."""

import re
from pathlib import Path

from tests.packaging.conftest import Script


def test_pages_are_built_and_fetch_nothing(script: Script, tmp_path: Path) -> None:
    module = script("make_docs", tmp_path)
    page = (tmp_path / "fer_desktop" / "api.html").read_text(encoding="utf-8")
    for name in ("read_picture", "read_video", "read_camera", "Reader", "FaceTable"):
        assert f'id="{name}"' in page
    for name in (name for name in module.MODULES if not name.startswith("!")):
        path = tmp_path.joinpath(*name.split(".")).with_suffix(".html")
        text = path.read_text(encoding="utf-8")
        loaded = re.findall(r'<(?:script|img|iframe)[^>]*\bsrc="([^"]*)"', text)
        loaded += re.findall(r'<link[^>]*\bhref="([^"]*)"', text)
        assert not [address for address in loaded if "://" in address or address[:2] == "//"]
