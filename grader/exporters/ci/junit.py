"""JUnit XML as Jenkins' junit-10 schema has it, which GitLab, GitHub's reporters and others read."""

from __future__ import annotations

import re
from types import MappingProxyType
from xml.etree import ElementTree as ET

from grader.exporters.ci.told import Case, State, Told, Trouble
from grader.exporters.values import points

_ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # in XML 1.0, escaped or not
_TAGS: dict[State, str] = {
    "partial": "failure",
    "failed": "failure",
    "skipped": "skipped",
    "undecided": "skipped",
    "error": "error",
}
_COUNTS = MappingProxyType({"failures": "failure", "errors": "error", "skipped": "skipped"})


def junit(told: Told) -> str:
    """One suite with a test case per criterion. Points, which JUnit has no place for, are properties of the suite."""
    cases = [_case(told, case) for case in told.cases] or [_refusal(told, trouble) for trouble in told.troubles]
    counts = {name: sum(case.find(tag) is not None for case in cases) for name, tag in _COUNTS.items()}
    suite = ET.Element("testsuite", name=_text(told.path), tests=str(len(cases)), time=f"{told.seconds:.3f}")
    suite.attrib.update({name: str(number) for name, number in counts.items()})
    suite.append(_properties(told))
    suite.extend(cases)
    root = ET.Element("testsuites", name=_text(told.title))
    root.append(suite)
    ET.indent(root, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _case(told: Told, case: Case) -> ET.Element:
    element = ET.Element("testcase", classname=_text(f"{told.assignment}.{case.item}"), name=_text(case.name))
    if case.state in _TAGS:
        missed = case.bonus and case.state in ("partial", "failed")  # which is no failure
        tag, kind = ("skipped", "bonus") if missed else (_TAGS[case.state], case.state)
        result = ET.SubElement(element, tag, type=kind, message=_text(case.said))
        result.text = _text(f"{told.path}:{case.line}: {case.item} {case.name} {case.shown}: {case.said}")
    return element


def _refusal(told: Told, trouble: Trouble) -> ET.Element:
    """In place of the cases, so that a file without any is never taken for one in which all is well."""
    element = ET.Element("testcase", classname=_text(told.assignment), name=_text(trouble.name))
    ET.SubElement(element, "error", type="refused", message=_text(trouble.message)).text = _text(trouble.message)
    return element


def _properties(told: Told) -> ET.Element:
    """The total, which is empty while it is undecided, and what each item and criterion earned: `3.5/4`, `?/4`."""
    listed = {
        "total": "" if told.total is None else points(told.total),
        "decided": points(told.decided),
        "max_points": points(told.max_points),
    }
    for score in told.scores:
        earned = "?" if score.points is None else points(score.points)
        listed[score.item] = f"{earned}/{points(score.max_points)}"
    listed |= {f"{case.item}/{case.id}": case.shown for case in told.cases}
    properties = ET.Element("properties")
    for name, value in listed.items():
        ET.SubElement(properties, "property", name=_text(name), value=_text(value))
    return properties


def _text(text: str) -> str:
    """Without colours of a terminal and without what no XML may hold."""
    return _FORBIDDEN.sub("", _ANSI.sub("", text))
