"""To-dos, which are nobody else's business."""

import asyncio

import httpx
import pytest

from tests.conftest import SignUp, assert_problem

pytestmark = pytest.mark.anyio
URL = "/api/v1/todos"


async def test_create_todo(client: httpx.AsyncClient, sign_up: SignUp) -> None:
    ada = await sign_up("ada")
    new = {"title": " x ", "due_on": "0001-01-01"}
    answer = await client.post(URL, json=new, headers=ada.headers)
    assert answer.status_code == 201
    todo = answer.json()
    assert answer.headers["location"] == f"{URL}/{todo['id']}"
    moment = todo["created_at"]
    assert todo == {
        "id": todo["id"],
        "title": "x",
        "notes": "",
        "completed": False,
        "due_on": "0001-01-01",
        "position": 0,
        "created_at": moment,
        "updated_at": moment,
        "completed_at": None,
    }
    assert (await client.get(f"{URL}/{todo['id']}", headers=ada.headers)).json() == todo


async def test_positions(client: httpx.AsyncClient, sign_up: SignUp) -> None:
    ada = await sign_up("ada")

    async def create(**members: object) -> int:
        new = {"title": "x", **members}
        answer = await client.post(URL, json=new, headers=ada.headers)
        position: int = answer.json()["position"]
        return position

    assert sorted(await asyncio.gather(*(create() for _ in range(5)))) == [
        0,
        1,
        2,
        3,
        4,
    ]
    assert await create(position=-(2**31)) == -(2**31)
    assert await create(position=2**31 - 1) == 2**31 - 1
    assert await create() == 2**31 - 1
    listed = (await client.get(URL, headers=ada.headers)).json()["items"]
    keys = [(todo["position"], todo["id"]) for todo in listed]
    assert keys == sorted(keys)
    assert len(keys) == 8


async def test_update_todo(client: httpx.AsyncClient, sign_up: SignUp) -> None:
    ada = await sign_up("ada")
    new = {"title": "x", "due_on": "2026-12-24"}
    todo = (await client.post(URL, json=new, headers=ada.headers)).json()

    async def patch(**changes: object) -> dict[str, object]:
        url = f"{URL}/{todo['id']}"
        answer = await client.patch(url, json=changes, headers=ada.headers)
        assert answer.status_code == 200
        changed: dict[str, object] = answer.json()
        return changed

    assert await patch() == todo
    assert await patch(title="x", completed=False) == todo
    done = await patch(completed=True)
    assert done["completed_at"] == done["updated_at"]
    assert done["updated_at"] != todo["updated_at"]
    assert await patch(completed=True) == done
    undone = await patch(completed=False, due_on=None, notes="a\nb")
    assert (undone["completed_at"], undone["due_on"]) == (None, None)


async def test_list_and_delete_completed(
    client: httpx.AsyncClient, sign_up: SignUp
) -> None:
    ada, bob = await sign_up("ada"), await sign_up("bob")
    for person in (ada, bob):
        for title in ("open", "done"):
            new = {"title": title}
            answer = await client.post(URL, json=new, headers=person.headers)
            changes = {"completed": title == "done"}
            path = answer.headers["location"]
            await client.patch(path, json=changes, headers=person.headers)

    async def titles(query: str = "") -> list[str]:
        answer = await client.get(URL + query, headers=ada.headers)
        return [todo["title"] for todo in answer.json()["items"]]

    assert await titles() == ["open", "done"]
    assert await titles("?completed=true") == ["done"]
    assert await titles("?completed=false") == ["open"]
    for query, code in (
        ("", "required"),
        ("?completed=false", "choice"),
        ("?completed=True", "choice"),
        ("?completed=", "choice"),
    ):
        answer = await client.delete(URL + query, headers=ada.headers)
        assert_problem(answer, 422, "validation_error", ("completed", code))
    answer = await client.delete(f"{URL}?completed=true", headers=ada.headers)
    assert answer.status_code == 204
    assert await titles() == ["open"]
    assert len((await client.get(URL, headers=bob.headers)).json()["items"]) == 2


async def test_todo_of_another_is_absent(
    client: httpx.AsyncClient, sign_up: SignUp
) -> None:
    ada, bob = await sign_up("ada"), await sign_up("bob")
    answer = await client.post(URL, json={"title": "x"}, headers=ada.headers)
    path = answer.headers["location"]
    for method, body in (("GET", None), ("PATCH", {"title": "y"}), ("DELETE", None)):
        answer = await client.request(method, path, json=body, headers=bob.headers)
        assert_problem(answer, 404, "not_found")
    assert (await client.delete(path, headers=ada.headers)).status_code == 204
    assert_problem(await client.delete(path, headers=ada.headers), 404, "not_found")


async def test_parallel_completions_agree(
    client: httpx.AsyncClient, sign_up: SignUp
) -> None:
    ada = await sign_up("ada")
    answer = await client.post(URL, json={"title": "x"}, headers=ada.headers)
    path, body = answer.headers["location"], {"completed": True}
    answers = await asyncio.gather(
        *(client.patch(path, json=body, headers=ada.headers) for _ in range(6))
    )
    assert len({answer.json()["completed_at"] for answer in answers}) == 1
