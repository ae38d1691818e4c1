"""The parts of pages that come back on many: `{% module Byline(post) %}`."""

from typing import Any

from tornado.web import UIModule

from app import forms
from app.blog.schemas import PostSummary
from app.pagination import NumberedPage


class Form(UIModule):
    def render(self, form: forms.Form[Any]) -> bytes:
        return self.render_string("partials/form.html", form=form)


class Summary(UIModule):
    def render(self, form: forms.Form[Any]) -> bytes:
        return self.render_string("partials/summary.html", form=form)


class Control(UIModule):
    def render(self, control: forms.Control) -> bytes:
        return self.render_string("partials/control.html", control=control)


class Byline(UIModule):
    def render(self, post: PostSummary) -> bytes:
        return self.render_string("partials/byline.html", post=post)


class Tags(UIModule):
    def render(self, post: PostSummary) -> bytes:
        return self.render_string("partials/tags.html", post=post)


class Posts(UIModule):
    def render(self, listing: NumberedPage[PostSummary], kept: str) -> bytes:
        return self.render_string("partials/posts.html", listing=listing, kept=kept)


class Pages(UIModule):
    """`kept` is what the other pages of the list need beside their number."""

    def render(
        self, listing: NumberedPage[Any], kept: str, list_path: str = ""
    ) -> bytes:
        return self.render_string(
            "partials/pages.html", listing=listing, kept=kept, list_path=list_path
        )
