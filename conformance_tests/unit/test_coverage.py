"""What no test has shown is named, and nothing else."""

from small import REQUIREMENTS

from quintet_conformance.coverage import Recording, gaps
from quintet_conformance.requirements import parse_page

CODES = ["malformed_json", "not_authenticated", "invalid_token", "invalid_credentials"]
CODES += ["forbidden", "not_found", "method_not_allowed", "conflict", "stale_version"]
CODES += ["length_required", "content_too_large", "unsupported_media_type"]
CODES += ["validation_error", "rate_limited", "unavailable"]


def check(requirements, exchanges, outcome="passed"):
    return {
        "outcome": outcome,
        "requirements": requirements,
        "exchanges": exchanges,
    }


def run(*checks):
    return {"checks": checks, "profiles": ["api"]}


ANSWERS = [
    ["get_post", 200, None],
    ["get_post", 404, "not_found"],
    ["list_posts", 200, None],
    ["get_first_post", 200, None],
    *([None, 400, code] for code in CODES),
]


def found(document, *checks):
    recording = Recording.of([run(*checks)])
    return list(gaps(document, parse_page(REQUIREMENTS), recording))


def test_complete_but_for_one_answer(document):
    assert found(document, check(["POST-01", "POST-02"], ANSWERS)) == [
        "no test received 204 from delete_post"
    ]


def test_a_check_that_was_not_run_shows_nothing(document):
    shown = check(["POST-01"], [*ANSWERS, ["delete_post", 204, None]])
    missing = check(["POST-02"], [], "not run")
    assert found(document, shown, missing) == [
        "no test: POST-02 SHOULD Reading is quick."
    ]


def test_problem_codes_are_needed(document):
    answers = [*ANSWERS, ["delete_post", 204, None]]
    answers.remove([None, 400, "forbidden"])
    assert found(document, check(["POST-01", "POST-02"], answers)) == [
        "no test received the problem code forbidden"
    ]
