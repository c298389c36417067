"""Homework that is handed in in several notebooks: what one leaves out and another answers is never zero unseen."""

from __future__ import annotations

import pytest
from build import code, markdown
from free_form import (
    CONVOLUTION,
    NETWORK,
    POOLING,
    SIGMOID,
    SINGLE,
    START,
    Command,
    Report,
    finding,
    graded,
    item,
    write,
)

pytestmark = pytest.mark.long

WORDS = (markdown(f"# P2\n{SIGMOID}"), markdown(f"# P3.1\n{CONVOLUTION}"), markdown(f"# P3.2\n{POOLING}"))
SINGLE_HEADED = (markdown("# P1.1"), START, *SINGLE)
NETWORK_HEADED = (markdown("# P1.2"), START, *NETWORK)


@pytest.fixture(scope="module")
def reports(grader: Command, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Report]:
    folder = tmp_path_factory.mktemp("parts") / "class"
    write(folder / "code-and-words" / "hw1_P1.ipynb", *SINGLE_HEADED, *NETWORK_HEADED)
    write(folder / "code-and-words" / "hw1_P2_P3.ipynb", *WORDS)
    write(folder / "two-of-code" / "hw1_A.ipynb", *SINGLE_HEADED, markdown(f"# P2\n{SIGMOID}"))
    write(folder / "two-of-code" / "hw1_B.ipynb", *NETWORK_HEADED, *WORDS[1:])
    write(folder / "no-names" / "linear.ipynb", START, *SINGLE)
    write(folder / "no-names" / "mlp.ipynb", START, *NETWORK)
    write(folder / "no-names" / "answers.ipynb", *(markdown(text) for text in (SIGMOID, CONVOLUTION, POOLING)))
    write(folder / "words-in-code" / "hw1.ipynb", *SINGLE_HEADED, *NETWORK_HEADED)
    write(folder / "words-in-code" / "notes.ipynb", code(f"# {SIGMOID}"))
    write(folder / "one-lost" / "hw1.ipynb", *SINGLE_HEADED, *NETWORK_HEADED)
    (folder / "one-lost" / "hw1_P2.ipynb").write_text('{"cells": [', encoding="utf-8")
    write(folder / "draft" / "hw1.ipynb", *SINGLE_HEADED, *NETWORK_HEADED, *WORDS)
    write(folder / "draft" / "draft.ipynb", *SINGLE_HEADED, markdown("# P2\n아직 모르겠다."))
    return graded(grader, folder, folder.parent / "out")


def test_answers_in_another_notebook_earn_and_it_is_said(reports: dict[str, Report]) -> None:
    report = reports["code-and-words"]
    assert [item(report, name)["points"] for name in ("P1.1", "P1.2", "P2", "P3.1", "P3.2")] == [19, 20, 17.5, 20, 20]
    assert "hw1_P2_P3.ipynb was read besides the notebook: words for P2, P3.1, P3.2" in report["warnings"]


def test_code_in_a_notebook_that_was_not_run_waits_for_a_person_who_is_told_where(reports: dict[str, Report]) -> None:
    report = reports["two-of-code"]
    assert item(report, "P1.1")["points"] is None
    assert "look whether it is in hw1_A.ipynb, which was not run" in item(report, "P1.1")["needs_review"]
    assert "may be in hw1_A.ipynb" in finding(report, "P1.1", "r2")["feedback"]
    assert [item(report, name)["points"] for name in ("P1.2", "P2", "P3.1", "P3.2")] == [20, 17.5, 20, 20]


def test_notebooks_without_headings_are_all_looked_at(reports: dict[str, Report]) -> None:
    report = reports["no-names"]
    assert item(report, "P1.2")["points"] == 20
    assert "linear.ipynb" in item(report, "P1.1")["needs_review"]
    assert all("answers.ipynb" in item(report, name)["needs_review"] for name in ("P2", "P3.1", "P3.2"))


def test_words_in_the_code_of_another_notebook_are_for_a_person(reports: dict[str, Report]) -> None:
    report = reports["words-in-code"]
    assert "notes.ipynb" in item(report, "P2")["needs_review"]
    assert item(report, "P3.1")["points"] == 0


def test_what_an_unreadable_notebook_may_hold_is_for_a_person(reports: dict[str, Report]) -> None:
    report = reports["one-lost"]
    assert all("hw1_P2.ipynb" in item(report, name)["needs_review"] for name in ("P2", "P3.1", "P3.2"))
    assert (item(report, "P1.1")["points"], item(report, "P1.2")["points"]) == (19, 20)


def test_a_draft_beside_a_whole_notebook_changes_nothing(reports: dict[str, Report]) -> None:
    report = reports["draft"]
    assert [item(report, name)["points"] for name in ("P1.1", "P1.2", "P2", "P3.1", "P3.2")] == [19, 20, 17.5, 20, 20]
    assert len(report["warnings"]) == 1
