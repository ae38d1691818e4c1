"""What the pages of the blog ask for."""

from typing import ClassVar

from flask import url_for
from markupsafe import Markup
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # too new for them

from app.blog.schemas import NewComment, NewPost, Post, PostChanges
from app.errors import StaleVersion
from app.forms import Model, PageForm
from app.validation import DIGITS, WHITE_SPACE

ODD_TAGS = "Use the letters A to Z, digits, and hyphens between them."
STALE = (
    "The post has changed since you opened this form. "
    "Look at it as it is now; to put your text in its place, save again."
)


class WritingForm(PageForm[Model]):
    """What the forms of a new and of an existing post have in common."""

    id_prefix = "post"
    when_odd: ClassVar = {"tags": ODD_TAGS}

    title = StringField("Title")
    body = TextAreaField("Text", description="In Markdown.", render_kw={"rows": 18})
    tags = StringField(
        "Tags",
        description=(
            "Up to ten, separated by commas; each of letters, digits and hyphens."
        ),
    )
    status = SelectField(
        "Status",
        choices=[
            SelectChoice("draft", "Draft"),
            SelectChoice("published", "Published"),
        ],
        validate_choice=False,
    )

    def members(self) -> dict[str, object]:
        return {**super().members(), "tags": split_tags(self.tags.data or "")}


def split_tags(typed: str) -> list[str]:
    parts = (part.strip(WHITE_SPACE) for part in typed.split(","))
    return [part for part in parts if part]


class NewPostForm(WritingForm[NewPost]):
    schema = NewPost


class PostForm(WritingForm[PostChanges]):
    schema = PostChanges

    version = HiddenField()

    @classmethod
    def of(cls, post: Post) -> "PostForm":
        values = post.model_dump(include={"title", "body", "status", "version"})
        return cls(formdata=None, **values, tags=", ".join(post.tags))

    def members(self) -> dict[str, object]:
        version = self.version.data or ""
        number = int(version[:20]) if DIGITS.fullmatch(version) else 0
        return {**super().members(), "version": number}

    def refuse_stale(self, error: StaleVersion, slug: str) -> None:
        """Sent again, the form replaces the version that there is now."""
        self.http_status = 409
        self.version.data = str(error.current_version)
        post = url_for("blog_pages.get_post", slug=slug)
        link = Markup('<a href="{}">{}</a>').format(post, STALE)
        self.form_errors.append(link)


class CommentForm(PageForm[NewComment]):
    schema = NewComment
    id_prefix = "comment"

    body = TextAreaField("Your comment", render_kw={"rows": 4})
