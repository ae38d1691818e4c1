"""What the pages of the blog ask for, and the forms of the admin."""

from typing import Any, ClassVar

from django import forms
from django.urls import reverse
from django.utils.html import format_html

from blog.managers import Row
from blog.models import Post, Status, Tag
from blog.serializers import (
    CommentBodyField,
    PostBodyField,
    TagNameField,
    TagsField,
    TitleField,
)
from common.errors import StaleVersion
from common.fields import DigitsField, SearchField
from common.forms import ApiTextField, PageForm, Textarea, TextInput
from common.validation import WHITE_SPACE

TAGS_HINT = "Up to ten, separated by commas; each of letters, digits and hyphens."
STALE = (
    "The post has changed since you opened this form. "
    "Look at it as it is now; to put your text in its place, save again."
)


class TagsTextField(ApiTextField):
    def read(self, typed: str) -> list[str]:
        parts = (part.strip(WHITE_SPACE) for part in typed.split(","))
        return [part for part in parts if part]


class SearchForm(PageForm):
    q = ApiTextField(SearchField(), label="Search", widget=forms.SearchInput())

    def __init__(self, *args: Any) -> None:
        super().__init__(*args, auto_id="%s")


class NewPostForm(PageForm):
    name = "post"

    title = ApiTextField(TitleField(), label="Title", widget=TextInput())
    body = ApiTextField(
        PostBodyField(),
        label="Text",
        help_text="In Markdown.",
        widget=Textarea(rows=18),
    )
    tags = TagsTextField(
        TagsField(),
        label="Tags",
        help_text=TAGS_HINT,
        widget=TextInput(),
        error_messages={
            "format": "Use the letters A to Z, digits, and hyphens between them."
        },
    )
    status = forms.ChoiceField(
        label="Status", choices=Status.choices, initial=Status.DRAFT
    )


class PostChangesForm(NewPostForm):
    version = ApiTextField(
        DigitsField(min_value=1, max_value=2**31 - 1), widget=forms.HiddenInput()
    )

    @classmethod
    def of(cls, post: Row) -> "PostChangesForm":
        return cls(initial={**post, "tags": ", ".join(post["tags"])})

    def refuse_stale(self, error: StaleVersion, slug: str) -> None:
        """Sent again, the form replaces the version that there is now."""
        self.data = dict(self.data.items()) | {"version": error.current_version}
        link = format_html(
            '<a href="{}">{}</a>', reverse("blog:post", args=[slug]), STALE
        )
        self.add_error(None, link)


class CommentForm(PageForm):
    name = "comment"

    body = ApiTextField(CommentBodyField(), label="Your comment", widget=Textarea())


class PostForm(forms.ModelForm):
    title = ApiTextField(TitleField(), widget=forms.TextInput(attrs={"size": 80}))
    body = ApiTextField(
        PostBodyField(), widget=forms.Textarea(attrs={"rows": 30, "cols": 100})
    )

    class Meta:
        model = Post
        fields = ("title", "body", "status", "version")
        widgets: ClassVar = {"version": forms.HiddenInput}

    def clean(self) -> dict[str, Any] | None:
        """Refuses a form that was filled in while the post was changed elsewhere."""
        if "version" in self.changed_data:
            self.add_error(None, f"{StaleVersion.detail} Open it again.")
        return super().clean()


class TagForm(forms.ModelForm):
    name = ApiTextField(TagNameField())

    class Meta:
        model = Tag
        fields = ("name",)
