"""To-dos, which are nobody else's business."""

from functools import partial

from flask.testing import FlaskClient

from tests.conftest import SignUp, assert_problem, at_once

URL = "/api/v1/todos"


def test_create_todo(client: FlaskClient, sign_up: SignUp) -> None:
    ada = sign_up("ada")
    new = {"title": " x ", "due_on": "0001-01-01"}
    answer = client.post(URL, json=new, headers=ada.headers)
    assert answer.status_code == 201
    todo = answer.json
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
    assert client.get(f"{URL}/{todo['id']}", headers=ada.headers).json == todo


def test_positions(client: FlaskClient, sign_up: SignUp) -> None:
    ada = sign_up("ada")

    def create(**members: object) -> int:
        new = {"title": "x", **members}
        answer = client.post(URL, json=new, headers=ada.headers)
        position: int = answer.json["position"]
        return position

    assert sorted(at_once(*5 * [create])) == [0, 1, 2, 3, 4]
    assert create(position=-(2**31)) == -(2**31)
    assert create(position=2**31 - 1) == 2**31 - 1
    assert create() == 2**31 - 1
    listed = client.get(URL, headers=ada.headers).json["items"]
    keys = [(todo["position"], todo["id"]) for todo in listed]
    assert keys == sorted(keys)
    assert len(keys) == 8


def test_update_todo(client: FlaskClient, sign_up: SignUp) -> None:
    ada = sign_up("ada")
    new = {"title": "x", "due_on": "2026-12-24"}
    todo = client.post(URL, json=new, headers=ada.headers).json

    def patch(**changes: object) -> dict[str, object]:
        url = f"{URL}/{todo['id']}"
        answer = client.patch(url, json=changes, headers=ada.headers)
        assert answer.status_code == 200
        changed: dict[str, object] = answer.json
        return changed

    assert patch() == todo
    assert patch(title="x", completed=False) == todo
    done = patch(completed=True)
    assert done["completed_at"] == done["updated_at"]
    assert done["updated_at"] != todo["updated_at"]
    assert patch(completed=True) == done
    undone = patch(completed=False, due_on=None, notes="a\nb")
    assert (undone["completed_at"], undone["due_on"]) == (None, None)


def test_list_and_delete_completed(client: FlaskClient, sign_up: SignUp) -> None:
    ada, bob = sign_up("ada"), sign_up("bob")
    for person in (ada, bob):
        for title in ("open", "done"):
            new = {"title": title}
            answer = client.post(URL, json=new, headers=person.headers)
            changes = {"completed": title == "done"}
            path = answer.headers["location"]
            client.patch(path, json=changes, headers=person.headers)

    def titles(query: str = "") -> list[str]:
        answer = client.get(URL + query, headers=ada.headers)
        return [todo["title"] for todo in answer.json["items"]]

    assert titles() == ["open", "done"]
    assert titles("?completed=true") == ["done"]
    assert titles("?completed=false") == ["open"]
    for query, code in (
        ("", "required"),
        ("?completed=false", "choice"),
        ("?completed=True", "choice"),
        ("?completed=", "choice"),
    ):
        answer = client.delete(URL + query, headers=ada.headers)
        assert_problem(answer, 422, "validation_error", ("completed", code))
    answer = client.delete(f"{URL}?completed=true", headers=ada.headers)
    assert answer.status_code == 204
    assert titles() == ["open"]
    assert len(client.get(URL, headers=bob.headers).json["items"]) == 2


def test_todo_of_another_is_absent(client: FlaskClient, sign_up: SignUp) -> None:
    ada, bob = sign_up("ada"), sign_up("bob")
    answer = client.post(URL, json={"title": "x"}, headers=ada.headers)
    path = answer.headers["location"]
    for method, body in (("GET", None), ("PATCH", {"title": "y"}), ("DELETE", None)):
        answer = client.open(path, method=method, json=body, headers=bob.headers)
        assert_problem(answer, 404, "not_found")
    assert client.delete(path, headers=ada.headers).status_code == 204
    assert_problem(client.delete(path, headers=ada.headers), 404, "not_found")


def test_parallel_completions_agree(client: FlaskClient, sign_up: SignUp) -> None:
    ada = sign_up("ada")
    answer = client.post(URL, json={"title": "x"}, headers=ada.headers)
    path, body = answer.headers["location"], {"completed": True}
    complete = partial(client.patch, path, json=body, headers=ada.headers)
    answers = at_once(*6 * [complete])
    assert len({answer.json["completed_at"] for answer in answers}) == 1
