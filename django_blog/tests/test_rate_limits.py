"""How often somebody may try, and for whom it counts."""

from typing import Any

import pytest

from tests.conftest import PASSWORD, Person, SignUp, assert_problem, together

pytestmark = pytest.mark.django_db

LOGIN = "/api/v1/auth/login"


def attempt(
    name: str = "ada", password: str = "wrong", address: str = "198.51.100.1"
) -> Any:
    credentials = {"username": name, "password": password}
    return Person().post(LOGIN, credentials, HTTP_X_FORWARDED_FOR=address)


@pytest.mark.django_db(transaction=True)
def test_parallel_attempts_are_counted_before_the_hash(sign_up: SignUp) -> None:
    sign_up("ada")
    statuses = together(30, lambda _: attempt().status_code)
    assert (statuses.count(401), statuses.count(429)) == (10, 20)
    answer = attempt(password=PASSWORD)
    assert_problem(answer, 429, "rate_limited")
    assert 1 <= int(answer["Retry-After"]) <= 300


def test_other_address_and_other_name_count_apart() -> None:
    for _ in range(10):
        attempt(" ADA ")
    assert attempt("ada").status_code == 429
    assert attempt("eve").status_code == 401
    assert attempt("ada", address="198.51.100.2").status_code == 401


def test_success_clears_the_pair(sign_up: SignUp) -> None:
    sign_up("ada")
    for _ in range(9):
        attempt()
    assert attempt(password=PASSWORD).status_code == 200
    assert attempt().status_code == 401


def test_all_attempts_of_an_address_count() -> None:
    statuses = [attempt(f"user{n}").status_code for n in range(101)]
    assert statuses == [401] * 100 + [429]


def test_current_password_counts_as_an_attempt(sign_up: SignUp) -> None:
    ada = sign_up("ada")
    wrong = {"current_password": "wrong"}
    answers = [ada.post("/api/v1/me/delete", wrong) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429]


def test_register_and_reset_share_a_limit(settings: Any) -> None:
    settings.AUTH_RATE_LIMIT = settings.LOGIN_RATE_LIMIT  # ten
    request = {"email": "nobody@example.org"}
    anybody = Person()
    for _ in range(10):
        assert anybody.post("/api/v1/auth/password-reset", request).status_code == 202
    registration = {"username": "ada", "email": "a@b.co", "password": PASSWORD}
    answer = anybody.post("/api/v1/auth/register", registration)
    assert_problem(answer, 429, "rate_limited")


def test_forwarded_address_of_a_stranger_is_ignored(settings: Any) -> None:
    settings.TRUSTED_PROXIES = []
    answers = [attempt(address=f"198.51.100.{n}") for n in range(11)]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
