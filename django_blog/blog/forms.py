"""Forms of the admin: what the API takes, told beside the field."""

from typing import Any, ClassVar

from django import forms

from blog.models import Post, Tag
from blog.serializers import PostBodyField, TagNameField, TitleField
from common.errors import StaleVersion
from common.forms import ApiTextField


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
