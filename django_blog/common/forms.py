"""Texts of HTML forms, and how a form of the pages is shown and refused."""

from typing import Any

from django import forms
from django.forms.renderers import DjangoTemplates
from rest_framework.exceptions import ValidationError
from rest_framework.serializers import Field

from common.errors import AppError
from common.validation import field_errors


class ApiTextField(forms.CharField):
    """Takes and refuses what the API's field for the same text does.

    `error_messages` may tell a fault, by its code, in words of the form's own.
    """

    def __init__(self, field: "Field[Any, Any, Any, Any]", **options: Any) -> None:
        super().__init__(strip=False, **options)
        self.field = field

    def to_python(self, value: Any) -> Any:
        try:
            return self.field.run_validation(self.read(value or ""))
        except ValidationError as error:
            fault = field_errors(error.detail)[0]
            message = self.error_messages.get(fault.code, fault.message)
            raise forms.ValidationError(message, fault.code) from error

    def read(self, typed: str) -> Any:
        """What the API's field is given; a form of its own overrides it."""
        return typed

    def validate(self, value: Any) -> None:
        """Leaves to the API's field what may be empty."""


class PageRenderer(DjangoTemplates):
    form_template_name = "partials/form.html"
    field_template_name = "partials/control.html"


class PageForm(forms.Form):
    """A form of the pages; its ids begin with a name, since a page may have several."""

    default_renderer = PageRenderer
    use_required_attribute = False
    name = ""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"auto_id": f"{self.name}-%s", **options})

    def refuse(self, error: AppError) -> None:
        """Puts each message beside its control, or into the summary alone."""
        for fault in error.errors:
            name = fault.field.partition(".")[0]
            self.add_error(name if name in self.fields else None, fault.message)
        if not error.errors:
            self.add_error(None, error.detail)


class TextInput(forms.TextInput):
    """One line, of any language; `autocomplete` tells browsers what it is for."""

    def __init__(self, autocomplete: str = "") -> None:
        hint = {"autocomplete": autocomplete} if autocomplete else {}
        super().__init__({"dir": "auto", **hint})


class EmailInput(TextInput):
    input_type = "email"


class PasswordInput(forms.PasswordInput):
    def __init__(self, autocomplete: str) -> None:
        super().__init__({"dir": "auto", "autocomplete": autocomplete})


class DayInput(TextInput):
    input_type = "date"


class Textarea(forms.Textarea):
    def __init__(self, rows: int = 4) -> None:
        super().__init__()
        self.attrs = {"dir": "auto", "rows": rows}


def refusal_of(error: AppError) -> str:
    """What a person reads: each fault once, or the sentence for all such errors."""
    messages = dict.fromkeys(fault.message for fault in error.errors)
    return " ".join(messages) or error.detail
