"""What a session found is written for people's tools, and tells of success."""

import json
from xml.etree import ElementTree

from quintet_conformance.runner.results import write_results
from quintet_conformance.runner.stages import Stages


def test_a_failure_is_written_and_told(tmp_path):
    stages = Stages("small")
    stages.record("one")
    stages.record("two", "it broke\nin detail")
    assert not write_results(stages, tmp_path)
    cases = ElementTree.parse(tmp_path / "junit" / "small.xml").getroot()
    assert [case.get("name") for case in cases] == ["one", "two"]
    assert [len(case) for case in cases] == [0, 1]
    assert cases[1][0].text == "it broke\nin detail"


def test_success_is_told_and_so_is_what_was_missing(tmp_path):
    stages = Stages("small")
    stages.record("one")
    assert write_results(stages, tmp_path, "no database")
    content = json.loads((tmp_path / "small.json").read_text())
    assert content["unavailable"] == "no database"
