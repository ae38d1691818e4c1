"""Forms of the admin: what the API takes, told beside the field."""

from typing import Any, ClassVar

from django import forms
from rest_framework.exceptions import ValidationError

from blog.models import Post, Tag
from blog.serializers import PostChangesSerializer, TagsField
from common.validation import field_errors


class PostForm(forms.ModelForm):
    class Meta:
        model = Post
        fields = ("title", "body", "status")
        widgets: ClassVar = {
            "title": forms.TextInput(attrs={"size": 80}),
            "body": forms.Textarea(attrs={"rows": 30, "cols": 100}),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        serializer = PostChangesSerializer(data=cleaned)
        if serializer.is_valid():
            return {**cleaned, **serializer.validated_data}
        for fault in field_errors(serializer.errors):
            self.add_error(fault.field, fault.message)
        return cleaned


class TagForm(forms.ModelForm):
    class Meta:
        model = Tag
        fields = ("name",)

    def clean_name(self) -> str:
        try:
            (name,) = TagsField().run_validation([self.cleaned_data["name"]])
        except ValidationError as error:
            fault = field_errors(error.detail)[0]
            raise forms.ValidationError(fault.message) from error
        return str(name)
