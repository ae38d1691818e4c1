"""A list that nobody else sees."""

import pytest

from tests.conftest import Person, SignUp, assert_problem, together

pytestmark = pytest.mark.django_db

PATH = "/api/v1/todos"


def test_create_todo(sign_up: SignUp) -> None:
    answer = sign_up("ada").post(PATH, {"title": " Walk ", "due_on": "2026-12-24"})
    todo = answer.json()
    assert answer["Location"] == f"{PATH}/{todo['id']}"
    assert list(todo) == [
        "id",
        "title",
        "notes",
        "completed",
        "due_on",
        "position",
        "created_at",
        "updated_at",
        "completed_at",
    ]
    assert (todo["title"], todo["notes"], todo["due_on"]) == ("Walk", "", "2026-12-24")
    assert (todo["completed"], todo["completed_at"]) == (False, None)


def test_positions(sign_up: SignUp) -> None:
    ada = sign_up("ada")

    def position(**given: int) -> int:
        return int(ada.post(PATH, {"title": "x", **given}).json()["position"])

    assert [position(), position(), position(position=-5), position()] == [0, 1, -5, 2]
    assert [position(position=2**31 - 1), position()] == [2**31 - 1] * 2
    page = ada.get(f"{PATH}?limit=3")
    assert [todo["position"] for todo in page.json()["items"]] == [-5, 0, 1]


@pytest.mark.django_db(transaction=True)
def test_parallel_to_dos_have_positions_of_their_own(sign_up: SignUp) -> None:
    tokens = sign_up("ada").tokens

    def add(_: int) -> int:
        person = Person()
        person.use(tokens)
        return int(person.post(PATH, {"title": "x"}).json()["position"])

    assert sorted(together(6, add)) == list(range(6))


def test_update_todo(sign_up: SignUp) -> None:
    ada = sign_up("ada")
    todo = ada.post(PATH, {"title": "x", "due_on": "2026-12-24"}).json()
    path = f"{PATH}/{todo['id']}"
    assert ada.patch(path, {"title": "x", "completed": False}).json() == todo
    done = ada.patch(path, {"completed": True}).json()
    assert done["completed_at"] == done["updated_at"]
    assert ada.patch(path, {"completed": True}).json() == done
    assert ada.patch(path, {"due_on": None}).json()["due_on"] is None
    assert ada.patch(path, {"completed": False}).json()["completed_at"] is None


def test_list_and_delete_completed(sign_up: SignUp) -> None:
    ada, eve = sign_up("ada"), sign_up("eve")
    for person in (ada, eve):
        person.post(PATH, {"title": "one"})
        todo = person.post(PATH, {"title": "two"}).json()
        person.patch(f"{PATH}/{todo['id']}", {"completed": True})

    def titles(person: Person, query: str = "") -> list[str]:
        return [t["title"] for t in person.get(f"{PATH}?{query}").json()["items"]]

    assert titles(ada, "completed=true") == ["two"]
    assert titles(ada, "completed=false") == ["one"]
    for query, code in [("", "required"), ("completed=false", "choice")]:
        answer = ada.delete(f"{PATH}?{query}")
        assert_problem(answer, 422, "validation_error", ("completed", code))
    assert ada.delete(f"{PATH}?completed=true").status_code == 204
    assert (titles(ada), titles(eve)) == (["one"], ["one", "two"])


@pytest.mark.parametrize("method", ["get", "patch", "delete"])
def test_todo_of_another_is_absent(sign_up: SignUp, method: str) -> None:
    ada, eve = sign_up("ada"), sign_up("eve")
    path = f"{PATH}/{ada.post(PATH, {'title': 'x'}).json()['id']}"
    assert_problem(getattr(eve, method)(path, {}), 404, "not_found")
    assert eve.get(PATH).json()["items"] == []
    assert ada.delete(path).status_code == 204
    assert_problem(ada.delete(path), 404, "not_found")


@pytest.mark.django_db(transaction=True)
def test_parallel_completions_agree(sign_up: SignUp) -> None:
    ada = sign_up("ada")
    path = f"{PATH}/{ada.post(PATH, {'title': 'x'}).json()['id']}"

    def complete(_: int) -> str:
        person = Person()
        person.use(ada.tokens)
        return str(person.patch(path, {"completed": True}).json()["completed_at"])

    assert len(set(together(6, complete))) == 1
