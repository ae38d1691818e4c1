"""Lines count that hold code; packages count that a project names or locks."""

import pytest

from quintet_conformance.runner.inventory import Inventory, code_lines
from quintet_conformance.runner.manifest import Manifest

SOURCE = '''"""A module.

With two paragraphs.
"""

import os  # where files are

# A remark.


class Thing:
    """What it is."""

    text = """
    not a docstring
    """

    def name(self):
        """Tell the name."""
        return os.path.join(
            "a",

            self.text,
        )
'''


def test_lines_of_code():
    code = ["import", "class", *["text"] * 3, "def", *["return"] * 4]
    assert code_lines(SOURCE) == len(code)


@pytest.mark.parametrize("source", ["", "\n\n", "# only this\n", '"""Only this."""\n'])
def test_no_lines_of_code(source):
    assert code_lines(source) == 0


def test_the_parts_of_a_project(tmp_path):
    for name in ("app/main.py", "app/migrations/one.py", "tests/test_a.py", "a.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("one = 1\n")
    dependencies = '[project]\ndependencies = ["small", "other"]\n'
    (tmp_path / "pyproject.toml").write_text(dependencies)
    lock = "other==2.0\nsmall[fast]==1.2.3\nthird==1 ; sys_platform == 'win32'\n"
    (tmp_path / "requirements.lock").write_text(lock)
    inventory = Inventory(Manifest(tmp_path, "Small", ("api",), {}))
    assert (inventory.lines, inventory.test_lines) == (1, 1)
    assert (inventory.direct, len(inventory.locked)) == (2, 3)
    assert inventory.framework == "Small 1.2.3"
