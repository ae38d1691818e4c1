"""The report as a page that stands alone."""

from collections.abc import Iterable, Iterator
from html import escape
from itertools import groupby
from typing import Any

Json = Any

SIGNS = {
    "passed": "✓",
    "failed": "✗",
    "error": "!",
    "warning": "~",
    "known failure": "k",
    "not run": "–",
    "no test": "?",
    "untestable": "·",
}
STYLE = """
:root { color-scheme: light dark; --line: light-dark(#d8dbe0, #3a3f47);
  --soft: light-dark(#5b6470, #9aa4b1); --raised: light-dark(#f6f7f9, #1d2126);
  --good: light-dark(#116932, #6fd394); --bad: light-dark(#b3261e, #ff9a90);
  --mind: light-dark(#8a5a00, #f0c060); }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 78rem; margin: 2rem auto;
  padding: 0 1rem; background: light-dark(#fff, #15181c);
  color: light-dark(#1b1f24, #e6e9ed); }
h1 { font-size: 1.6rem; margin-bottom: .2rem }
h2 { font-size: 1.15rem; margin-top: 2.2rem }
p.about { color: var(--soft); margin-top: 0 }
.wide { overflow-x: auto }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td { border-bottom: 1px solid var(--line); padding: .35rem .6rem; text-align: left;
  vertical-align: top } thead th { background: var(--raised); position: sticky; top: 0 }
td.number, th.number { text-align: right } td.sign, th.sign { text-align: center }
td.id { white-space: nowrap; font-weight: 600 }
.passed { color: var(--good) } .failed, .error { color: var(--bad); font-weight: 700 }
.warning, .known-failure, .not-run, .no-test { color: var(--mind) }
.untestable { color: var(--soft) }
details { margin: .3rem 0 } summary { cursor: pointer }
td details { color: var(--soft); margin: .1rem 0 0 }
pre { background: var(--raised); padding: .8rem; overflow-x: auto; font-size: .85em }
"""
COUNTED = ("checks", "passed", "failed", "error", "warning", "known failure", "not run")


def render(content: Json, failures: list[tuple[str, Json]]) -> str:
    """Write the whole page."""
    versions = sorted({str(run["spec_version"]) for run in content["runs"]})
    parts = [
        "<h1>Conformance</h1>",
        _about(", ".join(versions), content["generated"]),
        _runs(content["runs"]),
        *_failures(failures),
        *_requirements(content),
        *_not_run(content["not_run"]),
    ]
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>Conformance</title><style>{STYLE}</style>\n" + "\n".join(parts) + "\n"
    )


def _about(version: str, generated: str) -> str:
    text = f"Specification {escape(version)}, {escape(generated)}. {_legend()}"
    return f'<p class="about">{text}</p>'


def _legend() -> str:
    return " · ".join(f"{_sign(outcome)} {outcome}" for outcome in SIGNS)


def _sign(outcome: str) -> str:
    name = outcome.replace(" ", "-")
    return f'<span class="{name}" title="{outcome}">{SIGNS[outcome]}</span>'


def _table(head: Iterable[str], rows: Iterable[str]) -> str:
    return (
        f'<div class="wide"><table><thead><tr>{"".join(head)}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _runs(runs: list[Json]) -> str:
    head = ["<th>run</th><th>Python</th>"]
    head += [f'<th class="number">{name}</th>' for name in COUNTED]
    head += ['<th class="number">negative</th><th class="number">seconds</th><th></th>']
    return _table(head, map(_run, runs))


def _run(run: Json) -> str:
    verdict = (
        "not run" if run["unavailable"] else "passed" if run["is_passed"] else "failed"
    )
    part = " (some checks only)" if run["is_partial"] and not run["unavailable"] else ""
    cells = "".join(f'<td class="number">{run[name]}</td>' for name in COUNTED)
    share = f"{run['negative'] / run['tests']:.0%}" if run["tests"] else ""
    return (
        f"<tr><td>{escape(run['name'])}{part}</td><td>{escape(run['python'])}</td>{cells}"
        f'<td class="number">{share}</td><td class="number">{run["seconds"] or ""}</td>'
        f"<td>{_sign(verdict)}</td></tr>"
    )


def _requirements(content: Json) -> Iterator[str]:
    names = [run["name"] for run in content["runs"]]
    head = ["<th>id</th><th>requirement</th>"]
    head += [f'<th class="sign">{escape(name)}</th>' for name in names]
    groups = groupby(content["requirements"], key=lambda each: each["group"])
    for group, requirements in groups:
        yield f"<h2>{escape(group)}</h2>"
        yield _table(head, (_requirement(each, names) for each in requirements))


def _requirement(requirement: Json, names: list[str]) -> str:
    level, reason = requirement["level"], requirement["untestable"]
    text = (
        f"{level} {requirement['text']}" if level == "SHOULD" else requirement["text"]
    )
    note = f"<details open>Not over HTTP: {escape(reason)}</details>" if reason else ""
    if checks := requirement["checks"]:
        listed = "<br>".join(map(escape, checks))
        plural = "s" * (len(checks) != 1)
        note = (
            f"<details><summary>{len(checks)} check{plural}</summary>{listed}</details>"
        )
    outcomes = requirement["outcomes"]
    cells = "".join(f'<td class="sign">{_sign(outcomes[name])}</td>' for name in names)
    return (
        f'<tr id="{requirement["id"]}"><td class="id">{requirement["id"]}</td>'
        f"<td>{escape(text)}{note}</td>{cells}</tr>"
    )


def _failures(failures: list[tuple[str, Json]]) -> Iterator[str]:
    if failures:
        yield "<h2>What did not pass</h2>"
    for run, check in failures:
        yield (
            f"<details><summary>{_sign(check['outcome'])} {escape(run)}: "
            f"{escape(check['id'])} ({escape(', '.join(check['requirements']))}) "
            f"{escape(check['reason'])}</summary><pre>{escape(check['detail'])}</pre></details>"
        )


def _not_run(rows: list[Json]) -> Iterator[str]:
    if rows:
        yield "<h2>Not run</h2>"
        head = ["<th>run</th><th>check</th><th>reason</th>"]
        cells = ("run", "check", "reason")
        yield _table(
            head,
            (
                f"<tr>{''.join(f'<td>{escape(row[cell])}</td>' for cell in cells)}</tr>"
                for row in rows
            ),
        )
