"""Forms: what they ask for, what was typed, and what is wrong with it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, Literal, TypeVar

from pydantic import ValidationError

from app.errors import AppError, FieldError, Invalid
from app.validation import RequestModel, field_errors

Model = TypeVar("Model", bound=RequestModel)
Kind = Literal["text", "email", "password", "date", "textarea", "select", "hidden"]


Typed = Mapping[str, str]


@dataclass(frozen=True)
class Control:
    """One control of a form; `value`, `error` and `id` are those of a form shown."""

    name: str
    label: str = ""
    kind: Kind = "text"
    autocomplete: str = ""
    hint: str = ""
    when_odd: str = ""  # what to say of a value that is not of the right form
    rows: int = 4
    choices: Sequence[tuple[str, str]] = ()
    id: str = ""
    value: str = ""
    error: str = ""

    @property
    def described_by(self) -> str:
        parts = (("hint", self.hint), ("error", self.error))
        return " ".join(f"{self.id}-{part}" for part, text in parts if text)

    def filled(self, prefix: str, typed: str) -> "Control":
        # A browser sends CRLF, and shows a lone LF in the same way.
        value = "" if self.kind == "password" else typed.replace("\r\n", "\n")
        return replace(self, id=f"{prefix}-{self.name}", value=value)


@dataclass(frozen=True)
class Mistake:
    """A line of the summary; it leads to the control at fault, or elsewhere."""

    text: str
    href: str = ""


class Form(Generic[Model]):
    # Idiom: Tornado has no forms, and a library of them would say the rules a second
    # time. The schema of the API says what is wrong, in words for people; a form adds
    # what was typed, and where each message belongs.
    schema: type[Model]
    controls: Sequence[Control]
    prefix: str  # of the ids, which are unique on a page

    def __init__(self, typed: Typed) -> None:
        self.typed = typed
        self.mistakes: list[Mistake] = []
        self._controls = {
            control.name: control.filled(self.prefix, typed.get(control.name, ""))
            for control in self.controls
        }

    def __iter__(self) -> Iterator[Control]:
        return iter(self._controls.values())

    def __getitem__(self, name: str) -> Control:
        return self._controls[name]

    def __setitem__(self, name: str, value: str) -> None:
        self._controls[name] = replace(self._controls[name], value=value)

    def members(self) -> dict[str, object]:
        """What the schema is given; a form overrides it where the two differ."""
        names = self.schema.model_fields
        return {name: self.typed.get(name, "") for name in names}

    def read(self) -> Model:
        """Raises Invalid with the faults that the API would tell."""
        try:
            return self.schema.model_validate(self.members())
        except ValidationError as error:
            raise Invalid(*field_errors(error.errors())) from error

    def refuse(self, error: AppError) -> None:
        """Puts each message beside its control, and all of them into the summary."""
        for fault in error.errors:
            self._mark(fault)
        if not error.errors:
            self.mistakes.append(Mistake(error.detail))

    def _mark(self, fault: FieldError) -> None:
        name = fault.field.partition(".")[0]
        control = self._controls.get(name)
        if control is None or control.kind == "hidden":
            self.mistakes.append(Mistake(fault.message))
        elif not control.error:
            message = control.when_odd if fault.code == "format" else ""
            self._controls[name] = control = replace(
                control, error=message or fault.message
            )
            text = f"{control.label}: {control.error}"
            self.mistakes.append(Mistake(text, f"#{control.id}"))


AnyForm = Form[Any]
