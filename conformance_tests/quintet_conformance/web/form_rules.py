"""The rules of every form, and of every form that comes back with mistakes."""

from collections.abc import Iterator

from quintet_conformance.web.forms import Form, label_of
from quintet_conformance.web.markup import attribute, words
from quintet_conformance.web.visit import Visit

METHODS = frozenset({"get", "post"})


def faults_of_forms(visit: Visit) -> Iterator[str]:
    for form in visit.forms:
        yield from _faults_of_form(form)
    for secret in visit.secrets:
        if secret in visit.text:
            yield "a password that was typed comes back"
    is_again = any(form.action == visit.path for form in visit.forms)
    if visit.status == 422 and visit.method == "POST" and is_again:
        yield from _faults_of_summary(visit)
    elif visit.status < 400 and words(visit.document.select_one("title")).startswith(
        "Error: "
    ):
        yield "the title tells an error although there is none"


def _faults_of_form(form: Form) -> Iterator[str]:
    name = f"the form {form.action}"
    if form.method not in METHODS:
        yield f"{name} has the method {form.method!r}"
    if not form.action.startswith("/") or form.action.startswith("//"):
        yield f"{name} should lead to a path of the site"
    if form.method == "post" and not any(form.proof.values()):
        yield f"{name} has no hidden field that proves where it came from"
    if form.method == "get" and form.proof:
        yield f"{name} would show {sorted(form.proof)} in an address"
    yield from _faults_of_fields(form, name)


def _faults_of_fields(form: Form, name: str) -> Iterator[str]:
    for field, controls in form.visible.items():
        for control in controls:
            if not label_of(form.document, control):
                yield f"the field {field} of {name} has no label"
            if attribute(control, "type") == "password" and control.attr("value"):
                yield f"the field {field} of {name} holds a password"
    for field in form.mistaken:
        if not form.message(field):
            yield f"the mistake in {field} of {name} has no message"


def _faults_of_summary(visit: Visit) -> Iterator[str]:
    document = visit.document
    title = words(document.select_one("title"))
    if not title.startswith("Error: "):
        yield f"the title should begin with 'Error: ', is {title!r}"
    alert = document.select_one("[role=alert]")
    if alert is None or not words(alert):
        yield "there is no summary of the mistakes"
        return
    if alert.attr("tabindex") != "-1" or alert.attr("autofocus") is None:
        yield "the summary should have tabindex=-1 and autofocus"
    linked = {attribute(each, "href") for each in alert.select('a[href^="#"]')}
    mistaken = {
        f"#{attribute(form.control(name), 'id')}"
        for form in visit.forms
        for name in form.mistaken
    }
    if linked != mistaken:
        yield f"the summary links to {sorted(linked)}, mistaken are {sorted(mistaken)}"
