"""JUnit XML held against a schema, and counted."""

from __future__ import annotations

from pathlib import Path

from lxml import etree

_SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).with_name("junit.xsd")))


def valid(xml: str) -> etree._Element:
    """The suite in a report that the schema takes, and whose counts are those of its cases."""
    root = etree.fromstring(xml.encode())
    _SCHEMA.assertValid(root)
    (suite,) = root
    for name, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert int(suite.get(name)) == len(suite.findall(f".//{tag}")), name
    return suite


def properties(suite: etree._Element) -> dict[str, str]:
    return {one.get("name"): one.get("value") for one in suite.findall("properties/property")}
