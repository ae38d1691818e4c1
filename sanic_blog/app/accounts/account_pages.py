"""The page of one's own account, with its three forms."""

from typing import Any

from pydantic import MISSING
from sanic import Blueprint
from sanic.response import HTTPResponse

from app.accounts import passwords, services
from app.accounts.forms import AccountForm, DeletionForm, PasswordForm
from app.accounts.pages import begin_session
from app.accounts.passwords import Attempts
from app.accounts.schemas import AccountChanges, AccountDeletion, PasswordChange
from app.dependencies import writing
from app.errors import Conflict
from app.forms import Form
from app.mail import email_changed_mail, password_changed_mail
from app.pages import FormView, redirect, render_page, validate_form
from app.request import Request
from app.sessions import for_users, sign_out

pages = Blueprint("account_pages")


class AccountPage(FormView):
    async def show(self, request: Request, form: Form[Any]) -> HTTPResponse:
        """The form is one of the three, which was refused; the others are as ever."""
        forms = {type(form): form}
        if AccountForm not in forms:
            forms[AccountForm] = await _filled_form(request)
        return await render_page(
            request,
            "accounts/account.html",
            status=form.status,
            account_form=forms[AccountForm],
            password_form=forms.get(PasswordForm) or PasswordForm({}),
            deletion_form=forms.get(DeletionForm) or DeletionForm({}),
        )


async def _filled_form(request: Request) -> AccountForm:
    async with request.app.ctx.database.reading() as reader:
        account = await services.get_account(reader, request.ctx.caller)
    return AccountForm.of(account)


class AccountView(AccountPage, attach=pages, uri="/account", name="account"):
    @for_users
    async def get(self, request: Request) -> HTTPResponse:
        return await self.show(request, await _filled_form(request))

    @for_users
    @validate_form(AccountForm, Conflict)
    @writing
    async def post(
        self, request: Request, body: AccountChanges, attempts: Attempts
    ) -> HTTPResponse:
        caller = request.ctx.caller
        if body.current_password is not MISSING:
            await attempts.verify(caller, body.current_password)
        account = await services.update_account(request.ctx.session, caller, body)
        if account.email != caller.email:
            request.ctx.mails.append(email_changed_mail(caller.email))
        return redirect(request, "/account", "Your account is saved.")


class PasswordView(AccountPage, attach=pages, uri="/account/password", name="password"):
    @for_users
    @validate_form(PasswordForm)
    @writing
    async def post(
        self, request: Request, body: PasswordChange, attempts: Attempts
    ) -> HTTPResponse:
        caller = request.ctx.caller
        await attempts.verify(caller, body.current_password)
        user = await passwords.replace_password(
            request.ctx.session, caller, body.new_password
        )
        await begin_session(request, user)
        request.ctx.mails.append(password_changed_mail(caller.email))
        return redirect(request, "/account", "Your password is changed.")


class DeletionView(AccountPage, attach=pages, uri="/account/delete", name="deletion"):
    @for_users
    @validate_form(DeletionForm, Conflict)
    @writing
    async def post(
        self, request: Request, body: AccountDeletion, attempts: Attempts
    ) -> HTTPResponse:
        caller = request.ctx.caller
        await attempts.verify(caller, body.current_password)
        await services.delete_account(request.ctx.session, caller)
        sign_out(request)
        return redirect(request, "/", "Your account is deleted.")
