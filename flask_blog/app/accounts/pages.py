"""Pages: registering, signing in and out, a new password by mail, following."""

from flask import Blueprint, Response, flash, url_for
from flask_login import current_user, login_required

from app.accounts import passwords, services, sessions
from app.accounts.forms import (
    LoginForm,
    NewPasswordForm,
    PasswordResetForm,
    RegistrationForm,
)
from app.accounts.models import User
from app.accounts.passwords import Attempts
from app.addresses import caller_address
from app.extensions import db, limiter, mailer
from app.mail import password_changed_mail, password_reset_mail, public_url
from app.pages import next_path, parameter, render, see_other
from app.sessions import session_token, sign_in, sign_out, signed_in

pages = Blueprint("accounts_pages", __name__)

# The address of the page is a secret: no link may carry it on, no cache may keep it.
SECRET_PAGE = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
RESET_REQUESTED = (
    "If there is an account with this address, a mail is on its way: "
    "open its link within an hour."
)


def begin_session(user: User) -> str:
    """Ends what the browser had before; gives what to sign it in with."""
    sessions.end_session(db.session(), session_token())
    return sessions.begin_session(db.session(), user)


def attempts() -> Attempts:
    return Attempts(db, limiter, caller_address())


# Idiom: in Flask one view shows a form and takes it. What is refused falls through to
# the form being shown again.
@pages.route("/register", methods=["GET", "POST"])
def register() -> Response:
    form = RegistrationForm(next=parameter("next"))
    if current_user.is_authenticated and not form.is_submitted():
        return see_other(next_path(form.next.data))
    if form.validate_on_submit():
        with form.refusals():
            limiter.count_auth(caller_address())
            user = services.create_user(db.session(), form.values)
            token = begin_session(user)
            db.session.commit()
            sign_in(token, user)
            flash(f"Welcome, {user.username}.")
            return see_other(next_path(form.next.data))
    return render("accounts/register.html", status=form.http_status, form=form)


@pages.route("/login", methods=["GET", "POST"])
def login() -> Response:
    form = LoginForm(next=parameter("next"))
    if current_user.is_authenticated and not form.is_submitted():
        return see_other(next_path(form.next.data))
    if form.validate_on_submit():
        with form.refusals():
            credentials = form.values
            verified = attempts().sign_in(credentials.username, credentials.password)
            user = passwords.lock_verified(db.session(), verified)
            token = begin_session(user)
            db.session.commit()
            sign_in(token, user)
            flash("You are signed in.")
            return see_other(next_path(form.next.data))
    return render("accounts/login.html", status=form.http_status, form=form)


@pages.post("/logout")
def logout() -> Response:
    sessions.end_session(db.session(), session_token())
    db.session.commit()
    sign_out()
    flash("You are signed out.")
    return see_other(url_for("blog_pages.list_posts"))


@pages.route("/password-reset", methods=["GET", "POST"])
def request_password_reset() -> Response:
    form = PasswordResetForm()
    if not form.validate_on_submit():
        return render(
            "accounts/password_reset.html", status=form.http_status, form=form
        )
    limiter.count_auth(caller_address())
    with db.reading() as reader:
        user_id = passwords.find_reset_recipient(reader, form.values.email)
    if user_id and limiter.takes_password_reset(user_id):
        reset = passwords.request_password_reset(db.session(), user_id)
        db.session.commit()
        if reset:
            mailer.send(password_reset_mail(reset.email, public_url(), reset.token))
    flash(RESET_REQUESTED)
    return see_other(url_for(".login"))


@pages.route("/password-reset/<reset_token:token>", methods=["GET", "POST"])
def confirm_password_reset(token: str) -> Response:
    """To show it looks at nothing: who opens links ahead of people uses up no token."""
    form = NewPasswordForm(token)
    if form.validate_on_submit():
        new_password = form.values.new_password
        with form.refusals():
            with db.reading() as reader:
                passwords.check_password_reset(reader, token, new_password)
            user = passwords.confirm_password_reset(db.session(), token, new_password)
            db.session.commit()
            limiter.clear_names([user.username.lower(), user.email.lower()])
            mailer.send(password_changed_mail(user.email))
            flash("Your password is changed. Sign in with it.")
            return see_other(url_for(".login"))
    return render(
        "accounts/new_password.html",
        status=form.http_status,
        headers=SECRET_PAGE,
        form=form,
    )


@pages.post("/authors/<username:username>/follow")
@login_required
def follow(username: str) -> Response:
    services.follow(db.session(), signed_in(), username)
    db.session.commit()
    flash(f"You follow {username}.")
    return see_other(url_for("blog_pages.get_profile", username=username))


@pages.post("/authors/<username:username>/unfollow")
@login_required
def unfollow(username: str) -> Response:
    services.unfollow(db.session(), signed_in(), username)
    db.session.commit()
    flash(f"You no longer follow {username}.")
    return see_other(url_for("blog_pages.get_profile", username=username))
