"""What the pages of the blog ask for."""

from app.blog.schemas import NewComment, NewPost, Post, PostChanges
from app.errors import StaleVersion
from app.forms import Control, Form, Mistake
from app.validation import DIGITS, WHITE_SPACE

CONTROLS = (
    Control("title", "Title"),
    Control("body", "Text", kind="textarea", rows=18, hint="In Markdown."),
    Control(
        "tags",
        "Tags",
        hint="Up to ten, separated by commas; each of letters, digits and hyphens.",
        when_odd="Use the letters A to Z, digits, and hyphens between them.",
    ),
    Control(
        "status",
        "Status",
        kind="select",
        choices=(("draft", "Draft"), ("published", "Published")),
    ),
)
STALE = (
    "The post has changed since you opened this form. "
    "Look at it as it is now; to put your text in its place, save again."
)


def split_tags(typed: str) -> list[str]:
    parts = (part.strip(WHITE_SPACE) for part in typed.split(","))
    return [part for part in parts if part]


class NewPostForm(Form[NewPost]):
    schema = NewPost
    prefix = "post"
    controls = CONTROLS

    def members(self) -> dict[str, object]:
        members = super().members()
        return {**members, "tags": split_tags(str(members["tags"]))}


class PostForm(Form[PostChanges]):
    schema = PostChanges
    prefix = "post"
    controls = (*CONTROLS, Control("version", kind="hidden"))

    @classmethod
    def of(cls, post: Post) -> "PostForm":
        return cls(
            {
                "title": post.title,
                "body": post.body,
                "tags": ", ".join(post.tags),
                "status": post.status,
                "version": str(post.version),
            }
        )

    def members(self) -> dict[str, object]:
        members = super().members()
        version = str(members["version"])
        return {
            **members,
            "tags": split_tags(str(members["tags"])),
            "version": int(version[:20]) if DIGITS.fullmatch(version) else 0,
        }

    def refuse_stale(self, error: StaleVersion, slug: str) -> None:
        """Sent again, the form replaces the version that there is now."""
        self["version"] = str(error.current_version)
        self.mistakes.append(Mistake(STALE, f"/posts/{slug}"))


class CommentForm(Form[NewComment]):
    schema = NewComment
    prefix = "comment"
    controls = (Control("body", "Your comment", kind="textarea"),)
