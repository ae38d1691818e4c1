"""Boundary cases: data of the specification, one parameter set for each."""

import json
from pathlib import Path
from typing import Any

import pytest

Json = Any


class Cases:
    """Reads `cases/<name>.json` of the specification that the run was given."""

    directory: Path

    def __call__(self, name: str) -> list[Any]:
        file = self.directory / f"{name}.json"
        content = json.loads(file.read_text(encoding="utf-8"))
        return [pytest.param(case, id=case["id"]) for case in content["cases"]]


cases = Cases()
