"""The page of one's own account, with its three forms."""

from flask import Blueprint, Response, flash, url_for
from flask_login import login_required
from pydantic import MISSING

from app.accounts import passwords, services
from app.accounts.forms import AccountForm, DeletionForm, PasswordForm
from app.accounts.pages import attempts, begin_session
from app.extensions import db, mailer
from app.mail import email_changed_mail, password_changed_mail
from app.pages import render, see_other
from app.sessions import sign_in, sign_out, signed_in

pages = Blueprint("account_pages", __name__, url_prefix="/account")


@pages.route("", methods=["GET", "POST"])
@login_required
def update_account() -> Response:
    form, caller = AccountForm(), signed_in()
    if form.validate_on_submit():
        with form.refusals():
            changes = form.values
            if changes.current_password is not MISSING:
                attempts().verify(caller, changes.current_password)
            account = services.update_account(db.session(), caller, changes)
            db.session.commit()
            if account.email != caller.email:
                mailer.send(email_changed_mail(caller.email))
            flash("Your account is saved.")
            return see_other(url_for(".update_account"))
    return _account_page(account=form if form.errors else None)


@pages.post("/password")
@login_required
def change_password() -> Response:
    form, caller = PasswordForm(), signed_in()
    if form.validate():
        with form.refusals():
            change = form.values
            attempts().verify(caller, change.current_password)
            user = passwords.replace_password(db.session(), caller, change.new_password)
            token = begin_session(user)
            db.session.commit()
            sign_in(token, user)
            mailer.send(password_changed_mail(caller.email))
            flash("Your password is changed.")
            return see_other(url_for(".update_account"))
    return _account_page(password=form)


@pages.post("/delete")
@login_required
def delete_account() -> Response:
    form, caller = DeletionForm(), signed_in()
    if form.validate():
        with form.refusals():
            attempts().verify(caller, form.values.current_password)
            services.delete_account(db.session(), caller)
            db.session.commit()
            sign_out()
            flash("Your account is deleted.")
            return see_other(url_for("blog_pages.list_posts"))
    return _account_page(deletion=form)


def _account_page(
    *,
    account: AccountForm | None = None,
    password: PasswordForm | None = None,
    deletion: DeletionForm | None = None,
) -> Response:
    """One of the forms may be one that was refused."""
    refused = account or password or deletion
    if account is None:
        with db.reading() as reader:
            stored = services.get_account(reader, signed_in())
        account = AccountForm(formdata=None, obj=stored)
    return render(
        "accounts/account.html",
        status=refused.http_status if refused else 200,
        account_form=account,
        password_form=password or PasswordForm(formdata=None),
        deletion_form=deletion or DeletionForm(formdata=None),
    )
