"""Pages: registering, signing in and out, a new password by mail, following."""

from typing import Annotated

from fastapi import BackgroundTasks, Depends, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import passwords, services, sessions
from app.accounts.forms import (
    LoginForm,
    NewPasswordForm,
    PasswordResetForm,
    RegistrationForm,
)
from app.accounts.models import User
from app.dependencies import (
    Address,
    AttemptsDep,
    DatabaseDep,
    LimiterDep,
    MailerDep,
    PublicUrl,
    Writing,
)
from app.errors import FieldErrors, InvalidCredentials
from app.mail import password_changed_mail, password_reset_mail
from app.pages import Next, Page, PageDep, next_path, page_router
from app.paths import ResetTokenPath, UsernamePath
from app.sessions import SignedIn, session_token, sign_in, sign_out

router = page_router()

# The address of the page is a secret: no link may carry it on, no cache may keep it.
SECRET_PAGE = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
RESET_REQUESTED = (
    "If there is an account with this address, a mail is on its way: "
    "open its link within an hour."
)


async def begin_session(page: Page, session: AsyncSession, user: User) -> str:
    """Ends what the browser had before; gives what to sign it in with."""
    await sessions.end_session(session, session_token(page.request))
    return await sessions.begin_session(session, user)


@router.get("/register")
async def show_registration(page: PageDep, target: Next = "") -> Response:
    if page.caller:
        return page.redirect(next_path(target))
    form = RegistrationForm({"next": target})
    return page.render("accounts/register.html", form=form)


# Idiom: a transaction that a dependency owns would be committed when the handler shows
# the form again. Where that can be, the handler owns it.
@router.post("/register")
async def register(
    page: PageDep,
    form: Annotated[RegistrationForm, Depends()],
    database: DatabaseDep,
    limiter: LimiterDep,
    address: Address,
) -> Response:
    try:
        registration = form.read()
        await limiter.count_auth(address)
        async with database.writing() as session:
            user = await services.create_user(session, registration)
            token = await begin_session(page, session, user)
    except FieldErrors as error:
        form.refuse(error)
        return page.render("accounts/register.html", status=422, form=form)
    sign_in(page.request, token)
    return page.redirect(next_path(form["next"].value), f"Welcome, {user.username}.")


@router.get("/login")
async def show_login(page: PageDep, target: Next = "") -> Response:
    if page.caller:
        return page.redirect(next_path(target))
    return page.render("accounts/login.html", form=LoginForm({"next": target}))


@router.post("/login")
async def login(
    page: PageDep,
    form: Annotated[LoginForm, Depends()],
    attempts: AttemptsDep,
    database: DatabaseDep,
) -> Response:
    try:
        credentials = form.read()
        verified = await attempts.sign_in(credentials.username, credentials.password)
        async with database.writing() as session:
            user = await passwords.lock_verified(session, verified)
            token = await begin_session(page, session, user)
    except (FieldErrors, InvalidCredentials) as error:
        form.refuse(error)
        return page.render("accounts/login.html", status=422, form=form)
    sign_in(page.request, token)
    return page.redirect(next_path(form["next"].value), "You are signed in.")


@router.post("/logout")
async def logout(page: PageDep, session: Writing) -> Response:
    await sessions.end_session(session, session_token(page.request))
    sign_out(page.request)
    return page.redirect("/", "You are signed out.")


@router.get("/password-reset")
async def show_password_reset(page: PageDep) -> Response:
    return page.render("accounts/password_reset.html", form=PasswordResetForm({}))


@router.post("/password-reset")
async def request_password_reset(
    page: PageDep,
    form: Annotated[PasswordResetForm, Depends()],
    limiter: LimiterDep,
    address: Address,
    database: DatabaseDep,
    session: Writing,
    mailer: MailerDep,
    public_url: PublicUrl,
    background: BackgroundTasks,
) -> Response:
    try:
        email = form.read().email
    except FieldErrors as error:
        form.refuse(error)
        return page.render("accounts/password_reset.html", status=422, form=form)
    await limiter.count_auth(address)
    async with database.reading() as reader:
        user_id = await passwords.find_reset_recipient(reader, email)
    if user_id and await limiter.takes_password_reset(user_id):
        reset = await passwords.request_password_reset(session, user_id)
        if reset:
            mail = password_reset_mail(reset.email, public_url, reset.token)
            background.add_task(mailer.send, mail)
    return page.redirect("/login", RESET_REQUESTED)


@router.get("/password-reset/{token}")
async def show_new_password(page: PageDep, token: ResetTokenPath) -> Response:
    """Looks at nothing: whoever opens links ahead of people uses up no token."""
    return _new_password_page(page, NewPasswordForm({}, token))


@router.post("/password-reset/{token}")
async def confirm_password_reset(
    page: PageDep,
    token: ResetTokenPath,
    form: Annotated[NewPasswordForm, Depends()],
    database: DatabaseDep,
    limiter: LimiterDep,
    mailer: MailerDep,
    background: BackgroundTasks,
) -> Response:
    try:
        new_password = form.read().new_password
        async with database.reading() as reader:
            await passwords.check_password_reset(reader, token, new_password)
        async with database.writing() as session:
            user = await passwords.confirm_password_reset(session, token, new_password)
    except FieldErrors as error:
        form.refuse(error)
        return _new_password_page(page, form, status=422)
    await limiter.clear_names([user.username.lower(), user.email.lower()])
    background.add_task(mailer.send, password_changed_mail(user.email))
    return page.redirect("/login", "Your password is changed. Sign in with it.")


def _new_password_page(
    page: Page, form: NewPasswordForm, status: int = 200
) -> Response:
    return page.render(
        "accounts/new_password.html",
        status=status,
        headers=SECRET_PAGE,
        form=form,
    )


@router.post("/authors/{username}/follow")
async def follow(
    page: PageDep, username: UsernamePath, caller: SignedIn, session: Writing
) -> Response:
    await services.follow(session, caller, username)
    return page.redirect(f"/authors/{username}", f"You follow {username}.")


@router.post("/authors/{username}/unfollow")
async def unfollow(
    page: PageDep, username: UsernamePath, caller: SignedIn, session: Writing
) -> Response:
    await services.unfollow(session, caller, username)
    return page.redirect(f"/authors/{username}", f"You no longer follow {username}.")
