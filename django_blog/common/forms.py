"""Texts of HTML forms, and of what they refuse."""

from typing import Any

from django import forms
from rest_framework.exceptions import ValidationError

from common.errors import AppError
from common.fields import StrictCharField
from common.validation import field_errors


class ApiTextField(forms.CharField):
    """Takes and refuses what the API's field for the same text does."""

    def __init__(self, field: StrictCharField, **options: Any) -> None:
        super().__init__(strip=False, **options)
        self.field = field

    def to_python(self, value: Any) -> str:
        try:
            return str(self.field.run_validation(value))
        except ValidationError as error:
            (fault,) = field_errors(error.detail)
            raise forms.ValidationError(fault.message) from error


def refusal_of(error: AppError) -> str:
    """What a person reads: each fault once, or the sentence for all such errors."""
    messages = dict.fromkeys(fault.message for fault in error.errors)
    return " ".join(messages) or error.detail
