"""`grader answers score`: lines in, lines out, and one clear sentence for every bad line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Command

from grader.answer_commands import check_target, score_answers
from grader.answers.batch import scored
from grader.answers.records import AnswersError, read_answers
from grader.errors import GraderError
from grader.model import Assignment

RUBRIC = ROOT / "rubrics" / "hw1.yaml"
ANSWERS: list[dict[str, Any]] = [
    {"id": "b", "item": "P2", "text": "시그모이드를 여러 층 쌓으면 기울기 소실이 생긴다.", "by": "someone"},
    {"id": 7, "item": "P3.1", "text": "A convolution shares its weights, so it has fewer parameters."},
    {"id": "a", "question_id": "P3.2", "text": ""},
]


def file_of(folder: Path, *lines: object) -> Path:
    file = folder / "answers.jsonl"
    texts = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines]
    file.write_text("\n".join(texts), encoding="utf-8")
    return file


def complaints(folder: Path, homework: Assignment, *lines: object) -> list[str]:
    with pytest.raises(AnswersError) as refused:
        read_answers(file_of(folder, *lines), homework)
    return [f"{complaint.line}: {complaint.problem}; {complaint.mend}" for complaint in refused.value.complaints]


def test_scores_stand_in_the_order_of_the_answers(tmp_path: Path, homework: Assignment) -> None:
    lines = list(scored(homework, read_answers(file_of(tmp_path, *ANSWERS), homework)))
    assert [line["id"] for line in lines] == ["b", 7, "a"]
    assert [line["item"] for line in lines] == ["P2", "P3.1", "P3.2"]
    assert lines[0]["points"]["vanishing"] == 6
    assert lines[1]["points"]["weights"] == 10
    assert lines[2]["total"] == 0
    for line in lines:
        assert list(line) == [
            *("id", "item", "points", "total", "max_points", "needs_review", "confidence", "reasons", "guards"),
            "evidence",
        ]
        assert line["total"] == sum(line["points"].values())


def test_evidence_leads_back_to_the_words(tmp_path: Path, homework: Assignment) -> None:
    line = next(scored(homework, read_answers(file_of(tmp_path, *ANSWERS), homework)))
    said = next(one for one in line["evidence"] if one["criterion"] == "vanishing" and one["share"])
    assert "소실" in ANSWERS[0]["text"][said["start"] : said["end"]]


def test_a_file_and_standard_output_hold_the_same_bytes_twice(tmp_path: Path, grader: Command) -> None:
    answers, first = file_of(tmp_path, *ANSWERS), tmp_path / "first.jsonl"
    ended = grader("answers", "score", RUBRIC, answers, "-o", first)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    shown = grader("answers", "score", RUBRIC, answers, "-o", "-")
    assert shown.returncode == 0
    assert shown.stdout.encode() == first.read_bytes()
    assert {file.name for file in tmp_path.iterdir()} == {"answers.jsonl", "first.jsonl"}


def test_what_a_file_may_hold_besides(tmp_path: Path, homework: Assignment) -> None:
    file = tmp_path / "answers.jsonl"
    file.write_bytes(
        b"\xef\xbb\xbf" + json.dumps(ANSWERS[1]).encode() + b'\r\n \r\n{"id":"s","item":"P2","text":"\\ud800"}'
    )
    records = read_answers(file, homework)
    assert [(record.id, record.line) for record in records] == [(7, 1), ("s", 3)]
    json.dumps(list(scored(homework, records)), ensure_ascii=False).encode()


GOOD = {"id": "a", "item": "P2", "text": ""}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('{"id": "a"', "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("[1]", "no object"),
        ({"item": "P2", "text": ""}, "`id` is missing; give each answer a name of its own"),
        (GOOD | {"id": 1.5}, "`id` is neither text nor a whole number"),
        (GOOD | {"id": True}, "`id` is neither"),
        ({"id": "a", "text": ""}, "`item` is missing; name the item that is answered: P2, P3.1, P3.2"),
        (GOOD | {"item": []}, "`item` is no item's id"),
        (GOOD | {"item": "P3"}, "the rubric has no written item `P3`; write `P3.2`"),
        (GOOD | {"item": "P1.1"}, "the rubric has no written item `P1.1`"),
        ({"id": "a", "item": "P2"}, "`text` is missing"),
        (GOOD | {"text": None}, "`text` is not text"),
    ],
)
def test_a_bad_line_is_named_with_its_mend(tmp_path: Path, homework: Assignment, line: object, told: str) -> None:
    (complaint,) = complaints(tmp_path, homework, "", {**GOOD, "id": "first"}, line)
    assert complaint.startswith("3: ")
    assert told in complaint


def test_a_duplicate_names_both_lines(tmp_path: Path, homework: Assignment) -> None:
    assert complaints(tmp_path, homework, GOOD, GOOD) == [
        "2: the id `a` is that of line 1; give each answer a name of its own"
    ]


def test_every_bad_line_is_complained_of_but_few_are_told(tmp_path: Path, homework: Assignment) -> None:
    with pytest.raises(AnswersError, match="and 5 more lines like these") as refused:
        read_answers(file_of(tmp_path, *["{"] * 15), homework)
    assert len(refused.value.complaints) == 15


@pytest.mark.parametrize("content", [b"", b"\n \n"])
def test_a_file_without_answers(tmp_path: Path, homework: Assignment, content: bytes) -> None:
    file = tmp_path / "answers.jsonl"
    file.write_bytes(content)
    with pytest.raises(AnswersError, match="holds no answers"):
        read_answers(file, homework)


def test_other_encodings_are_refused(tmp_path: Path, homework: Assignment) -> None:
    file = tmp_path / "answers.jsonl"
    file.write_bytes(json.dumps(ANSWERS[0], ensure_ascii=False).encode("cp949"))
    with pytest.raises(AnswersError, match=r"answers\.jsonl:1: the line is not UTF-8"):
        read_answers(file, homework)


def test_bad_input_writes_nothing(tmp_path: Path, grader: Command) -> None:
    out = tmp_path / "out.jsonl"
    ended = grader("answers", "score", RUBRIC, file_of(tmp_path, ANSWERS[0], "{"), "-o", out)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr.startswith(f"grader: {tmp_path / 'answers.jsonl'}:2: ")
    assert "mend: " in ended.stderr
    assert not out.exists()


def test_paths_that_will_not_do(tmp_path: Path, homework: Assignment) -> None:
    answers = file_of(tmp_path, *ANSWERS)
    for out, told in (
        (tmp_path, "is a folder"),
        (tmp_path / "none" / "out.jsonl", "does not exist"),
        (answers, "holds the answers"),
    ):
        with pytest.raises(GraderError, match=told):
            check_target(out, answers)
    with pytest.raises(GraderError, match="does not exist: give a file"):
        read_answers(tmp_path / "none.jsonl", homework)
    with pytest.raises(GraderError, match="cannot be read"):
        read_answers(tmp_path, homework)


def test_a_rubric_without_written_items(tmp_path: Path) -> None:
    with pytest.raises(GraderError, match="asks for no written answers"):
        score_answers(
            ROOT / "tests" / "rubrics" / "good-code.yaml", file_of(tmp_path, *ANSWERS), tmp_path / "out.jsonl"
        )


def test_an_item_may_be_called_by_its_number(tmp_path: Path, homework: Assignment) -> None:
    records = read_answers(file_of(tmp_path, {"id": "a", "question_id": 2, "text": ""}), homework)
    assert [record.item for record in records] == ["P2"]
