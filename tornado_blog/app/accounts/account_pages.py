"""The page of one's own account, with its three forms."""

from pydantic import MISSING
from tornado.routing import URLSpec

from app.accounts import passwords, services
from app.accounts.forms import AccountForm, DeletionForm, PasswordForm
from app.accounts.pages import begin_session
from app.errors import FieldErrors
from app.mail import email_changed_mail, password_changed_mail
from app.pages import SignedInHandler


class _OnAccountPage(SignedInHandler):
    async def show(
        self,
        *,
        account: AccountForm | None = None,
        password: PasswordForm | None = None,
        deletion: DeletionForm | None = None,
    ) -> None:
        """One of the forms may be one that was refused."""
        if account is None:
            async with self.database.reading() as reader:
                known = await services.get_account(reader, self.current_user)
            account = AccountForm.of(known)
        if account.mistakes or password or deletion:
            self.set_status(422)
        self.render(
            "accounts/account.html",
            account_form=account,
            password_form=password or PasswordForm({}),
            deletion_form=deletion or DeletionForm({}),
        )


class AccountHandler(_OnAccountPage):
    async def get(self) -> None:
        await self.show()

    async def post(self) -> None:
        form, caller = AccountForm(self.typed), self.current_user
        try:
            changes = form.read()
            if changes.current_password is not MISSING:
                await self.attempts.verify(caller, changes.current_password)
            async with self.database.writing() as session:
                account = await services.update_account(session, caller, changes)
        except FieldErrors as error:
            form.refuse(error)
            await self.show(account=form)
            return
        if account.email != caller.email:
            self.mails.append(email_changed_mail(caller.email))
        self.see_other("/account", "Your account is saved.")


class PasswordHandler(_OnAccountPage):
    async def post(self) -> None:
        form, caller = PasswordForm(self.typed), self.current_user
        try:
            change = form.read()
            await self.attempts.verify(caller, change.current_password)
            async with self.database.writing() as session:
                user = await passwords.replace_password(
                    session, caller, change.new_password
                )
                token = await begin_session(self, session, user)
        except FieldErrors as error:
            form.refuse(error)
            await self.show(password=form)
            return
        self.sign_in(token)
        self.mails.append(password_changed_mail(caller.email))
        self.see_other("/account", "Your password is changed.")


class DeletionHandler(_OnAccountPage):
    async def post(self) -> None:
        form, caller = DeletionForm(self.typed), self.current_user
        try:
            await self.attempts.verify(caller, form.read().current_password)
            async with self.database.writing() as session:
                await services.delete_account(session, caller)
        except FieldErrors as error:
            form.refuse(error)
            await self.show(deletion=form)
            return
        self.sign_out()
        self.see_other("/", "Your account is deleted.")


routes = [
    URLSpec("/account", AccountHandler),
    URLSpec("/account/password", PasswordHandler),
    URLSpec("/account/delete", DeletionHandler),
]
