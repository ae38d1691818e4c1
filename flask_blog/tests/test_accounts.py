"""Registration, signing in, tokens, passwords, profiles, administration."""

import re
from datetime import timedelta
from functools import partial

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from app import security
from app.accounts.admin import create_admin
from app.accounts.models import PasswordReset, RefreshToken, User
from app.accounts.schemas import Registration
from app.database import utc_now
from app.errors import Conflict
from app.mail import Mail
from tests.conftest import (
    PASSWORD,
    Person,
    SignUp,
    assert_problem,
    at_once,
    bearer,
    login,
    reading,
    write_post,
    writing,
)

NEW_PASSWORD = "another quiet walk"


def me(client: FlaskClient, headers: dict[str, str]) -> int:
    return client.get("/api/v1/me", headers=headers).status_code


def refresh(client: FlaskClient, token: str) -> TestResponse:
    body = {"refresh_token": token}
    return client.post("/api/v1/auth/refresh", json=body)


def test_register(client: FlaskClient) -> None:
    body = {"username": "Ada", "email": "Ada@example.org", "password": PASSWORD}
    answer = client.post("/api/v1/auth/register", json=body)
    assert answer.status_code == 201
    assert answer.headers["location"] == "/api/v1/users/Ada"
    account = answer.json
    assert list(account) == [
        "id",
        "username",
        "email",
        "bio",
        "role",
        "is_active",
        "created_at",
    ]
    assert (account["username"], account["email"]) == ("Ada", "Ada@example.org")
    assert (account["bio"], account["role"], account["is_active"]) == (
        "",
        "member",
        True,
    )
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", account["created_at"]
    )


def test_register_names_everything_taken(client: FlaskClient, sign_up: SignUp) -> None:
    sign_up("ada")
    body = {"username": "ADA", "email": "ADA@example.org", "password": PASSWORD}
    answer = client.post("/api/v1/auth/register", json=body)
    assert_problem(answer, 409, "conflict", ("username", "taken"), ("email", "taken"))
    answer = client.post("/api/v1/auth/register", json=body | {"username": "bob"})
    assert_problem(answer, 409, "conflict", ("email", "taken"))


def test_register_race_has_one_winner(client: FlaskClient) -> None:
    body = {"username": "ada", "email": "ada@example.org", "password": PASSWORD}
    attempt = partial(client.post, "/api/v1/auth/register", json=body)
    answers = at_once(*8 * [attempt])
    assert sorted(answer.status_code for answer in answers) == [201] + 7 * [409]


@pytest.mark.parametrize("password", ["Ada.Lovelace@", "ADA_LOVELACE", "ada.lovelace"])
def test_obvious_password_is_refused(client: FlaskClient, password: str) -> None:
    body = {
        "username": "ada_lovelace",
        "email": "ada.lovelace@example.org",
        "password": password.replace("@", "@example.org"),
    }
    answer = client.post("/api/v1/auth/register", json=body)
    assert_problem(answer, 422, "validation_error", ("password", "too_common"))


@pytest.mark.parametrize(
    "name", ["ada", "ADA", " ada ", "ada@example.org", "ADA@Example.org"]
)
def test_login(client: FlaskClient, sign_up: SignUp, name: str) -> None:
    sign_up("ada")
    tokens = login(client, name)
    assert list(tokens) == ["access_token", "token_type", "expires_in", "refresh_token"]
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 900)
    assert me(client, bearer(tokens)) == 200


def test_login_refuses_alike(
    client: FlaskClient, sign_up: SignUp, app: APIFlask
) -> None:
    sign_up("ada")
    sign_up("gone")
    with writing(app) as session:
        inactive = update(User).where(User.username == "gone").values(is_active=False)
        session.execute(inactive)
    answers = [
        client.post("/api/v1/auth/login", json={"username": name, "password": password})
        for name, password in (
            ("ada", "wrong wrong wrong"),
            ("nobody", PASSWORD),
            ("gone", PASSWORD),
            ("x", "y"),
        )
    ]
    for answer in answers:
        assert_problem(answer, 401, "invalid_credentials")
        assert answer.headers["www-authenticate"] == "Bearer"
    assert len({answer.data for answer in answers}) == 1


def test_login_rehashes_and_clears_expired_tokens(
    client: FlaskClient,
    sign_up: SignUp,
    app: APIFlask,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sign_up("ada")
    with writing(app) as session:
        before = session.scalar(select(User.password))
        past = utc_now() - timedelta(seconds=1)
        session.execute(update(RefreshToken).values(expires_at=past))
    monkeypatch.undo()  # the real cost
    login(client, "ada")
    with reading(app) as reader:
        after = reader.scalar(select(User.password))
        tokens = (reader.scalars(select(RefreshToken.expires_at))).all()
    assert before != after
    assert not security.needs_rehash(after)
    assert [expires_at > utc_now() for expires_at in tokens] == [True]


def test_refresh_gives_a_new_pair_once(client: FlaskClient, sign_up: SignUp) -> None:
    ada = sign_up("ada")
    first = ada.tokens["refresh_token"]
    second = (refresh(client, first)).json
    assert me(client, bearer(second)) == 200
    answer = refresh(client, first)
    assert_problem(answer, 401, "invalid_token")
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    # The family is gone, and with it what the first use had given.
    assert me(client, bearer(second)) == 401
    assert me(client, ada.headers) == 401
    assert (refresh(client, second["refresh_token"])).status_code == 401


def test_refresh_race_has_one_winner_at_most(
    client: FlaskClient, sign_up: SignUp
) -> None:
    token = (sign_up("ada")).tokens["refresh_token"]
    answers = at_once(*8 * [partial(refresh, client, token)])
    assert sorted(answer.status_code for answer in answers) == [200] + 7 * [401]


def test_family_ends_when_its_login_is_too_old(
    client: FlaskClient, sign_up: SignUp, app: APIFlask
) -> None:
    ada = sign_up("ada")
    soon = utc_now() + timedelta(minutes=1)
    with writing(app) as session:
        session.execute(update(RefreshToken).values(expires_at=soon))
    second = (refresh(client, ada.tokens["refresh_token"])).json
    with writing(app) as session:
        lifetimes = (session.scalars(select(RefreshToken.expires_at))).all()
        assert set(lifetimes) == {soon}
        past = utc_now() - timedelta(seconds=1)
        session.execute(update(RefreshToken).values(expires_at=past))
    assert (refresh(client, second["refresh_token"])).status_code == 401


def test_logout_ends_its_family_alone(client: FlaskClient, sign_up: SignUp) -> None:
    ada = sign_up("ada")
    other = login(client, "ada")
    body = {"refresh_token": ada.tokens["refresh_token"]}
    for _ in range(2):
        answer = client.post("/api/v1/auth/logout", json=body)
        assert answer.status_code == 204
    assert me(client, ada.headers) == 401
    assert refresh(client, ada.tokens["refresh_token"]).status_code == 401
    assert me(client, bearer(other)) == 200
    unknown = client.post("/api/v1/auth/logout", json={"refresh_token": "x"})
    assert unknown.status_code == 204


def test_change_password(
    client: FlaskClient, sign_up: SignUp, mails: list[Mail]
) -> None:
    ada = sign_up("ada")
    other = login(client, "ada")
    body = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    answer = client.post("/api/v1/auth/password", json=body, headers=ada.headers)
    assert answer.status_code == 200
    assert me(client, bearer(answer.json)) == 200
    assert me(client, ada.headers) == 401
    assert (refresh(client, other["refresh_token"])).status_code == 401
    login(client, "ada", NEW_PASSWORD)
    assert [(mail.to, mail.subject) for mail in mails] == [
        (ada.email, "Your password was changed")
    ]


def test_change_password_race_has_one_winner(
    client: FlaskClient, sign_up: SignUp, mails: list[Mail]
) -> None:
    ada = sign_up("ada")

    def change(number: int) -> int:
        body = {
            "current_password": PASSWORD,
            "new_password": f"{NEW_PASSWORD} {number}",
        }
        url = "/api/v1/auth/password"
        return client.post(url, json=body, headers=ada.headers).status_code

    statuses = at_once(*(partial(change, number) for number in range(5)))
    assert statuses.count(200) == 1
    assert set(statuses) <= {200, 401, 422}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/v1/auth/password", {"new_password": NEW_PASSWORD}),
        ("PATCH", "/api/v1/me", {"email": "new@example.org"}),
        ("PATCH", "/api/v1/me", {"bio": "new"}),
        ("POST", "/api/v1/me/delete", {}),
    ],
)
def test_wrong_current_password_changes_nothing(
    client: FlaskClient,
    sign_up: SignUp,
    method: str,
    path: str,
    body: dict[str, str],
) -> None:
    ada = sign_up("ada")
    before = client.get("/api/v1/me", headers=ada.headers).json
    wrong = {**body, "current_password": "wrong wrong wrong"}
    answer = client.open(path, method=method, json=wrong, headers=ada.headers)
    assert_problem(answer, 422, "validation_error", ("current_password", "incorrect"))
    assert client.get("/api/v1/me", headers=ada.headers).json == before


def reset_token(client: FlaskClient, email: str, mails: list[Mail]) -> str:
    answer = client.post("/api/v1/auth/password-reset", json={"email": email})
    assert (answer.status_code, answer.data) == (202, b"")
    lines = mails[-1].text.splitlines()
    (link,) = (line for line in lines if "://" in line)
    found = re.fullmatch(r"http://blog\.test/password-reset/([\w-]{43})", link)
    assert found
    return found[1]


def test_password_reset(
    client: FlaskClient, sign_up: SignUp, mails: list[Mail]
) -> None:
    ada = sign_up("ada")
    token = reset_token(client, "ADA@example.org", mails)
    assert mails[0].to == "ada@example.org"
    url = "/api/v1/auth/password-reset/confirm"
    short = client.post(url, json={"token": token, "new_password": "short"})
    assert_problem(short, 422, "validation_error", ("new_password", "too_short"))
    obvious = {"token": token, "new_password": "Ada@Example.org"}
    answer = client.post(url, json=obvious)
    assert_problem(answer, 422, "validation_error", ("new_password", "too_common"))
    body = {"token": token, "new_password": NEW_PASSWORD}
    answers = at_once(*4 * [partial(client.post, url, json=body)])
    assert sorted(answer.status_code for answer in answers) == [204, 422, 422, 422]
    again = client.post(url, json=body)
    assert_problem(again, 422, "validation_error", ("token", "invalid"))
    assert me(client, ada.headers) == 401
    login(client, "ada", NEW_PASSWORD)
    assert mails[-1].subject == "Your password was changed"


def test_password_reset_for_nobody_sends_nothing(
    client: FlaskClient, mails: list[Mail]
) -> None:
    body = {"email": "nobody@example.org"}
    answer = client.post("/api/v1/auth/password-reset", json=body)
    assert (answer.status_code, answer.data, mails) == (202, b"", [])


def test_password_reset_is_mailed_three_times_an_hour(
    client: FlaskClient, sign_up: SignUp, mails: list[Mail]
) -> None:
    ada = sign_up("ada")
    for _ in range(4):
        body = {"email": ada.email}
        answer = client.post("/api/v1/auth/password-reset", json=body)
        assert answer.status_code == 202
    assert len(mails) == 3


def test_old_reset_token_is_refused(
    client: FlaskClient,
    sign_up: SignUp,
    mails: list[Mail],
    app: APIFlask,
) -> None:
    ada = sign_up("ada")
    token = reset_token(client, ada.email, mails)
    with writing(app) as session:
        past = utc_now() - timedelta(seconds=1)
        session.execute(update(PasswordReset).values(expires_at=past))
    body = {"token": token, "new_password": NEW_PASSWORD}
    answer = client.post("/api/v1/auth/password-reset/confirm", json=body)
    assert_problem(answer, 422, "validation_error", ("token", "invalid"))


def test_update_account(client: FlaskClient, sign_up: SignUp) -> None:
    ada = sign_up("ada")
    for changes in ({"bio": " Engines.\r\n"}, {}, {"email": ada.email}):
        answer = client.patch("/api/v1/me", json=changes, headers=ada.headers)
        assert (answer.status_code, answer.json["bio"]) == (200, "Engines.")


def test_new_address_needs_the_password(
    client: FlaskClient, sign_up: SignUp, mails: list[Mail]
) -> None:
    ada = sign_up("ada")
    token = reset_token(client, ada.email, mails)
    changes = {"email": "Countess@example.org"}
    answer = client.patch("/api/v1/me", json=changes, headers=ada.headers)
    assert_problem(answer, 422, "validation_error", ("current_password", "required"))
    changes["current_password"] = PASSWORD
    answer = client.patch("/api/v1/me", json=changes, headers=ada.headers)
    assert answer.json["email"] == "Countess@example.org"
    assert (mails[-1].to, mails[-1].subject) == (
        ada.email,
        "Your e-mail address was changed",
    )
    login(client, "countess@example.org")
    body = {"token": token, "new_password": NEW_PASSWORD}
    answer = client.post("/api/v1/auth/password-reset/confirm", json=body)
    assert_problem(answer, 422, "validation_error", ("token", "invalid"))


def test_taken_address(client: FlaskClient, sign_up: SignUp) -> None:
    ada, bob = sign_up("ada"), sign_up("bob")
    changes = {"email": bob.email.upper(), "current_password": PASSWORD}
    answer = client.patch("/api/v1/me", json=changes, headers=ada.headers)
    assert_problem(answer, 409, "conflict", ("email", "taken"))
    changes["email"] = ada.email.upper()
    answer = client.patch("/api/v1/me", json=changes, headers=ada.headers)
    assert answer.json["email"] == "ADA@EXAMPLE.ORG"


def test_delete_account_takes_everything_with_it(
    client: FlaskClient, sign_up: SignUp, mails: list[Mail]
) -> None:
    ada, bob = sign_up("ada"), sign_up("bob")
    post, other = write_post(client, ada), write_post(client, bob)
    for slug in (post["slug"], other["slug"]):
        for person in (ada, bob):
            url = f"/api/v1/posts/{slug}"
            client.put(f"{url}/like", headers=person.headers)
            comment = {"body": "Hm."}
            client.post(f"{url}/comments", json=comment, headers=person.headers)
    client.put("/api/v1/users/bob/follow", headers=ada.headers)
    client.put("/api/v1/users/ada/follow", headers=bob.headers)
    client.post("/api/v1/todos", json={"title": "x"}, headers=ada.headers)
    reset_token(client, ada.email, mails)
    body = {"current_password": PASSWORD}
    answer = client.post("/api/v1/me/delete", json=body, headers=ada.headers)
    assert answer.status_code == 204
    assert me(client, ada.headers) == 401
    assert client.get(f"/api/v1/posts/{post['slug']}").status_code == 404
    left = client.get(f"/api/v1/posts/{other['slug']}").json
    assert (left["likes_count"], left["comments_count"]) == (1, 1)
    profile = client.get("/api/v1/users/bob").json
    assert (profile["followers_count"], profile["following_count"]) == (0, 0)
    assert me(client, sign_up("ada").headers) == 200


def test_last_admin_stays(client: FlaskClient, sign_up: SignUp) -> None:
    boss = sign_up("boss", role="admin")
    body = {"current_password": PASSWORD}
    answer = client.post("/api/v1/me/delete", json=body, headers=boss.headers)
    assert_problem(answer, 409, "conflict", ("", "state"))
    sign_up("second", role="admin")
    answer = client.post("/api/v1/me/delete", json=body, headers=boss.headers)
    assert answer.status_code == 204


def test_profile_and_following(client: FlaskClient, sign_up: SignUp) -> None:
    ada, bob = sign_up("Ada"), sign_up("bob")
    url = "/api/v1/users/ADA"
    for _ in range(2):
        answer = client.put(f"{url}/follow", headers=bob.headers)
        assert answer.status_code == 204
    profile = client.get(url, headers=bob.headers).json
    assert list(profile) == [
        "username",
        "bio",
        "created_at",
        "followers_count",
        "following_count",
        "is_following",
    ]
    assert (profile["username"], profile["followers_count"]) == ("Ada", 1)
    assert profile["is_following"]
    assert not client.get(url).json["is_following"]
    assert client.get("/api/v1/users/bob").json["following_count"] == 1
    for _ in range(2):
        answer = client.delete(f"{url}/follow", headers=bob.headers)
        assert answer.status_code == 204
    assert client.get(url).json["followers_count"] == 0
    self_follow = client.put(f"{url}/follow", headers=ada.headers)
    assert_problem(self_follow, 422, "validation_error", ("username", "self"))
    unfollow = client.delete(f"{url}/follow", headers=ada.headers)
    assert unfollow.status_code == 204
    missing = client.put("/api/v1/users/nobody/follow", headers=ada.headers)
    assert_problem(missing, 404, "not_found")


def change_user(
    client: FlaskClient, admin: Person, name: str, **changes: object
) -> TestResponse:
    url = f"/api/v1/admin/users/{name}"
    return client.patch(url, json=changes, headers=admin.headers)


def test_admins_only(client: FlaskClient, sign_up: SignUp) -> None:
    editor = sign_up("edith", role="editor")
    answer = client.get("/api/v1/admin/users", headers=editor.headers)
    assert_problem(answer, 403, "forbidden")
    assert_problem(change_user(client, editor, "edith"), 403, "forbidden")
    assert_problem(client.get("/api/v1/admin/users"), 401, "not_authenticated")


def test_list_users(client: FlaskClient, sign_up: SignUp) -> None:
    boss = sign_up("boss", role="admin")
    sign_up("ada_l")
    sign_up("adaXl", role="editor")

    def names(**query: str) -> list[str]:
        answer = client.get(
            "/api/v1/admin/users", query_string=query, headers=boss.headers
        )
        return [account["username"] for account in answer.json["items"]]

    assert names() == ["boss", "ada_l", "adaXl"]
    assert names(q="ADA_") == ["ada_l"]
    assert names(q="ada example") == ["ada_l", "adaXl"]
    assert names(q="/", role="editor") == []
    assert names(role="editor") == ["adaXl"]
    bad = client.get("/api/v1/admin/users?role=king", headers=boss.headers)
    assert_problem(bad, 422, "validation_error", ("role", "choice"))


def test_update_user(client: FlaskClient, sign_up: SignUp) -> None:
    boss, ada = sign_up("boss", role="admin"), sign_up("ada")
    answer = change_user(client, boss, "ADA", role="editor")
    assert (answer.status_code, answer.json["role"]) == (200, "editor")
    assert change_user(client, boss, "boss", role="admin").status_code == 200
    answer = change_user(client, boss, "boss", role="member", is_active=False)
    assert_problem(answer, 409, "conflict", ("role", "self"), ("is_active", "self"))
    assert_problem(change_user(client, boss, "nobody"), 404, "not_found")
    assert change_user(client, boss, "ada", is_active=False).status_code == 200
    assert me(client, ada.headers) == 401
    assert client.get("/api/v1/users/ada").status_code == 404
    change_user(client, boss, "ada", is_active=True)
    assert me(client, ada.headers) == 401
    assert refresh(client, ada.tokens["refresh_token"]).status_code == 401
    login(client, "ada")


def test_admins_who_demote_each_other_leave_one(
    client: FlaskClient, sign_up: SignUp
) -> None:
    admins = [sign_up(name, role="admin") for name in ("ann", "ben", "cat")]
    answers = at_once(
        *(
            partial(change_user, client, admin, other.username, role="member")
            for admin in admins
            for other in admins
            if other is not admin
        )
    )
    assert {answer.status_code for answer in answers} <= {200, 401, 403}
    accounts = [client.get("/api/v1/me", headers=admin.headers) for admin in admins]
    assert "admin" in {account.json["role"] for account in accounts}


def test_create_admin_is_repeatable(
    app: APIFlask, client: FlaskClient, sign_up: SignUp
) -> None:
    sign_up("ada")
    boss = Registration(username="boss", email="boss@example.org", password=PASSWORD)
    taken = boss.model_copy(update={"username": "ada"})
    for _ in range(2):
        with writing(app) as session:
            assert create_admin(session, boss).role == "admin"
    with writing(app) as session, pytest.raises(Conflict):
        create_admin(session, taken)
    login(client, "boss")
