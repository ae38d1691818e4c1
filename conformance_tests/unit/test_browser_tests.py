"""What is said to take a browser is looked at in one."""

import re
from pathlib import Path

import pytest

from quintet_conformance.requirements import load_requirements
from quintet_conformance.runner.services import chromium
from quintet_conformance.runner.unavailable import ServiceUnavailableError

SUITE = Path(__file__).parents[1]
REQUIREMENTS = SUITE.parent / "shared_spec" / "requirements"
NAMED = re.compile(r'"([A-Z][A-Z0-9]*-\d{2,3})"')


def test_each_requirement_that_takes_a_browser_has_a_test():
    tests = (SUITE / "browser").glob("test_*.py")
    named = {name for path in tests for name in NAMED.findall(path.read_text())}
    known = load_requirements(REQUIREMENTS).values()
    assert named == {each.id for each in known if "browser" in (each.untestable or "")}


def test_a_chromium_that_is_named_is_taken(tmp_path, monkeypatch):
    program = tmp_path / "mine"
    program.touch(mode=0o755)
    monkeypatch.setenv("CHROMIUM", str(program))
    assert chromium() == str(program)


def test_without_a_chromium_there_is_a_reason(tmp_path, monkeypatch):
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ServiceUnavailableError, match="set CHROMIUM"):
        chromium()
