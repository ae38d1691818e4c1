"""The texts of a registration at their edges, from the cases of the specification."""

import json
from collections.abc import Iterable
from typing import Any

import httpx
import pytest

from quintet_conformance import names
from quintet_conformance.cases import cases
from quintet_conformance.helpers import expect, expect_errors
from quintet_conformance.operations import Client

Json = Any

STRINGS = [
    each for each in cases("strings") if each.values[0]["operation"] == "register"
]
ACCEPTED = [each for each in STRINGS if "accepted" in each.values[0]]
REFUSED = [each for each in STRINGS if "error" in each.values[0]]
NOT_DECODABLE = [each for each in STRINGS if "raw" in each.values[0]]
# Short random names may be taken on a server that holds many.
TRIES = 5


def written(parts: Iterable[Json], chance: str) -> str:
    """Put a text together; the letters of `chance` stand where a random part is."""
    texts = []
    for part in parts:
        if isinstance(part, str):
            texts.append(part)
        elif "random" in part:
            texts.append(chance[: part["random"]])
        else:
            texts.append(part["repeat"] * part["times"])
    return "".join(texts)


def sent_and_stored(case: Json) -> tuple[Json, Json]:
    chance = names.word(100)
    sent = written(case["parts"], chance) if "parts" in case else case["value"]
    if "stored_parts" in case:
        return sent, written(case["stored_parts"], chance)
    return sent, case.get("stored", sent)


def registration() -> dict[str, Json]:
    return {
        "username": names.username(),
        "email": names.email(),
        "password": names.PASSWORD,
    }


def register(client: Client, case: Json) -> tuple[httpx.Response, Json, Json]:
    """Register until the random part is not taken; give what was sent and expected."""
    sent, stored = sent_and_stored(case)
    response = client.register(**{**registration(), case["field"]: sent})
    for _ in range(TRIES):
        if response.status_code == 409:
            sent, stored = sent_and_stored(case)
            response = client.register(**{**registration(), case["field"]: sent})
    return response, sent, stored


@pytest.mark.requirement("TEXT-01", "TEXT-06", "TEXT-14", "AUTH-01", "AUTH-05")
@pytest.mark.parametrize("case", ACCEPTED)
def test_a_good_text_is_taken(anonymous: Client, case: Json) -> None:
    response, sent, stored = register(anonymous, case)
    account = expect(response, 201)
    if case["field"] == "password":
        login = anonymous.login(username=account["username"], password=sent)
        expect(login, 200)
    else:
        assert account[case["field"]] == stored


@pytest.mark.requirement(
    "TEXT-04", "TEXT-06", "TEXT-07", "TEXT-08", "TEXT-09", "TEXT-11", "AUTH-05"
)
@pytest.mark.parametrize("case", REFUSED)
def test_a_bad_text_is_refused(anonymous: Client, case: Json) -> None:
    details = registration()
    if case.get("missing"):
        del details[case["field"]]
    else:
        details[case["field"]] = sent_and_stored(case)[0]
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
