"""Forms: what they ask for, what was typed, and what is wrong with it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar, Generic, TypeVar

from flask import request
from flask_wtf import FlaskForm
from markupsafe import Markup
from pydantic import ValidationError
from werkzeug.datastructures import MultiDict
from wtforms import Field, HiddenField

from app.errors import AppError, FieldError, FieldErrors, Invalid, InvalidCredentials
from app.extensions import db
from app.validation import RequestModel, field_errors

Model = TypeVar("Model", bound=RequestModel)


class PageForm(FlaskForm, Generic[Model]):  # type: ignore[misc]  # Flask-WTF is not annotated
    # Idiom: WTForms' validators would say the law a second time. Its fields keep what
    # was typed, all of it text. `validate` gives that to the schema of the API and puts
    # the faults where WTForms has its own: on the fields, and in `form_errors`.
    schema: type[Model]
    id_prefix: str  # of the ids, which are unique on a page
    when_odd: ClassVar[Mapping[str, str]] = {}  # what to say of a value's wrong form
    http_status = 200
    values: Model  # what was typed, once it is valid

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # likewise
        # Idiom: a form proves its origin by a field of its own, which begins a session
        # as soon as the form is made, shown or not. The templates ask for the proof
        # where they show it, and CSRFProtect checks it before any view.
        csrf = False

        def wrap_formdata(
            self, form: FlaskForm, formdata: object
        ) -> MultiDict[str, str] | None:
            """What is sent as a file, which no form here asks for, is put away."""
            return request.form if formdata and form.is_submitted() else None

        def bind_field(
            self, form: "PageForm[Any]", unbound_field: Any, options: dict[str, Any]
        ) -> Field:
            identity = f"{form.id_prefix}-{options['name']}"
            options = {"id": identity, **options}
            field: Field = super().bind_field(form, unbound_field, options)
            return field

        def render_field(self, field: Field, render_kw: dict[str, Any]) -> Markup:
            """With the elements that describe it, which partials/control.html makes."""
            parts = (("hint", field.description), ("error", field.errors))
            ids = [f"{field.id}-{part}" for part, text in parts if text]
            if ids:
                render_kw["aria-describedby"] = " ".join(ids)
            if field.errors:
                render_kw["aria-invalid"] = "true"
            html: Markup = super().render_field(field, render_kw)
            return html

    @property
    def controls(self) -> Sequence[Field]:
        return [field for field in self if not isinstance(field, HiddenField)]

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        try:
            self.values = self.schema.model_validate(self.members())
        except ValidationError as error:
            self.refuse(Invalid(*field_errors(error.errors())))
        return not self.errors

    def members(self) -> dict[str, object]:
        """What the schema is given; a form overrides it where the two differ."""
        names = self.schema.model_fields
        return {name: self[name].data or "" for name in names if name in self}

    @contextmanager
    def refusals(self) -> Iterator[None]:
        """Puts what services refuse into the form, and goes on after the block."""
        try:
            yield
        except (FieldErrors, InvalidCredentials) as error:
            db.session.rollback()
            self.refuse(error)

    def refuse(self, error: AppError) -> None:
        self.http_status = 422
        for fault in error.errors:
            self._mark(fault)
        if not error.errors:
            self.form_errors.append(error.detail)

    def _mark(self, fault: FieldError) -> None:
        name = fault.field.partition(".")[0]
        if name not in self or isinstance(self[name], HiddenField):
            self.form_errors.append(fault.message)
        elif not self[name].errors:
            odd = self.when_odd.get(name) if fault.code == "format" else None
            self[name].errors = [odd or fault.message]
