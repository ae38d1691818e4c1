"""How often somebody may try, per address and per name."""

import time
from collections.abc import Iterator
from functools import partial
from ipaddress import ip_network

import pytest
from flask.testing import FlaskClient
from limits import parse
from werkzeug.test import TestResponse

from app import create_app
from app.config import Settings
from app.mail import Mail
from tests.conftest import PASSWORD, SignUp, assert_problem, at_once, close

LOGIN = "/api/v1/auth/login"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    limits = {
        "TRUSTED_PROXIES": (ip_network("127.0.0.1"),),
        "LOGIN_RATE_LIMIT": parse("3/2seconds"),
        "LOGIN_ADDRESS_RATE_LIMIT": parse("6/hour"),
        "LOGIN_NAME_RATE_LIMIT": parse("8/hour"),
        "AUTH_RATE_LIMIT": parse("4/hour"),
    }
    return settings.model_copy(update=limits)


def attempt(
    client: FlaskClient, name: str, address: str, password: str = "wrong"
) -> TestResponse:
    credentials = {"username": name, "password": password}
    headers = {"X-Forwarded-For": address}
    return client.post(LOGIN, json=credentials, headers=headers)


def test_parallel_attempts_are_counted_before_the_hash(
    client: FlaskClient,
) -> None:
    names = ["Ada" if n % 2 else " ada" for n in range(9)]
    answers = at_once(*(partial(attempt, client, name, "10.0.0.1") for name in names))
    assert sorted(answer.status_code for answer in answers) == 3 * [401] + 6 * [429]
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert_problem(refused, 429, "rate_limited")
    assert int(refused.headers["retry-after"]) in {1, 2}


def test_other_address_and_other_name_count_apart(
    client: FlaskClient, sign_up: SignUp
) -> None:
    sign_up("ada")
    for _ in range(3):
        attempt(client, "ada", "10.0.0.1")
    assert (attempt(client, "ada", "10.0.0.1", PASSWORD)).status_code == 429
    assert (attempt(client, "ada", "10.0.0.2", PASSWORD)).status_code == 200
    assert (attempt(client, "bob", "10.0.0.1")).status_code == 401
    time.sleep(2.1)
    assert (attempt(client, "ada", "10.0.0.1", PASSWORD)).status_code == 200


def test_success_clears_the_pair(client: FlaskClient, sign_up: SignUp) -> None:
    sign_up("ada")
    statuses = [
        (attempt(client, "ada", "10.0.0.1", password)).status_code
        for password in ("wrong", "wrong", PASSWORD, "wrong", "wrong", PASSWORD)
    ]
    assert statuses == [401, 401, 200, 401, 401, 200]


def test_all_attempts_of_an_address_count(client: FlaskClient) -> None:
    statuses = [
        (attempt(client, f"user{n}", f"2001:db8::{n:x}")).status_code for n in range(7)
    ]
    assert statuses == 6 * [401] + [429]


def test_all_attempts_for_a_name_count_until_a_reset(
    client: FlaskClient, sign_up: SignUp, mails: list[Mail]
) -> None:
    ada = sign_up("ada")
    statuses = [(attempt(client, "ada", f"10.0.0.{n}")).status_code for n in range(8)]
    assert statuses == 7 * [401] + [429]  # one attempt was the sign-in above
    client.post("/api/v1/auth/password-reset", json={"email": ada.email})
    link = next(line for line in mails[0].text.splitlines() if "://" in line)
    body = {"token": link.rpartition("/")[2], "new_password": "another quiet walk"}
    answer = client.post("/api/v1/auth/password-reset/confirm", json=body)
    assert answer.status_code == 204
    again = attempt(client, "ada", "10.0.1.1", "another quiet walk")
    assert again.status_code == 200


def test_current_password_counts_as_an_attempt(
    client: FlaskClient, sign_up: SignUp
) -> None:
    ada = sign_up("ada")
    headers = ada.headers | {"X-Forwarded-For": "10.0.0.1"}
    body = {"current_password": "wrong wrong wrong"}
    statuses = [
        client.post("/api/v1/me/delete", json=body, headers=headers).status_code
        for _ in range(4)
    ]
    assert statuses == [422, 422, 422, 429]
    assert (attempt(client, "ADA", "10.0.0.1", PASSWORD)).status_code == 429


def test_register_and_reset_share_a_limit(client: FlaskClient) -> None:
    headers = {"X-Forwarded-For": "10.0.0.1"}
    answers = [
        client.post(
            "/api/v1/auth/register",
            json={"username": "ada", "email": "a@example.org", "password": PASSWORD},
            headers=headers,
        )
        for _ in range(2)
    ] + [
        client.post(
            "/api/v1/auth/password-reset",
            json={"email": "a@example.org"},
            headers=headers,
        )
        for _ in range(3)
    ]
    statuses = [answer.status_code for answer in answers]
    assert statuses == [201, 409, 202, 202, 429]


@pytest.fixture
def direct_client(settings: Settings) -> Iterator[FlaskClient]:
    app = create_app(settings.model_copy(update={"TRUSTED_PROXIES": ()}))
    yield app.test_client()
    close(app)


def test_forwarded_address_of_a_stranger_is_ignored(
    direct_client: FlaskClient,
) -> None:
    statuses = [
        (attempt(direct_client, "ada", f"10.0.0.{n}")).status_code for n in range(4)
    ]
    assert statuses == [401, 401, 401, 429]
