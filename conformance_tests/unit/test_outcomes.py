"""Four outcomes and two shades, over the whole of pytest, in one process and in two."""

import json

import pytest

CHECKS = """
import pytest
from quintet_conformance.not_run import not_run

pytestmark = pytest.mark.requirement("POST-01")

def test_passes(anonymous):
    assert anonymous.get_post("known").status_code == 200

def test_refused(anonymous):
    assert anonymous.get_post("unknown").status_code == 404

def test_fails(anonymous):
    assert anonymous.get_post("known").status_code == 201

def test_breaks_the_contract(anonymous):
    anonymous.get_post("broken")

def test_lacks_a_key(forge_token):
    pass

def test_lacks_something():
    not_run("no moon tonight")

def test_skips():
    pytest.skip("tired")

@pytest.fixture
def broken():
    raise ValueError("broken fixture")

def test_broken_fixture(broken):
    pass

def test_known(anonymous):
    assert anonymous.get_post("known").status_code == 418

def test_known_that_passes():
    pass
"""
ADVICE = """
import pytest

@pytest.mark.requirement("POST-02")
def test_advice():
    assert False
"""
EXPECTED = {
    "test_passes": "passed",
    "test_refused": "passed",
    "test_fails": "failed",
    "test_breaks_the_contract": "failed",
    "test_lacks_a_key": "not run",
    "test_lacks_something": "not run",
    "test_skips": "failed",
    "test_broken_fixture": "error",
    "test_known": "known failure",
    "test_known_that_passes": "failed",
    "test_advice": "warning",
}


@pytest.fixture
def judge(pytester, server_url, small_spec):
    """Run checks against the small server and give the result and the report."""

    def run(*arguments, **files):
        pytester.makepyfile(**files)
        options = ["--base-url", server_url, "--spec", str(small_spec)]
        options += ["--report", "report.json", *arguments]
        result = pytester.runpytest_subprocess(*options)
        return result, json.loads((pytester.path / "report.json").read_text())

    return run


@pytest.mark.parametrize("processes", ["0", "2"])
def test_the_outcomes(judge, processes):
    result, report = judge(
        *("-n", processes),
        "--known-failure=test_checks.py::test_known",
        "--known-failure=test_checks.py::test_known_that_passes",
        test_checks=CHECKS,
        test_more=ADVICE,
    )
    found = {
        check["id"].partition("::")[2]: check["outcome"] for check in report["checks"]
    }
    assert found == EXPECTED
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*no moon tonight*"])
    result.stdout.fnmatch_lines(["*11 checks, 1 of them negative*"])


def test_a_check_records_what_it_received(judge):
    _, report = judge("-k", "refused", test_checks=CHECKS)
    (check,) = report["checks"]
    assert check["exchanges"] == [["get_post", 404, "not_found"]]
    assert check["negative"]
    assert check["requirements"] == ["POST-01"]
    assert report["is_partial"]


def test_a_failure_tells_requirement_request_and_response(judge):
    result, report = judge("-k", "test_fails", test_checks=CHECKS)
    text = result.stdout.str()
    assert "POST-01 MUST A post can be read by everybody." in text
    assert "curl -i" in text
    assert '{"slug":"known","title":"Known"}' in text
    assert "curl -i" in report["checks"][0]["detail"]


def test_warnings_and_gaps_do_not_break_the_run(judge):
    result, _ = judge("-k", "lacks", test_checks=CHECKS, test_more=ADVICE)
    assert result.ret == 0
    result, _ = judge("-k", "advice", test_checks=CHECKS, test_more=ADVICE)
    assert result.ret == 0


DEVELOPMENT = """
import pytest

@pytest.mark.requirement("POST-01")
@pytest.mark.development("page for developers")
def test_developers(anonymous):
    assert anonymous.get_post("known").status_code == 200

@pytest.mark.requirement("POST-01")
def test_everybody(anonymous):
    assert anonymous.get_post("known").status_code == 200
"""


@pytest.mark.parametrize(
    ("options", "outcome"), [([], "passed"), (["--production"], "not run")]
)
def test_in_production_what_is_for_development_is_not_run(judge, options, outcome):
    result, report = judge(*options, test_checks=DEVELOPMENT)
    developers, everybody = report["checks"]
    assert (developers["outcome"], everybody["outcome"]) == (outcome, "passed")
    reasons = {"passed": "", "not run": "in production there is no page for developers"}
    assert developers["reason"] == reasons[outcome]
    assert result.ret == 0


PROXY = """
import pytest

pytestmark = pytest.mark.requirement("POST-01")

def test_refused(anonymous):
    anonymous.get_post("unnamed-400")

def test_unknown_version(anonymous):
    anonymous.get_post("unnamed-505")

def test_gone(anonymous):
    anonymous.get_post("unnamed-502")

def test_named(anonymous):
    anonymous.get_post("broken")

def test_expected(anonymous):
    path = "/api/v1/posts/unnamed-400"
    anonymous.request("GET", path, server_may_refuse=True)

def test_expected_on_a_socket(anonymous):
    anonymous.raw_request("GET", "/api/v1/posts/unnamed-400")

def test_unknown_version_on_a_socket(anonymous):
    anonymous.raw_request("GET", "/api/v1/posts/unnamed-505")

@pytest.mark.direct("it is patient")
def test_patience():
    pass
"""


DIRECT = {
    "test_refused": "failed",
    "test_unknown_version": "failed",
    "test_gone": "failed",
    "test_named": "failed",
    "test_expected": "passed",
    "test_expected_on_a_socket": "passed",
    "test_unknown_version_on_a_socket": "failed",
    "test_patience": "passed",
}
NOT_RUN = dict.fromkeys(
    [
        "test_refused",
        "test_unknown_version",
        "test_unknown_version_on_a_socket",
        "test_patience",
    ],
    "not run",
)


@pytest.mark.parametrize(
    ("options", "expected"), [([], DIRECT), (["--behind-proxy"], DIRECT | NOT_RUN)]
)
def test_what_a_proxy_refuses_by_itself_is_not_run(judge, options, expected):
    _, report = judge(*options, test_checks=PROXY)
    found = {
        check["id"].partition("::")[2]: check["outcome"] for check in report["checks"]
    }
    assert found == expected
    if options:
        reasons = {check["reason"] for check in report["checks"]}
        assert "the proxy before the server refused with 400" in reasons
        assert "behind a proxy: it is patient" in reasons


@pytest.mark.parametrize(
    ("mark", "complaint"),
    [
        ("serial", "names no requirement"),
        ("requirement('POST-99')", "unknown requirements"),
        ("requirement('POST-03')", "untestable"),
        ("requirement('POST-01')\n@pytest.mark.skip", "may not skip itself"),
    ],
)
def test_a_check_that_is_not_one_is_an_error(judge, mark, complaint):
    check = f"import pytest\n\n@pytest.mark.{mark}\ndef test_it(): pass\n"
    result, report = judge(test_checks=check)
    result.stdout.fnmatch_lines([f"*{complaint}*"])
    assert result.ret == 2
    (found,) = report["checks"]
    assert (found["id"], found["outcome"]) == ("test_checks.py", "error")


def test_a_browser_may_see_what_http_does_not_show(judge, pytester):
    pytester.mkdir("browser").joinpath("test_looks.py").write_text(
        "import pytest\n\n@pytest.mark.requirement('POST-03')\ndef test_it(): pass\n"
    )
    result, _ = judge("browser", test_checks=CHECKS)
    result.stdout.fnmatch_lines(["*1 passed*"])


def test_what_cannot_be_collected_is_an_error_in_many_processes_too(judge):
    result, report = judge("-n2", test_checks="import nothing_of_this_name\n")
    assert result.ret == 1
    assert [check["outcome"] for check in report["checks"]] == ["error"]


def test_an_unknown_known_failure_is_an_error(judge):
    result, _ = judge("--known-failure=test_checks.py::test_gone", test_checks=CHECKS)
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*no such check*test_gone*"])


def test_an_unreachable_server_is_the_suites_error(pytester, small_spec):
    pytester.makepyfile(test_checks=CHECKS)
    result = pytester.runpytest_subprocess(
        *("--base-url", "http://127.0.0.1:1", "--spec", str(small_spec)),
        *("-k", "test_passes"),
    )
    result.assert_outcomes(errors=1)


ORDER = """
import pathlib, time
import pytest

pytestmark = pytest.mark.requirement("POST-01")

def note(name):
    with pathlib.Path("order.log").open("a") as log:
        log.write(f"{name} in\\n")
    time.sleep(0.03)
    with pathlib.Path("order.log").open("a") as log:
        log.write(f"{name} out\\n")

@pytest.mark.last
def test_last():
    note("last")

@pytest.mark.serial
@pytest.mark.parametrize("number", range(3))
def test_serial(number):
    note("serial")

@pytest.mark.parametrize("number", range(8))
def test_ordinary(number):
    note("ordinary")
"""


def test_serial_and_last_checks_run_alone(judge, pytester):
    result, _ = judge("-n", "2", test_order=ORDER)
    assert result.ret == 0
    lines = (pytester.path / "order.log").read_text().splitlines()
    assert lines[-2:] == ["last in", "last out"]
    entries = [index for index, line in enumerate(lines) if line == "serial in"]
    assert [lines[index + 1] for index in entries] == ["serial out"] * 3
