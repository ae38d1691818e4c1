"""Registration, tokens, passwords, profiles, administration."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.models import PasswordReset, RefreshToken, Role, User
from accounts.services import create_admin
from common.mail import Mail
from tests.conftest import (
    PASSWORD,
    Person,
    SignUp,
    assert_problem,
    login,
    together,
    write_post,
)

pytestmark = pytest.mark.django_db

NEW_PASSWORD = "another quiet walk"
racing = pytest.mark.django_db(transaction=True)


def register(client: Person, username: str = "ada", **members: object) -> Any:
    values = {"username": username, "email": f"{username}@example.org"}
    return client.post(
        "/api/v1/auth/register", {**values, "password": PASSWORD, **members}
    )


def test_register(anybody: Person) -> None:
    answer = register(anybody, "Ada_1")
    assert answer.status_code == 201
    assert answer["Location"] == "/api/v1/users/Ada_1"
    account = answer.json()
    assert list(account) == [
        "id",
        "username",
        "email",
        "bio",
        "role",
        "is_active",
        "created_at",
    ]
    assert (account["role"], account["bio"], account["is_active"]) == (
        "member",
        "",
        True,
    )


def test_register_names_everything_taken(anybody: Person) -> None:
    register(anybody, "ada")
    answer = register(anybody, "ADA", email="Ada@Example.org")
    assert_problem(answer, 409, "conflict", ("username", "taken"), ("email", "taken"))
    answer = register(anybody, "eve", email="Ada@Example.org")
    assert_problem(answer, 409, "conflict", ("email", "taken"))


@racing
def test_register_race_has_one_winner() -> None:
    answers = together(8, lambda _: register(Person(), "ada"))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [201] + [409] * 7


@pytest.mark.parametrize(
    "password", ["ADA_LOVELACE_1", "ada_lovelace@example.org", "Ada_Lovelace_1"]
)
def test_obvious_password_is_refused(anybody: Person, password: str) -> None:
    email = "ada_lovelace@example.org"
    answer = register(anybody, "ada_lovelace_1", email=email, password=password)
    assert_problem(answer, 422, "validation_error", ("password", "too_common"))


@pytest.mark.parametrize("name", ["ada", "ADA", "ada@example.org", "Ada@Example.ORG"])
def test_login(sign_up: SignUp, anybody: Person, name: str) -> None:
    sign_up("ada")
    tokens = login(anybody, name)
    assert list(tokens) == ["access_token", "token_type", "expires_in", "refresh_token"]
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 900)


def test_login_refuses_alike(sign_up: SignUp, anybody: Person) -> None:
    sign_up("ada")
    sign_up("eve")
    User.objects.filter(username="eve").update(is_active=False)
    bodies = set()
    for name, password in [("nobody", PASSWORD), ("ada", "wrong"), ("eve", PASSWORD)]:
        credentials = {"username": name, "password": password}
        answer = anybody.post("/api/v1/auth/login", credentials)
        assert_problem(answer, 401, "invalid_credentials")
        assert answer["WWW-Authenticate"] == "Bearer"
        bodies.add(answer.content)
    assert len(bodies) == 1


def test_login_rehashes_and_clears_expired_tokens(
    sign_up: SignUp, settings: Any
) -> None:
    ada = sign_up("ada")
    RefreshToken.objects.update(expires_at=timezone.now())
    before = ada.user.password
    settings.PASSWORD_HASHERS = ["accounts.hashers.Argon2idHasher"]
    login(ada, "ada")
    assert ada.user.password != before
    assert "m=19456,t=2,p=1" in ada.user.password
    assert RefreshToken.objects.count() == 1


def test_refresh_gives_a_new_pair_once(sign_up: SignUp) -> None:
    ada = sign_up("ada")
    old = {"refresh_token": ada.tokens["refresh_token"]}
    new = ada.post("/api/v1/auth/refresh", old).json()
    ada.use(new)
    assert ada.get("/api/v1/me").status_code == 200
    assert_problem(ada.post("/api/v1/auth/refresh", old), 401, "invalid_token")
    assert_problem(ada.get("/api/v1/me"), 401, "invalid_token")
    newest = {"refresh_token": new["refresh_token"]}
    assert_problem(ada.post("/api/v1/auth/refresh", newest), 401, "invalid_token")


@racing
def test_refresh_race_has_one_winner_at_most(sign_up: SignUp) -> None:
    token = {"refresh_token": sign_up("ada").tokens["refresh_token"]}
    answers = together(8, lambda _: Person().post("/api/v1/auth/refresh", token))
    assert [answer.status_code for answer in answers].count(200) <= 1


def test_family_ends_when_its_login_is_too_old(sign_up: SignUp) -> None:
    ada = sign_up("ada")
    RefreshToken.objects.update(expires_at=timezone.now())
    token = {"refresh_token": ada.tokens["refresh_token"]}
    assert_problem(ada.post("/api/v1/auth/refresh", token), 401, "invalid_token")
    assert_problem(ada.get("/api/v1/me"), 401, "invalid_token")


def test_logout_ends_its_family_alone(sign_up: SignUp, anybody: Person) -> None:
    ada = sign_up("ada")
    other = Person("ada")
    other.use(login(other, "ada"))
    token = {"refresh_token": ada.tokens["refresh_token"]}
    assert anybody.post("/api/v1/auth/logout", token).status_code == 204
    assert_problem(ada.get("/api/v1/me"), 401, "invalid_token")
    assert other.get("/api/v1/me").status_code == 200
    unknown = {"refresh_token": "never given out"}
    assert anybody.post("/api/v1/auth/logout", unknown).status_code == 204


def test_change_password(sign_up: SignUp, mails: list[Mail]) -> None:
    ada = sign_up("ada")
    passwords = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    answer = ada.post("/api/v1/auth/password", passwords)
    assert answer.status_code == 200
    assert_problem(ada.get("/api/v1/me"), 401, "invalid_token")
    ada.use(answer.json())
    assert ada.get("/api/v1/me").status_code == 200
    login(ada, "ada", NEW_PASSWORD)
    assert [mail.to for mail in mails] == [ada.email]


@racing
def test_change_password_race_has_one_winner(sign_up: SignUp) -> None:
    tokens = sign_up("ada").tokens

    def change(n: int) -> int:
        person = Person("ada")
        person.use(tokens)
        new = {"current_password": PASSWORD, "new_password": f"{NEW_PASSWORD} {n}"}
        return person.post("/api/v1/auth/password", new).status_code

    assert together(4, change).count(200) == 1


def test_wrong_current_password_changes_nothing(sign_up: SignUp) -> None:
    ada = sign_up("ada")
    wrong = {"current_password": "wrong"}
    for answer in (
        ada.post("/api/v1/auth/password", {**wrong, "new_password": NEW_PASSWORD}),
        ada.patch("/api/v1/me", {**wrong, "email": "new@example.org"}),
        ada.post("/api/v1/me/delete", wrong),
    ):
        fault = ("current_password", "incorrect")
        assert_problem(answer, 422, "validation_error", fault)
    assert ada.get("/api/v1/me").json()["email"] == ada.email


def test_password_reset(sign_up: SignUp, anybody: Person, mails: list[Mail]) -> None:
    ada = sign_up("ada")
    request = {"email": "ADA@example.org"}
    answer = anybody.post("/api/v1/auth/password-reset", request)
    assert (answer.status_code, answer.content) == (202, b"")
    (link,) = [line for line in mails[0].text.splitlines() if "://" in line]
    prefix, token = link.rsplit("/", 1)
    assert (prefix, len(token)) == ("http://blog.test/password-reset", 43)

    confirm = "/api/v1/auth/password-reset/confirm"
    answer = anybody.post(confirm, {"token": token, "new_password": ada.email})
    assert_problem(answer, 422, "validation_error", ("new_password", "too_common"))
    new = {"token": token, "new_password": NEW_PASSWORD}
    assert anybody.post(confirm, new).status_code == 204
    assert_problem(ada.get("/api/v1/me"), 401, "invalid_token")
    login(anybody, "ada", NEW_PASSWORD)
    answer = anybody.post(confirm, new)
    assert_problem(answer, 422, "validation_error", ("token", "invalid"))
    assert [mail.subject for mail in mails] == [
        "Reset your password",
        "Your password was changed",
    ]


def test_password_reset_for_nobody_sends_nothing(
    sign_up: SignUp, anybody: Person, mails: list[Mail]
) -> None:
    sign_up("eve")
    User.objects.update(is_active=False)
    for email in ("nobody@example.org", "eve@example.org"):
        answer = anybody.post("/api/v1/auth/password-reset", {"email": email})
        assert (answer.status_code, answer.content) == (202, b"")
    assert mails == []


def test_password_reset_is_mailed_three_times_an_hour(
    sign_up: SignUp, anybody: Person, mails: list[Mail]
) -> None:
    request = {"email": sign_up("ada").email}
    for _ in range(5):
        anybody.post("/api/v1/auth/password-reset", request)
    assert len(mails) == 3


def test_old_reset_token_is_refused(
    sign_up: SignUp, anybody: Person, mails: list[Mail]
) -> None:
    anybody.post("/api/v1/auth/password-reset", {"email": sign_up("ada").email})
    PasswordReset.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    token = mails[0].text.split("password-reset/")[1][:43]
    new = {"token": token, "new_password": NEW_PASSWORD}
    answer = anybody.post("/api/v1/auth/password-reset/confirm", new)
    assert_problem(answer, 422, "validation_error", ("token", "invalid"))


def test_update_account(sign_up: SignUp) -> None:
    ada = sign_up("ada")
    account = ada.patch("/api/v1/me", {"bio": " One.\r\nTwo. "}).json()
    assert account["bio"] == "One.\nTwo."
    assert ada.patch("/api/v1/me", {}).json() == account
    assert ada.patch("/api/v1/me", {"bio": ""}).json()["bio"] == ""


def test_new_address_needs_the_password(sign_up: SignUp, mails: list[Mail]) -> None:
    ada = sign_up("ada")
    new = {"email": "new@example.org"}
    answer = ada.patch("/api/v1/me", new)
    assert_problem(answer, 422, "validation_error", ("current_password", "required"))
    assert ada.patch("/api/v1/me", {"email": ada.email}).status_code == 200
    with_password = {**new, "current_password": PASSWORD}
    assert ada.patch("/api/v1/me", with_password).json()["email"] == new["email"]
    assert [mail.to for mail in mails] == [ada.email]


def test_taken_address(sign_up: SignUp) -> None:
    ada, eve = sign_up("ada"), sign_up("eve")
    taken = {"email": eve.email.upper(), "current_password": PASSWORD}
    assert_problem(ada.patch("/api/v1/me", taken), 409, "conflict", ("email", "taken"))
    own = {"email": ada.email.upper(), "current_password": PASSWORD}
    assert ada.patch("/api/v1/me", own).status_code == 200


def test_delete_account_takes_everything_with_it(
    sign_up: SignUp, anybody: Person
) -> None:
    ada, eve = sign_up("ada"), sign_up("eve")
    own, others = write_post(ada, title="Own"), write_post(eve, title="Others")
    for person, post in ((ada, others), (eve, own)):
        person.put(f"/api/v1/posts/{post['slug']}/like")
        person.post(f"/api/v1/posts/{post['slug']}/comments", {"body": "x"})
    ada.put("/api/v1/users/eve/follow")
    eve.put("/api/v1/users/ada/follow")
    ada.post("/api/v1/todos", {"title": "x"})

    gone = ada.post("/api/v1/me/delete", {"current_password": PASSWORD})
    assert gone.status_code == 204
    assert_problem(ada.get("/api/v1/me"), 401, "invalid_token")
    post = anybody.get(f"/api/v1/posts/{others['slug']}").json()
    assert (post["likes_count"], post["comments_count"]) == (0, 0)
    profile = anybody.get("/api/v1/users/eve").json()
    assert (profile["followers_count"], profile["following_count"]) == (0, 0)
    assert_problem(anybody.get(f"/api/v1/posts/{own['slug']}"), 404, "not_found")
    assert register(anybody, "ada").status_code == 201


def test_last_admin_stays(sign_up: SignUp) -> None:
    root = sign_up("root", Role.ADMIN)
    answer = root.post("/api/v1/me/delete", {"current_password": PASSWORD})
    assert_problem(answer, 409, "conflict", ("", "state"))
    sign_up("second", Role.ADMIN)
    answer = root.post("/api/v1/me/delete", {"current_password": PASSWORD})
    assert answer.status_code == 204


def test_profile_and_following(sign_up: SignUp, anybody: Person) -> None:
    ada, eve = sign_up("ada"), sign_up("Eve")
    for _ in range(2):
        assert ada.put("/api/v1/users/eve/follow").status_code == 204
    profile = ada.get("/api/v1/users/EVE").json()
    assert list(profile) == [
        "username",
        "bio",
        "created_at",
        "followers_count",
        "following_count",
        "is_following",
    ]
    assert (profile["username"], profile["followers_count"]) == ("Eve", 1)
    assert profile["is_following"]
    assert not anybody.get("/api/v1/users/eve").json()["is_following"]
    assert eve.get("/api/v1/users/ada").json()["following_count"] == 1
    assert ada.delete("/api/v1/users/eve/follow").status_code == 204
    assert ada.get("/api/v1/users/eve").json()["followers_count"] == 0

    answer = ada.put("/api/v1/users/ada/follow")
    assert_problem(answer, 422, "validation_error", ("username", "self"))
    User.objects.filter(username="Eve").update(is_active=False)
    for answer in (ada.get("/api/v1/users/eve"), ada.put("/api/v1/users/eve/follow")):
        assert_problem(answer, 404, "not_found")


@pytest.mark.parametrize("role", ["member", "editor"])
def test_admins_only(sign_up: SignUp, anybody: Person, role: str) -> None:
    person = sign_up("ada", role)
    assert_problem(person.get("/api/v1/admin/users"), 403, "forbidden")
    answer = person.patch("/api/v1/admin/users/ada", {"role": "admin"})
    assert_problem(answer, 403, "forbidden")
    assert_problem(anybody.get("/api/v1/admin/users"), 401, "not_authenticated")


def test_list_users(sign_up: SignUp) -> None:
    root = sign_up("root", "admin")
    sign_up("ada")
    sign_up("eve", "editor")

    def names(query: str) -> list[str]:
        page = root.get(f"/api/v1/admin/users?{query}").json()
        return [account["username"] for account in page["items"]]

    assert names("") == ["root", "ada", "eve"]
    assert names("q=ADA") == ["ada"]
    assert names("q=example+e") == ["root", "ada", "eve"]
    assert names("role=editor") == ["eve"]
    assert names("q=%25") == names("q=_") == []


def test_update_user(sign_up: SignUp) -> None:
    root, ada = sign_up("root", "admin"), sign_up("ada")
    path = "/api/v1/admin/users/ADA"
    assert root.patch(path, {"role": "editor"}).json()["role"] == "editor"
    root.patch(path, {"is_active": False})
    root.patch(path, {"is_active": True})
    assert_problem(ada.get("/api/v1/me"), 401, "invalid_token")
    own = "/api/v1/admin/users/root"
    assert_problem(
        root.patch(own, {"role": "member"}), 409, "conflict", ("role", "self")
    )
    assert root.patch(own, {"role": "admin", "is_active": True}).status_code == 200
    unknown = root.patch("/api/v1/admin/users/nobody", {"role": "member"})
    assert_problem(unknown, 404, "not_found")


@racing
def test_admins_who_demote_each_other_leave_one(sign_up: SignUp) -> None:
    admins = [sign_up(name, "admin") for name in ("ann", "bob")]

    def demote_the_other(n: int) -> int:
        person = Person()
        person.use(admins[n].tokens)
        path = f"/api/v1/admin/users/{admins[1 - n].username}"
        return person.patch(path, {"role": "member"}).status_code

    assert sorted(together(2, demote_the_other)) == [200, 403]
    assert User.objects.filter(role="admin").count() == 1


def test_create_admin_is_repeatable() -> None:
    values = {"username": "root", "email": "root@example.org", "password": PASSWORD}
    first = create_admin(**values)
    assert first.role == "admin"
    assert create_admin(**values) == first


def test_password_set_by_django_ends_tokens(sign_up: SignUp) -> None:
    ada = sign_up("ada")
    user = ada.user
    user.set_password(NEW_PASSWORD)
    user.save()
    assert_problem(ada.get("/api/v1/me"), 401, "invalid_token")
    assert User(password=make_password(PASSWORD)).check_password(PASSWORD)
