"""Every GET has one answer: the same status, header fields and bytes from all."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from targets import TARGETS, take_stock

from quintet_conformance.comparison import differences
from quintet_conformance.operations import API

CALLERS = (None, "eleni", "astrid")  # nobody, a member, an admin
ELSEWHERE = ("/healthz", "/readyz", f"{API}/nothing", f"{API}/tags/", "/api/v2/tags")
SHOWN = 8
SOME = 12
one_caller = pytest.mark.parametrize("caller", ["eleni"], indirect=True, ids=str)


@pytest.fixture(scope="module")
def stock(demo_data, demo_member):
    usernames = [user["username"] for user in demo_data["users"]]
    return take_stock(demo_member("astrid"), usernames)


@pytest.fixture(params=CALLERS, ids=str)
def caller(request, demo_member, players):
    if request.param is None:
        return players[0].site.anonymous()
    return demo_member(request.param)


@pytest.fixture(scope="module")
def ask(players):
    """Ask all at once, without the contract, which each is held to elsewhere."""
    with ThreadPoolExecutor(len(players)) as threads:

        def ask_all(caller, method, path, **fields):
            headers = {**caller.headers, **fields}

            def ask_one(player):
                connection = player.site.connection
                target = connection.target(path)
                return connection.http.request(method, target, headers=headers)

            answers = threads.map(ask_one, players)
            return dict(zip([each.name for each in players], answers, strict=True))

        yield ask_all


@pytest.fixture
def paths(operation, stock, caller, ask):
    """What is asked for; who may not read at all asks once.

    Of several refusals that a request deserves a server may give any.
    """
    found = [API + path for path in TARGETS[operation](stock)]
    answers = ask(caller, "GET", found[0])
    refused = {each.status_code for each in answers.values()} & {401, 403}
    return found[:1] if refused else found


def assert_unison(found):
    different = [text for text in found if text]
    shown = "\n\n".join(different[:SHOWN])
    assert not different, f"{len(different)} answers differ:\n\n{shown}"


def test_every_read_of_the_contract_is_among_these(document):
    reads = {key for key, each in document.operations.items() if each.method == "GET"}
    assert reads == set(TARGETS)


@pytest.mark.parametrize("operation", TARGETS)
def test_a_read_is_the_same_everywhere(operation, paths, caller, ask):
    assert_unison(differences(ask(caller, "GET", path)) for path in paths)


@one_caller
@pytest.mark.parametrize("operation", TARGETS)
def test_its_head_is_the_same_everywhere(operation, paths, caller, ask):
    assert_unison(differences(ask(caller, "HEAD", path)) for path in paths)


@one_caller
@pytest.mark.parametrize("operation", TARGETS)
def test_an_entity_tag_of_one_is_known_to_every_other(operation, paths, caller, ask):
    for path in paths[:SOME]:
        tags = {each.headers.get("ETag") for each in ask(caller, "GET", path).values()}
        for tag in tags - {None}:
            answers = ask(caller, "GET", path, **{"If-None-Match": tag})
            assert {each.status_code for each in answers.values()} == {304}, path
            assert_unison([differences(answers)])


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", ELSEWHERE)
def test_what_is_no_operation_is_the_same_everywhere(path, method, caller, ask):
    assert_unison([differences(ask(caller, method, path))])
