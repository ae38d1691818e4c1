"""An account, its tokens and their end are the same everywhere."""

import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect, expect_conflict, expect_unauthorized


def test_a_user_of_one_signs_in_at_every_other(member, others):
    for other in others:
        again = other.site.sign_in(member.account, member.password)
        assert again.get_account().content == member.get_account().content


def test_an_email_address_of_one_signs_in_at_every_other(member, others):
    for other in others:
        login = {"username": member.email.upper(), "password": member.password}
        expect(other.site.anonymous().login(**login), 200)


def test_what_one_knows_as_taken_every_other_does(member, others):
    for other in others:
        response = other.site.anonymous().register(
            username=member.username.upper(),
            email=member.email.upper(),
            password=names.PASSWORD,
        )
        expect_conflict(response, {"username": "taken", "email": "taken"})


def test_an_access_token_of_one_opens_every_other(member, others):
    for other in others:
        assert expect(other.knows(member).get_account(), 200) == member.account


def test_a_refresh_family_goes_round_and_reuse_ends_it_everywhere(player, others):
    first = player.site.new_member()
    held = [first]
    for other in others:
        anonymous = other.site.anonymous()
        used = held[-1].refresh_token
        pair = expect(anonymous.refresh_tokens(refresh_token=used), 200)
        held.append(type(first)(other.site.connection, first.account, "", pair))
    anonymous = others[-1].site.anonymous()
    reused = anonymous.refresh_tokens(refresh_token=first.refresh_token)
    expect_unauthorized(reused, "invalid_token")
    for each in (player, *others):
        newest = held[-1].refresh_token
        refused = each.site.anonymous().refresh_tokens(refresh_token=newest)
        expect_unauthorized(refused, "invalid_token")
        for member in held:
            expect_unauthorized(each.knows(member).get_account(), "invalid_token")


def test_a_reused_token_is_found_out_by_every_other(player, others, member):
    for other in others:
        guest = player.site.sign_in(member.account, member.password)
        spent = {"refresh_token": guest.refresh_token}
        pair = expect(player.site.anonymous().refresh_tokens(**spent), 200)
        reused = other.site.anonymous().refresh_tokens(**spent)
        expect_unauthorized(reused, "invalid_token")
        newest = {"refresh_token": pair["refresh_token"]}
        ended = player.site.anonymous().refresh_tokens(**newest)
        expect_unauthorized(ended, "invalid_token")


def test_who_logs_out_at_one_is_out_everywhere(player, others, member):
    for other in others:
        guest = player.site.sign_in(member.account, member.password)
        left = other.site.anonymous().logout(refresh_token=guest.refresh_token)
        assert left.status_code == 204
        for each in (player, *others):
            expect_unauthorized(each.knows(guest).get_account(), "invalid_token")


def test_a_password_changed_at_one_counts_everywhere(player, others):
    member = player.site.new_member()
    changed = player.knows(member).change_password(
        current_password=member.password, new_password="another horse, another staple"
    )
    expect(changed, 200)
    for other in others:
        expect_unauthorized(other.knows(member).get_account(), "invalid_token")
        other.site.sign_in(member.account, "another horse, another staple")
        old = {"username": member.username, "password": member.password}
        expect_unauthorized(other.site.anonymous().login(**old), "invalid_credentials")


def test_a_reset_that_one_mailed_is_confirmed_by_another(player, others, mailbox):
    member = player.site.new_member()
    asked = player.site.anonymous().request_password_reset(email=member.email)
    assert asked.status_code == 202
    token = mailbox.wait_for_reset_token(member.email)
    confirmation = {"token": token, "new_password": "quite another battery"}
    done = others[0].site.anonymous().confirm_password_reset(**confirmation)
    assert done.status_code == 204
    for each in (player, *others):
        each.site.sign_in(member.account, "quite another battery")
        expect_unauthorized(each.knows(member).get_account(), "invalid_token")


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": "editor"}])
def test_what_an_admin_does_at_one_counts_everywhere(
    player, others, demo_member, change
):
    member, admin = player.site.new_member(), demo_member("astrid")
    expect(player.knows(admin).update_user(member.username, **change), 200)
    for other in others:
        response = other.knows(member).get_account()
        if "role" in change:
            assert expect(response, 200)["role"] == "editor"
        else:
            expect_unauthorized(response, "invalid_token")


def test_attempts_at_one_are_counted_by_every_other(player, others):
    """Ten in five minutes, whoever is asked."""
    member = player.site.new_member()
    wrong = {"username": member.username, "password": "not it"}
    client = player.site.anonymous()
    asked = [player, *others]
    for number in range(10):
        response = asked[number % len(asked)].knows(client).login(**wrong)
        expect_unauthorized(response, "invalid_credentials")
    for each in asked:
        assert each.knows(client).login(**wrong).status_code == 429
