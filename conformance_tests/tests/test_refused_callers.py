"""Every operation for users without a token, and with one that is not good."""

from typing import Any

import pytest

from quintet_conformance.helpers import expect
from quintet_conformance.openapi import Operation


@pytest.mark.requirement("TOKEN-01", "PROB-01")
def test_without_a_token_every_operation_for_users_is_refused(
    scene: Any, guarded_operation: Operation
) -> None:
    response = scene.send(guarded_operation, client=scene.site.anonymous())
    assert expect(response, 401)["code"] == "not_authenticated"
    assert response.headers.get_list("WWW-Authenticate") == ["Bearer"]


@pytest.mark.requirement("TOKEN-02", "PROB-01")
def test_with_a_bad_token_every_operation_for_users_is_refused(
    scene: Any, guarded_operation: Operation
) -> None:
    client = scene.site.anonymous().with_token("not.a.token")
    response = scene.send(guarded_operation, client=client)
    assert expect(response, 401)["code"] == "invalid_token"


@pytest.mark.requirement("TOKEN-03", "PROB-01")
def test_a_bad_token_is_refused_where_none_is_needed(
    scene: Any, personal_operation: Operation
) -> None:
    client = scene.site.anonymous().with_token("not.a.token")
    response = scene.send(personal_operation, client=client)
    assert expect(response, 401)["code"] == "invalid_token"


@pytest.mark.requirement("HTTP-24", "TOKEN-01", "TOKEN-02")
@pytest.mark.parametrize("token", [None, "x.y.z"], ids=["without", "bad"])
def test_who_has_no_good_token_changes_nothing(scene: Any, token: str | None) -> None:
    before, changing = scene.state(), scene.operations("guarded_operation")
    anonymous = scene.site.anonymous()
    client = anonymous.with_token(token) if token else anonymous
    paths = [operation.path.format_map(scene.things) for operation in changing]
    for operation, path in zip(changing, paths, strict=True):
        expect(scene.send(operation, client=client, path=path), 401)
    assert scene.state() == before
