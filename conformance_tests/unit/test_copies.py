"""A folder of a variant is complete: it has copies of what the specification gives."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SPEC = ROOT / "shared_spec"
VARIANTS = sorted(ROOT.glob("*_blog"))
GIVEN = [SPEC / "demo_data.json", *sorted((SPEC / "assets").iterdir())]


@pytest.mark.parametrize("given", GIVEN, ids=lambda file: file.name)
@pytest.mark.parametrize("variant", VARIANTS, ids=lambda folder: folder.name)
def test_a_copy_is_what_the_specification_gives(variant, given):
    (copy,) = variant.rglob(given.name)
    assert copy.read_bytes() == given.read_bytes()
