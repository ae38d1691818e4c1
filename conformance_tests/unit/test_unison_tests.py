"""The tests over several servers ask for nothing that not all of them claim."""

from pathlib import Path

import pytest

SUITE = Path(__file__).parents[1]
SERVERS = ["--server=One=http://127.0.0.1:1", "--server=Two=http://127.0.0.1:1"]


@pytest.mark.parametrize(
    ("profiles", "is_live"), [(["api", "web"], False), (["api", "live"], True)]
)
def test_sockets_are_opened_where_all_claim_them(pytester, profiles, is_live):
    options = ["--collect-only", "-q", f"--rootdir={SUITE}", "-pno:cacheprovider"]
    claimed = [f"--profile={profile}" for profile in profiles]
    result = pytester.runpytest_subprocess(
        str(SUITE / "unison"), *options, *claimed, *SERVERS
    )
    text = result.stdout.str()
    assert ("test_live.py" in text) is is_live
    assert "test_writes.py" in text
