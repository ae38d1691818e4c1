"""The README's table is made of what runs, the tree and measurements say."""

import pytest

from quintet_conformance.requirements import Requirement
from quintet_conformance.runner import matrix
from quintet_conformance.runner.inventory import Inventory
from quintet_conformance.runner.manifest import Manifest
from quintet_conformance.runner.matrix import ANYTHING, Column
from quintet_conformance.runner.measurement import Measurement

REQUIREMENTS = [
    Requirement("POST-01", "MUST", "One.", "api", "Posts"),
    Requirement("POST-02", "MUST", "Two.", "api", "Posts"),
    Requirement("POST-03", "MUST", "Three.", "api", "Posts", untestable="reasons"),
    Requirement("TODO-01", "MUST", "Four.", "api", "To-dos"),
]
README = "# Small\n\n<!-- matrix:begin -->\n<!-- matrix:end -->\n\nEnd.\n"


def run(**outcomes):
    checks = [
        {"id": name, "outcome": outcome, "requirements": [name.replace("_", "-")]}
        for name, outcome in outcomes.items()
    ]
    return {"variant": "small", "workers": 0, "checks": checks}


GOOD = run(POST_01="passed", POST_02="passed", TODO_01="passed")
BAD = run(POST_01="passed", POST_02="failed", TODO_01="passed")


@pytest.fixture
def inventory(tmp_path):
    folder = tmp_path / "small_blog"
    folder.mkdir()
    (folder / "main.py").write_text("one = 1\n")
    (folder / "pyproject.toml").write_text('[project]\ndependencies = ["small"]\n')
    (folder / "requirements.lock").write_text("small==1.0\n")
    return Inventory(Manifest(folder, "Small", ("api",), {}))


@pytest.fixture
def lines(inventory):
    def render(*results, missing=ANYTHING, measurement=None):
        column = Column(inventory, list(results), measurement)
        return matrix.render([column], REQUIREMENTS, missing=missing)

    return render


@pytest.fixture
def readme(tmp_path):
    path = tmp_path / "README.md"
    path.write_text(README)
    return path


def test_what_runs_found(lines):
    rows = lines(GOOD, BAD)
    assert "| Posts | 2 | 1 passed, 1 failed |" in rows
    assert "| To-dos | 1 | 1 passed |" in rows
    assert "| **all** | 3 | 2 passed, 1 failed |" in rows
    assert "| checks of them |  | 5 of 6 passed |" in rows


def test_one_database_is_not_enough(lines):
    assert "| Posts | 2 | not run |" in lines(GOOD, missing="not run")


def test_what_it_is_made_of(lines):
    rows = lines(measurement=Measurement(seconds=0.84, megabytes=61.2))
    assert "| framework | Small 1.0 |" in rows
    assert "| lines of Python | 1 |" in rows
    assert "| start | 0.8 s |" in rows
    assert "| memory | 61 MB |" in rows


def test_what_was_written_is_not_stale(lines, readme):
    measured = Measurement(seconds=0.8, megabytes=61.0)
    matrix.write(readme, lines(GOOD, GOOD, missing="not run", measurement=measured))
    for later in (lines(), lines(GOOD, GOOD)):
        assert not list(matrix.faults_of_matrix(readme, later))
    text = readme.read_text()
    assert text.startswith("# Small\n\n<!-- matrix:begin -->\n| ")
    assert text.endswith("\n<!-- matrix:end -->\n\nEnd.\n")
    matrix.write(readme, ["anew"])
    assert readme.read_text() == README.replace("n -->\n", "n -->\nanew\n", 1)


def test_what_changed_since_is_stale(lines, readme, inventory):
    matrix.write(readme, lines(GOOD, GOOD, missing="not run"))
    (fault,) = matrix.faults_of_matrix(readme, lines(GOOD, BAD))
    assert fault == (
        "README.md: the matrix is stale, run `nox -s matrix`: | Posts | 2 | 2 passed |"
    )
    (inventory.manifest.directory / "more.py").write_text("two = 2\nthree = 3\n")
    again = Column(Inventory(inventory.manifest))
    later = matrix.render([again], REQUIREMENTS, missing=ANYTHING)
    (fault,) = matrix.faults_of_matrix(readme, later)
    assert "lines of Python" in fault


def test_a_table_that_is_not_there_is_stale(lines, readme):
    assert list(matrix.faults_of_matrix(readme, lines()))


@pytest.mark.parametrize("outcome", ["warning", "not run"])
def test_a_run_in_which_time_decided_is_not_compared(outcome):
    assert matrix.is_steady(BAD)
    assert not matrix.is_steady(run(POST_01="passed", POST_02=outcome))
