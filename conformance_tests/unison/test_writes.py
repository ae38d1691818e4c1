"""What is written at one server is read, changed and deleted at every other."""

import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect, expect_conflict, expect_problem
from quintet_conformance.site import together

IN_A_CROWD = 30  # requests at once

BODY = "Some *text*, [a link](https://example.org/?a=b&c=d) and `code`.\n\n- 一\n- 二\n"


def test_what_one_writes_every_other_reads(player, others, member):
    post = player.site.new_post(member, body=BODY, tags=["unison", names.tag()])
    comment = expect(member.create_comment(post["slug"], body="First!\n\n🎻"), 201)
    todo = expect(member.create_todo(title="Tune", due_on="2027-01-31"), 201)
    for other in others:
        reader = other.knows(member)
        assert (
            expect(reader.get_post(post["slug"]), 200)["body_html"] == post["body_html"]
        )
        assert expect(reader.get_comment(post["slug"], comment["id"]), 200) == comment
        assert expect(reader.get_todo(todo["id"]), 200) == todo


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_ends_of_the_calendar_are_days_everywhere(player, others, member, day):
    """A driver may take them for the infinities of PostgreSQL."""
    todo = expect(member.create_todo(title="Tune", due_on=day), 201)
    for other in others:
        assert expect(other.knows(member).get_todo(todo["id"]), 200) == todo


def test_all_make_the_same_of_a_text(players, member_of):
    """The same title and body at each: one text of HTML, and slugs that count up."""
    title, member = names.title(), member_of(players[0])
    clients = [player.knows(member) for player in players]
    posts = [expect(each.create_post(title=title, body=BODY), 201) for each in clients]
    assert len({(post["body_html"], post["excerpt"]) for post in posts}) == 1
    slug = posts[0]["slug"]
    counted = [f"{slug}-{number}" for number in range(2, len(players) + 1)]
    assert [post["slug"] for post in posts] == [slug, *counted]


def test_a_version_goes_round(player, others, member):
    slug = player.site.new_post(member)["slug"]
    for version, other in enumerate(others, start=1):
        change = {"title": f"By {other.name}", "version": version}
        assert expect(other.knows(member).update_post(slug, **change), 200)["version"]
        stale = player.knows(member).update_post(slug, **change)
        problem = expect_problem(stale, 409, "stale_version")
        assert problem["current_version"] == version + 1


def test_a_like_and_a_follow_of_one_are_every_others(player, others, member, member_of):
    author, reader = member, member_of(others[0])
    slug = player.site.new_post(author)["slug"]
    for other in others:
        here, there = player.knows(reader), other.knows(reader)
        assert here.like_post(slug).status_code == 204
        assert there.like_post(slug).status_code == 204
        assert here.follow(author.username).status_code == 204
        post = expect(there.get_post(slug), 200)
        assert (post["likes_count"], post["is_liked"]) == (1, True)
        assert expect(there.get_profile(author.username), 200)["is_following"]
        assert there.unlike_post(slug).status_code == 204
        assert there.unfollow(author.username).status_code == 204
        post = expect(here.get_post(slug), 200)
        assert (post["likes_count"], post["is_liked"]) == (0, False)


def test_what_one_deletes_is_gone_everywhere(player, others, member):
    for other in others:
        slug = player.site.new_post(member)["slug"]
        expect(member.create_comment(slug, body="Going"), 201)
        assert other.knows(member).delete_post(slug).status_code == 204
        for each in (player, *others):
            expect_problem(each.knows(member).get_post(slug), 404, "not_found")


def test_an_account_deleted_at_one_is_gone_everywhere(player, others):
    """With all that it wrote, wherever it wrote it."""
    member = player.site.new_member()
    slugs = [
        expect(each.knows(member).create_post(title="Mine", body="x"), 201)["slug"]
        for each in (player, *others)
    ]
    password = {"current_password": member.password}
    assert others[0].knows(member).delete_account(**password).status_code == 204
    login = {"username": member.username, "password": member.password}
    for each in (player, *others):
        assert each.site.anonymous().login(**login).status_code == 401
        anonymous = each.site.anonymous()
        expect_problem(anonymous.get_profile(member.username), 404, "not_found")
        assert {anonymous.get_post(slug).status_code for slug in slugs} == {404}


def test_of_all_that_register_one_name_at_once_one_wins(players):
    name = names.username()

    def register(number):
        details = {"email": names.email(), "password": names.PASSWORD}
        return players[number].site.anonymous().register(username=name, **details)

    answers = together(len(players), register)
    winners = [each for each in answers if each.status_code == 201]
    assert len(winners) == 1
    for answer in answers:
        if answer not in winners:
            expect_conflict(answer, {"username": "taken"})


def test_of_all_that_change_one_version_at_once_one_wins(players, member_of):
    member = member_of(players[0])
    slug = players[0].site.new_post(member)["slug"]

    def change(number):
        client = players[number].knows(member)
        return client.update_post(slug, title=players[number].name, version=1)

    statuses = [answer.status_code for answer in together(len(players), change)]
    assert sorted(statuses) == [200] + [409] * (len(players) - 1)


def test_likes_of_one_post_by_all_at_all_servers_are_all_counted(players, member_of):
    author = member_of(players[0])
    slug = players[0].site.new_post(author)["slug"]
    readers = [member_of(player) for player in players]

    def like(number):
        return players[number - 1].knows(readers[number]).like_post(slug)

    assert {each.status_code for each in together(len(readers), like)} == {204}
    for player in players:
        found = expect(player.knows(author).get_post(slug), 200)
        assert found["likes_count"] == len(readers)


def change_at_all(callers, come, go, target):
    """Let one user do the one and the other at all servers at once."""

    def change(number):
        turn = (come, go)[number // len(callers) % 2]
        return getattr(callers[number % len(callers)], turn)(target)

    assert {each.status_code for each in together(IN_A_CROWD, change)} == {204}


def test_a_like_comes_and_goes_at_all_servers_at_once(players, member_of):
    slug = players[0].site.new_post(member_of(players[0]))["slug"]
    callers = [player.knows(member_of(players[1])) for player in players]
    change_at_all(callers, "like_post", "unlike_post", slug)
    post = expect(callers[0].get_post(slug), 200)
    assert post["likes_count"] == post["is_liked"]


def test_a_follower_comes_and_goes_at_all_servers_at_once(players, member_of):
    followed = member_of(players[0]).username
    callers = [player.knows(member_of(players[1])) for player in players]
    change_at_all(callers, "follow", "unfollow", followed)
    profile = expect(callers[0].get_profile(followed), 200)
    assert profile["followers_count"] == profile["is_following"]
