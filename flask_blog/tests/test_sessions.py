"""Sessions: begun and ended in the database, whatever a browser keeps."""

from datetime import timedelta

from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from app import create_app
from app.accounts.models import User, WebSession
from app.config import Settings
from app.database import utc_now
from app.sessions import COOKIE_NAME
from tests.conftest import (
    PASSWORD,
    SignUp,
    bearer,
    close,
    csrf_token,
    fill_in,
    login,
    reading,
    sign_in,
    writing,
)

NEW = "another quiet walk"


def is_signed_in(client: FlaskClient, cookie: str | None = None) -> bool:
    """With the cookie that the client has, or with a copy that was made before."""
    if cookie is not None:
        client.set_cookie(COOKIE_NAME, cookie)
    page = client.get("/")
    assert page.status_code == 200
    return 'action="/logout"' in page.text


def copy_cookie(client: FlaskClient) -> str:
    cookie = client.get_cookie(COOKIE_NAME)
    assert cookie
    return cookie.value


def test_cookie(client: FlaskClient, settings: Settings, sign_up: SignUp) -> None:
    cookie = client.get("/login").headers["Set-Cookie"]
    flags = set(cookie.lower().split("; ")[1:])
    assert flags == {"path=/", "httponly", "samesite=lax"}  # it ends with the browser
    sign_up("ada")
    sign_in(client)
    kept = client.get_cookie(COOKIE_NAME)
    assert kept
    assert kept.expires
    lifetime = kept.expires - utc_now()
    assert timedelta(days=13, hours=23) < lifetime <= timedelta(days=14)
    https = settings.model_copy(update={"PUBLIC_URL": "https://blog.test"})
    app = create_app(https)
    cookie = app.test_client().get("/login").headers["Set-Cookie"]
    close(app)
    assert cookie.startswith(f"__Host-{COOKIE_NAME}=")
    assert "; secure;" in cookie.lower()
    assert settings.SECRET_KEY not in {settings.SIGNING_KEY.decode(), ""}


def test_sign_in_gives_a_new_identity(client: FlaskClient, sign_up: SignUp) -> None:
    sign_up("ada")
    client.get("/login")
    before = copy_cookie(client)
    sign_in(client)
    assert is_signed_in(client)
    assert not is_signed_in(client, before)


def test_sign_out_ends_the_session(
    client: FlaskClient, sign_up: SignUp, app: APIFlask
) -> None:
    sign_up("ada")
    sign_in(client)
    copied = copy_cookie(client)
    fill_in(client, "/", "/logout")
    assert not is_signed_in(client)
    assert not is_signed_in(client, copied)
    with reading(app) as reader:
        assert reader.scalar(select(func.count(WebSession.id))) == 0


def test_second_sign_in_ends_the_first(client: FlaskClient, sign_up: SignUp) -> None:
    sign_up("ada")
    sign_up("bob")
    sign_in(client, "ada")
    copied = copy_cookie(client)
    token = csrf_token(client, "/account")
    data = {"csrf_token": token, "username": "bob", "password": PASSWORD}
    assert client.post("/login", data=data).status_code == 303
    assert not is_signed_in(client, copied)


def test_password_change_by_page(
    client: FlaskClient, app: APIFlask, sign_up: SignUp
) -> None:
    sign_up("ada")
    sign_in(client)
    copied = copy_cookie(client)
    other = app.test_client()
    sign_in(other)
    change = {"current_password": PASSWORD, "new_password": NEW}
    answer = fill_in(client, "/account", "/account/password", **change)
    assert answer.status_code == 303
    assert is_signed_in(client)
    assert not is_signed_in(other)
    assert not is_signed_in(client, copied)


def test_password_change_by_api(client: FlaskClient, sign_up: SignUp) -> None:
    ada = sign_up("ada")
    sign_in(client)
    change = {"current_password": PASSWORD, "new_password": NEW}
    url = "/api/v1/auth/password"
    answer = client.post(url, json=change, headers=ada.headers)
    assert answer.status_code == 200
    assert not is_signed_in(client)


def test_deactivation_and_role(client: FlaskClient, sign_up: SignUp) -> None:
    sign_up("ada")
    root = sign_up("root", role="admin")
    sign_in(client)

    def change(**changes: object) -> None:
        url = "/api/v1/admin/users/ada"
        answer = client.patch(url, json=changes, headers=root.headers)
        assert answer.status_code == 200

    change(is_active=False)
    assert not is_signed_in(client)
    change(is_active=True)
    assert not is_signed_in(client)


def test_session_ends_after_14_days(
    client: FlaskClient, app: APIFlask, sign_up: SignUp
) -> None:
    sign_up("ada")
    sign_in(client)
    with writing(app) as session:
        row = (session.scalars(select(WebSession))).one()
        assert row.expires_at - row.created_at == timedelta(days=14)
        session.execute(update(WebSession).values(expires_at=utc_now()))
    assert not is_signed_in(client)
    sign_in(client)
    with reading(app) as reader:
        assert reader.scalar(select(func.count(WebSession.id))) == 1


def test_bad_cookie_is_anonymous(client: FlaskClient, sign_up: SignUp) -> None:
    sign_up("ada")
    sign_in(client)
    good = copy_cookie(client)
    for bad in (good[:-1], good[1:], "x", "a.b.c", f"{good[:9]}x{good[9:]}"):
        assert not is_signed_in(client, bad)


def test_api_and_pages_do_not_share_credentials(
    client: FlaskClient, sign_up: SignUp, app: APIFlask
) -> None:
    sign_up("ada")
    sign_in(client)
    assert client.get("/api/v1/me").status_code == 401
    headers = bearer(login(client, "ada"))
    answer = app.test_client().get("/account", headers=headers)
    assert answer.headers["Location"] == "/login?next=%2Faccount"


def test_deleted_account_leaves_no_session(
    client: FlaskClient, app: APIFlask, sign_up: SignUp
) -> None:
    ada = sign_up("ada")
    sign_in(client)
    body = {"current_password": PASSWORD}
    client.post("/api/v1/me/delete", json=body, headers=ada.headers)
    assert not is_signed_in(client)
    with reading(app) as reader:
        assert reader.scalar(select(func.count(User.id))) == 0
