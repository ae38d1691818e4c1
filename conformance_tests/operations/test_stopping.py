"""The end of a server that is told to stop."""


def test_answers_survive_a_stop(launch, site_of, database_url):
    server = launch(database_url, workers=1)
    member = site_of(server).new_member()
    server.stop()
    again = site_of(launch(database_url, workers=1))
    assert again.sign_in(member.account, member.password).id == member.id
