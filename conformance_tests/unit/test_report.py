"""The report sums runs up, requirement by requirement, and shows text as text."""

import json

import pytest

from quintet_conformance import totals
from quintet_conformance.report import Run, read_report, summary_line, write_reports


def check(name, outcome, *requirements, negative=False):
    return {
        "id": f"test_posts.py::{name}",
        "outcome": outcome,
        "reason": f"{outcome} for <reasons>",
        "detail": "<b>detail</b>",
        "seconds": 0.1,
        "negative": negative,
        "requirements": list(requirements),
        "exchanges": [],
    }


def results(*checks, **changes):
    return {
        "variant": "small",
        "title": "Small",
        "database": "sqlite",
        "workers": 0,
        "python": "3.13.0",
        "profiles": ["api"],
        "spec_version": "0.0.1",
        "suite_version": "0.1.0",
        "started": "2026-11-20T00:00:00+00:00",
        "seconds": 1.5,
        "is_partial": False,
        "is_passed": False,
        "unavailable": "",
        "checks": list(checks),
        **changes,
    }


@pytest.fixture
def reports(tmp_path, small_spec):
    """Write results as runs do, and give what reads them."""

    def write(*runs):
        for number, run in enumerate(runs):
            (tmp_path / f"{number}.json").write_text(json.dumps(run))
        return tmp_path, small_spec

    return write


CHECKS = (
    check("one", "passed", "POST-01", negative=True),
    check("two", "failed", "POST-01"),
    check("three", "not run", "POST-02"),
)


def test_a_requirement_is_as_good_as_its_worst_check(reports):
    report = read_report(*reports(results(*CHECKS))).as_json()
    outcomes = [each["outcomes"]["small, sqlite"] for each in report["requirements"]]
    assert outcomes == ["failed", "not run", "untestable"]
    assert [row["check"] for row in report["not_run"]] == ["test_posts.py::three"]


def test_a_run_that_could_not_be_is_told(reports):
    run = results(unavailable="no PostgreSQL", database="postgres")
    report = read_report(*reports(run)).as_json()
    assert report["not_run"][0]["reason"] == "no PostgreSQL"
    assert summary_line(Run(run)) == "small, postgres: NOT RUN: no PostgreSQL"


def test_the_summary_leaves_the_runners_own_checks_out_of_the_share():
    own = check("stop", "passed")
    assert summary_line(Run(results(*CHECKS, own))) == (
        "small, sqlite: 2 passed, 1 failed, 1 not run (33% of 3 tests negative)"
    )


def test_the_page_shows_text_as_text(reports):
    directory, spec = reports(results(*CHECKS))
    write_reports(directory, spec)
    page = (directory / "conformance.html").read_text()
    assert "&lt;b&gt;detail&lt;/b&gt;" in page
    assert "<b>" not in page
    assert json.loads((directory / "conformance.json").read_text())["runs"]


def test_the_totals_of_junit_files(tmp_path, capsys, monkeypatch):
    cases = "<testcase/><testcase><failure/></testcase><testcase><skipped/></testcase>"
    junit = tmp_path / "junit"
    junit.mkdir()
    (junit / "a.xml").write_text(f"<testsuites>{cases}</testsuites>")
    (junit / "b.xml").write_text("<testsuites><testcase/></testsuites>")
    (tmp_path / "schema.json").write_text('{"unavailable": "no PostgreSQL"}')
    (tmp_path / "unison.json").write_text('{"unavailable": ""}')
    monkeypatch.setattr("sys.argv", ["totals", str(tmp_path)])
    assert totals.main() == 1
    assert capsys.readouterr().out == (
        "schema: NOT RUN: no PostgreSQL\n2 passed, 1 failed, 1 not run or only advice\n"
    )
