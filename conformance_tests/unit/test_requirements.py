"""The pages of requirements are read exactly, or refused."""

import pytest
from small import REQUIREMENTS

from quintet_conformance.requirements import (
    SpecificationError,
    load_requirements,
    parse_page,
)


def test_items_with_their_continuations_and_levels():
    first, second, third = parse_page(REQUIREMENTS)
    assert (first.id, first.level, first.profile) == ("POST-01", "MUST", "api")
    assert first.text == "A post can be read by everybody."
    assert second.is_optional
    assert third.text == "Nothing is lost."
    assert third.untestable == "it would need a power cut."
    assert first.group == "Posts"


@pytest.mark.parametrize(
    "page",
    [
        "- **POST-01** MUST Be.",
        "# Posts\n\n- **POST-01** MUST Be.",
        "Profile: api\n\n- **POST-01** MUST Be.",
        "# Posts\n\nProfile: api\n\n- **POST-01** MAY be.",
        "# Posts\n\nProfile: api\n\n- **Post 1** MUST Be.",
        "# Posts\n\nProfile: api\n\n- **POST-01** MUST",
    ],
)
def test_a_malformed_page_is_refused(page):
    with pytest.raises(SpecificationError):
        parse_page(page)


def test_an_id_is_given_once(tmp_path):
    for name in ("a.md", "b.md"):
        (tmp_path / name).write_text("# T\n\nProfile: api\n\n- **AB-01** MUST Be.\n")
    with pytest.raises(SpecificationError, match="AB-01 is given twice"):
        load_requirements(tmp_path)
