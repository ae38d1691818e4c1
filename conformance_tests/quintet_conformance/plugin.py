"""The pytest plugin: options, marks, and the parts that act when a server is named."""

import pytest

from quintet_conformance import fixtures
from quintet_conformance.cases import cases
from quintet_conformance.collection import Collection
from quintet_conformance.contract import Contract
from quintet_conformance.live import fixtures as live_fixtures
from quintet_conformance.openapi import Document
from quintet_conformance.recorder import Recorder
from quintet_conformance.reporting import Reporter
from quintet_conformance.requirements import load_requirements
from quintet_conformance.scheduling import Scheduling
from quintet_conformance.settings import Settings, add_options
from quintet_conformance.verdicts import Verdicts
from quintet_conformance.web import fixtures as web_fixtures

MARKS = (
    "requirement(*ids): the requirements of the specification that the test checks",
    "serial: runs while no other test runs",
    "last: runs alone, after all other tests",
    "development(what): needs what a server in production does not give",
    "direct(why): needs the server itself, with no proxy in between",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    for mark in MARKS:
        config.addinivalue_line("markers", mark)
    settings = Settings.of(config)
    cases.directory = settings.spec / "cases"
    if settings.base_url or config.option.collectonly:
        _judge(config, settings)
    # For pytest-randomly: no test draws from `random`, so none needs it seeded anew.
    config.option.randomly_reset_seed = False
    config.pluginmanager.register(fixtures)
    config.pluginmanager.register(web_fixtures)
    config.pluginmanager.register(live_fixtures)


def _judge(config: pytest.Config, settings: Settings) -> None:
    document = Document.load(settings.spec / "openapi.yaml")
    requirements = load_requirements(settings.spec / "requirements")
    collection, recorder = Collection(settings, requirements), Recorder()
    config.stash[fixtures.RUN] = fixtures.Run(settings, Contract(document), recorder)
    register = config.pluginmanager.register
    register(collection)
    register(Verdicts(settings, collection, recorder))
    register(Scheduling(config))
    if not hasattr(config, "workerinput"):
        register(Reporter(settings, document.version, requirements))
