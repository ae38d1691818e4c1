"""The page of one's own account, with its three forms."""

from typing import Any

from django.contrib.auth import logout, update_session_auth_hash
from django.http import HttpResponse
from django.urls import reverse

from accounts import passwords, services
from accounts.forms import AccountForm, DeletionForm, PasswordChangeForm
from common.addresses import address_of
from common.forms import PageForm
from common.pages import ServiceFormView, SignedIn, done


class AccountPage(SignedIn, ServiceFormView):
    """One of the forms may be one that was refused."""

    template_name = "accounts/account.html"
    form_name: str

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        user = self.caller
        forms = {
            "account_form": AccountForm(initial={"email": user.email, "bio": user.bio}),
            "password_form": PasswordChangeForm(),
            "deletion_form": DeletionForm(),
        }
        if "form" in context:
            forms[self.form_name] = context["form"]
        return super().get_context_data(**forms, **context)

    def verify(self, current_password: str) -> None:
        attempts = passwords.Attempts(address_of(self.request))
        attempts.verify(self.caller, current_password)


class AccountView(AccountPage):
    form_class = AccountForm
    form_name = "account_form"

    def perform(self, form: PageForm) -> HttpResponse:
        changes = dict(form.cleaned_data)
        if changes["current_password"]:
            self.verify(changes["current_password"])
        else:
            del changes["current_password"]
        services.update_account(self.caller, **changes)
        return done(self.request, "Your account is saved.", reverse("accounts:account"))


class PasswordChangeView(AccountPage):
    http_method_names = ("post", "options")
    form_class = PasswordChangeForm
    form_name = "password_form"

    def perform(self, form: PageForm) -> HttpResponse:
        self.verify(form.cleaned_data["current_password"])
        new_password = form.cleaned_data["new_password"]
        user = passwords.replace_password(self.caller, new_password)
        update_session_auth_hash(self.request, user)
        return done(
            self.request, "Your password is changed.", reverse("accounts:account")
        )


class DeletionView(AccountPage):
    http_method_names = ("post", "options")
    form_class = DeletionForm
    form_name = "deletion_form"

    def perform(self, form: PageForm) -> HttpResponse:
        self.verify(form.cleaned_data["current_password"])
        services.delete_account(self.caller)
        logout(self.request)
        return done(self.request, "Your account is deleted.", reverse("blog:start"))
