"""Sessions: rows of Django's own table, which end whenever the tokens do."""

from datetime import timedelta
from unittest import mock

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.generic import View

from tests.browser import Browser, assert_redirect
from tests.conftest import PASSWORD, SignUp

pytestmark = pytest.mark.django_db
NEW = "another quiet walk"
COOKIE = settings.SESSION_COOKIE_NAME


def copy_of(browser: Browser) -> Browser:
    copied = Browser()
    copied.cookies[COOKIE] = browser.cookies[COOKIE].value
    return copied


@pytest.fixture
def ada(sign_up: SignUp) -> Browser:
    sign_up("ada")
    return Browser().sign_in()


def test_cookies(sign_up: SignUp) -> None:
    sign_up("ada")
    cookies = Browser().sign_in().cookies
    assert set(cookies) == {"django_csrf", "django_session", "django_messages"}
    for cookie in cookies.values():
        flags = (cookie["path"], cookie["samesite"], cookie["httponly"])
        assert flags == ("/", "Lax", True)
        assert not (cookie["domain"] or cookie["secure"])
    assert cookies[COOKIE]["max-age"] == 14 * 24 * 3600


def test_sign_in_gives_a_new_identity(ada: Browser) -> None:
    before = copy_of(ada)
    ada.fill_in("/", "/logout")
    ada.sign_in()
    assert ada.is_signed_in
    assert not before.is_signed_in


def test_sign_out_ends_the_session(ada: Browser) -> None:
    copied = copy_of(ada)
    assert_redirect(ada.fill_in("/", "/logout"), "/")
    assert not (ada.is_signed_in or copied.is_signed_in)
    assert not Session.objects.exists()


def test_second_sign_in_ends_the_first(ada: Browser, sign_up: SignUp) -> None:
    sign_up("bob")
    copied = copy_of(ada)
    token = ada.csrf_token("/account")
    form = {"csrfmiddlewaretoken": token, "username": "bob", "password": PASSWORD}
    assert_redirect(ada.post("/login", form), "/")
    assert ada.is_signed_in
    assert not copied.is_signed_in


def test_password_change_by_page(ada: Browser) -> None:
    copied, other = copy_of(ada), Browser().sign_in()
    change = {"current_password": PASSWORD, "new_password": NEW}
    assert_redirect(ada.fill_in("/account", "/account/password", **change), "/account")
    assert ada.is_signed_in
    assert not (copied.is_signed_in or other.is_signed_in)


def test_password_change_by_api(sign_up: SignUp) -> None:
    person = sign_up("ada")
    ada = Browser().sign_in()
    change = {"current_password": PASSWORD, "new_password": NEW}
    assert person.post("/api/v1/auth/password", change).status_code == 200
    assert not ada.is_signed_in


def test_deactivation_ends_sessions_for_good(ada: Browser, sign_up: SignUp) -> None:
    root = sign_up("root", role="admin")
    for is_active in (False, True):
        root.patch("/api/v1/admin/users/ada", {"is_active": is_active})
    assert not ada.is_signed_in


@pytest.mark.parametrize(
    ("method", "path", "login"),
    [
        ("GET", "/todos?show=all", "/login?next=%2Ftodos%3Fshow%3Dall"),
        ("POST", "/account/password", "/login"),
    ],
)
def test_session_that_ends_during_its_request(
    ada: Browser, method: str, path: str, login: str
) -> None:
    def end(_: View, request: HttpRequest) -> HttpResponse:
        request.session["kept"] = "what has to be stored"
        Session.objects.all().delete()
        return HttpResponse()

    proof = {
        "X-CSRFToken": ada.form("/account", "/account/password")["csrfmiddlewaretoken"]
    }
    with mock.patch.object(View, "dispatch", end):
        answer = ada.generic(method, path, headers=proof)
    assert_redirect(answer, login)
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Frame-Options"] == "DENY"
    assert "Content-Security-Policy" in answer
    assert not ada.is_signed_in


def test_session_ends_after_14_days(ada: Browser) -> None:
    left = Session.objects.get().expire_date - timezone.now()
    assert timedelta(days=13, hours=23) < left <= timedelta(days=14)
    Session.objects.update(expire_date=timezone.now())
    assert not ada.is_signed_in


def test_bad_cookie_is_anonymous(ada: Browser) -> None:
    good = ada.cookies[COOKIE].value
    for bad in ("", good[:-1], good[1:], "x", f"{good[:9]}x{good[9:]}", "x" * 3000):
        ada.cookies[COOKIE] = bad
        assert not ada.is_signed_in


def test_api_and_pages_do_not_share_credentials(sign_up: SignUp) -> None:
    person = sign_up("ada")
    assert Browser().sign_in().get("/api/v1/me").status_code == 401
    assert_redirect(person.get("/account"), "/login?next=%2Faccount")
