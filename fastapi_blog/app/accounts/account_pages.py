"""The page of one's own account, with its three forms."""

from typing import Annotated

from fastapi import BackgroundTasks, Depends, Response
from pydantic import MISSING

from app.accounts import passwords, services
from app.accounts.forms import AccountForm, DeletionForm, PasswordForm
from app.accounts.pages import begin_session
from app.accounts.users import Caller
from app.database import Database
from app.dependencies import AttemptsDep, DatabaseDep, MailerDep
from app.errors import FieldErrors
from app.mail import email_changed_mail, password_changed_mail
from app.pages import Page, PageDep, page_router
from app.sessions import SignedIn, sign_in, sign_out

router = page_router()


@router.get("/account")
async def show_account(
    page: PageDep, caller: SignedIn, database: DatabaseDep
) -> Response:
    return await _account_page(page, caller, database)


async def _account_page(
    page: Page,
    caller: Caller,
    database: Database,
    *,
    account: AccountForm | None = None,
    password: PasswordForm | None = None,
    deletion: DeletionForm | None = None,
    status: int = 200,
) -> Response:
    """One of the forms may be one that was refused."""
    if account is None:
        async with database.reading() as reader:
            account = AccountForm.of(await services.get_account(reader, caller))
    return page.render(
        "accounts/account.html",
        status=status,
        account_form=account,
        password_form=password or PasswordForm({}),
        deletion_form=deletion or DeletionForm({}),
    )


@router.post("/account")
async def update_account(
    page: PageDep,
    form: Annotated[AccountForm, Depends()],
    caller: SignedIn,
    attempts: AttemptsDep,
    database: DatabaseDep,
    mailer: MailerDep,
    background: BackgroundTasks,
) -> Response:
    try:
        changes = form.read()
        if changes.current_password is not MISSING:
            await attempts.verify(caller, changes.current_password)
        async with database.writing() as session:
            account = await services.update_account(session, caller, changes)
    except FieldErrors as error:
        form.refuse(error)
        return await _account_page(page, caller, database, account=form, status=422)
    if account.email != caller.email:
        background.add_task(mailer.send, email_changed_mail(caller.email))
    return page.redirect("/account", "Your account is saved.")


@router.post("/account/password")
async def change_password(
    page: PageDep,
    form: Annotated[PasswordForm, Depends()],
    caller: SignedIn,
    attempts: AttemptsDep,
    database: DatabaseDep,
    mailer: MailerDep,
    background: BackgroundTasks,
) -> Response:
    try:
        change = form.read()
        await attempts.verify(caller, change.current_password)
        async with database.writing() as session:
            user = await passwords.replace_password(
                session, caller, change.new_password
            )
            token = await begin_session(page, session, user)
    except FieldErrors as error:
        form.refuse(error)
        return await _account_page(page, caller, database, password=form, status=422)
    sign_in(page.request, token)
    background.add_task(mailer.send, password_changed_mail(caller.email))
    return page.redirect("/account", "Your password is changed.")


@router.post("/account/delete")
async def delete_account(
    page: PageDep,
    form: Annotated[DeletionForm, Depends()],
    caller: SignedIn,
    attempts: AttemptsDep,
    database: DatabaseDep,
) -> Response:
    try:
        await attempts.verify(caller, form.read().current_password)
        async with database.writing() as session:
            await services.delete_account(session, caller)
    except FieldErrors as error:
        form.refuse(error)
        return await _account_page(page, caller, database, deletion=form, status=422)
    sign_out(page.request)
    return page.redirect("/", "Your account is deleted.")
