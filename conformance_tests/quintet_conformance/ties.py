"""What binds accounts to each other, and what is left of it when one is deleted."""

from quintet_conformance.comments import comment_on
from quintet_conformance.helpers import expect
from quintet_conformance.operations import Client
from quintet_conformance.site import Member


def delete(member: Member) -> int:
    """Delete the account; give the status."""
    return member.delete_account(current_password=member.password).status_code


def entangle(member: Member, other: Member, slug: str) -> int:
    """Follow the other, like and comment the other's post; give the comment's id."""
    expect(member.follow(other.username), 204)
    expect(member.like_post(slug), 204)
    return int(comment_on(slug, member)["id"])


def counts_of(client: Client, slug: str) -> tuple[int, int]:
    """Give the counts of likes and comments."""
    post = expect(client.get_post(slug), 200)
    return post["likes_count"], post["comments_count"]


def profile_of(client: Client, username: str) -> tuple[int, int, bool]:
    """Give the counts of followers and of followed, and the caller's own part."""
    profile = expect(client.get_profile(username), 200)
    names_of_counts = ("followers_count", "following_count", "is_following")
    followers, following, is_following = [profile[name] for name in names_of_counts]
    return followers, following, is_following
