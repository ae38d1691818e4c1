"""The texts of a registration at their edges, from the cases of the specification."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from quintet_conformance import names
from quintet_conformance.cases import cases
from quintet_conformance.helpers import expect, expect_errors
from quintet_conformance.operations import Client

Json = Any
Write = Callable[[Json], str]

STRINGS = [
    each for each in cases("strings") if each.values[0]["operation"] == "register"
]
ACCEPTED = [each for each in STRINGS if "accepted" in each.values[0]]
REFUSED = [each for each in STRINGS if "error" in each.values[0]]
NOT_DECODABLE = [each for each in STRINGS if "raw" in each.values[0]]


def sent_and_stored(case: Json, written: Write) -> tuple[Json, Json]:
    sent = written(case["parts"]) if "parts" in case else case["value"]
    if "stored_parts" in case:
        return sent, written(case["stored_parts"])
    return sent, case.get("stored", sent)


def registration() -> dict[str, Json]:
    return {
        "username": names.username(),
        "email": names.email(),
        "password": names.PASSWORD,
    }


@pytest.mark.requirement("TEXT-01", "TEXT-06", "TEXT-14", "AUTH-01", "AUTH-05")
@pytest.mark.parametrize("case", ACCEPTED)
def test_a_good_text_is_taken(anonymous: Client, written: Write, case: Json) -> None:
    sent, stored = sent_and_stored(case, written)
    details = {**registration(), case["field"]: sent}
    account = expect(anonymous.register(**details), 201)
    if case["field"] == "password":
        login = anonymous.login(username=account["username"], password=sent)
        expect(login, 200)
    else:
        assert account[case["field"]] == stored


@pytest.mark.requirement(
    "TEXT-04", "TEXT-06", "TEXT-07", "TEXT-08", "TEXT-09", "TEXT-11", "AUTH-05"
)
@pytest.mark.parametrize("case", REFUSED)
def test_a_bad_text_is_refused(anonymous: Client, written: Write, case: Json) -> None:
    details = registration()
    if case.get("missing"):
        del details[case["field"]]
    else:
        details[case["field"]] = sent_and_stored(case, written)[0]
    expect_errors(anonymous.register(**details), {case["field"]: case["error"]})


@pytest.mark.requirement("TEXT-05", "HTTP-10")
@pytest.mark.parametrize("case", NOT_DECODABLE)
def test_a_lone_surrogate_is_refused(anonymous: Client, case: Json) -> None:
    details = {**registration(), case["field"]: "@"}
    content = json.dumps(details).replace('"@"', case["raw"]).encode("ascii")
    response = anonymous.register(
        content=content, headers={"Content-Type": "application/json"}
    )
    assert response.status_code in case["status"]


@pytest.mark.requirement("AUTH-05")
@pytest.mark.parametrize("case", cases("passwords"))
def test_a_password_that_repeats_the_account_is_refused(
    anonymous: Client, case: Json
) -> None:
    details = {field: case[field] for field in ("username", "email", "password")}
    expect_errors(anonymous.register(**details), {"password": case["error"]})
