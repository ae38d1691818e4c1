"""What every page is made of: sign-in, forms, page numbers, the rule for `next`."""

import re
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.paginator import EmptyPage, Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.generic import FormView, ListView, View
from django.views.generic.base import ContextMixin, TemplateResponseMixin

from common.errors import FieldErrors, NotAuthenticated
from common.forms import PageForm
from common.validation import WHITE_SPACE

if TYPE_CHECKING:
    from accounts.models import User

PAGE_NUMBER = re.compile("[1-9][0-9]{0,8}")
UNSAFE = re.compile(rf"[{WHITE_SPACE}\\\x00-\x1f\x7f-\x9f]")


class SignedIn(LoginRequiredMixin, View):
    """For users alone; which methods there are is told to anybody."""

    @property
    def caller(self) -> "User":
        return cast("User", self.request.user)

    # Idiom: by itself the mixin would lead from a form, too, back to its address, which
    # may be none that can be read. `error_page` knows.
    def handle_no_permission(self) -> Any:
        method = str(self.request.method).lower()
        if method in self.http_method_names and hasattr(self, method):
            raise NotAuthenticated
        return self.http_method_not_allowed(self.request)


class RefusingMixin(TemplateResponseMixin, ContextMixin):
    # Idiom: Django shows a form with mistakes as if all were well, with 200.
    def refused(self, *, status: int = 422, **context: Any) -> HttpResponse:
        """The page again, which begins with what is wrong."""
        context = self.get_context_data(title_prefix="Error: ", **context)
        return self.render_to_response(context, status=status)


class ServiceFormView(RefusingMixin, FormView):
    """A form whose values a service takes or refuses."""

    def form_valid(self, form: PageForm) -> HttpResponse:
        try:
            return self.perform(form)
        except FieldErrors as error:
            form.refuse(error)
            return self.form_invalid(form)

    def perform(self, form: PageForm) -> HttpResponse:
        """Each view calls its service here; what that refuses is told in the form."""
        raise NotImplementedError  # as Django's own mixins ask for a method

    def form_invalid(self, form: PageForm) -> HttpResponse:
        return self.refused(form=form)


class NumberedListView(ListView):
    def paginate_queryset(
        self, queryset: Any, page_size: int
    ) -> tuple[Paginator, Page, Any, bool]:
        # Idiom: ListView takes whatever `int` takes for a number, and "last" too.
        number = self.request.GET.get(self.page_kwarg, "1")
        paginator = self.get_paginator(queryset, page_size)
        if not PAGE_NUMBER.fullmatch(number):
            raise Http404
        try:
            page = paginator.page(int(number))
        except EmptyPage as error:
            raise Http404 from error
        return paginator, page, page.object_list, page.has_other_pages()

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        """`kept` travels with the links to further pages."""
        return super().get_context_data(**{"kept": self.request.GET, **context})


def done(request: HttpRequest, message: str, path: str) -> HttpResponse:
    """Leads to a page that will show the message, once."""
    messages.success(request, message)
    return redirect(path)


def next_path(value: str) -> str:
    """Where to go on: a path of this site, never another one that looks like it."""
    return value if _is_local(value) and _is_local(unquote(value)) else "/"


def _is_local(value: str) -> bool:
    begins_well = value.startswith("/") and not value.startswith("//")
    return begins_well and not UNSAFE.search(value)
