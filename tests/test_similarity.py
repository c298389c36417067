"""Near-copies between hand-ins: five kinds of planted ones lead the report, and honest work is not above them."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from build import notebook
from conftest import ROOT, Command
from pace import costing_less_than
from sample_class import FOLDER
from similar_class import (
    Cells,
    answers,
    cells_of,
    class_of,
    code_of,
    commented_anew,
    honest,
    renamed,
    restyled,
)
from test_html import HOSTILE, Page, assert_safe
from test_results import graded, report

from grader import results
from grader.exporters.html import similarity_page
from grader.model import Assignment, Language, Submission
from grader.results import Results, write_similarity
from grader.similarity import Pair, groups, hand_in, similar
from grader.submissions import collect

HW1 = ROOT / "reference" / "hw1"
WRITTEN = ("P2", "P3.1", "P3.2")

# Another's answers with small edits: endings, synonyms, an insertion, a sentence left out.
IN_KOREAN = {
    "문제가 생깁니다": "현상이 발생한다",
    "아주 크거나 아주 작은": "매우 크거나 매우 작은",
    "밖에 안 됩니다": "에 불과하다",
    "남는 것이 거의 없고": "거의 남지 않고",
    "신호가 작아지지 않습니다": "신호가 줄어들지 않는다",
    "되므로 계산이 간단합니다": "되어서 간단하다",
    "움직이면서": "이동시키며",
    "쓸 수 있습니다": "이용할 수 있다",
    "학습할 파라미터 수가": "파라미터 개수가",
    "정보가 버려집니다": "정보를 잃게 된다",
    "가장 강한 특징만": "제일 강한 특징만",
}
IN_ENGLISH = {
    "sigmoids saturate": "sigmoid functions saturate",
    "close to zero": "nearly 0",
    "multiplies these small numbers": "multiplies those small values together",
    "goes on downwards unchanged": "is passed down as it is",
    "it is cheaper": "It's also cheaper",
    "small neighbourhoods": "little neighbourhoods",
    "which is how pictures work": "as in real images",
    "far fewer weights": "a lot fewer weights",
    "take part in as many windows": "are in as many windows",
    "so later layers need": "and so the later layers need",
}


def pairs_among(submissions: Sequence[Submission], homework: Assignment) -> list[Pair]:
    return similar(map(hand_in, submissions), homework)


@pytest.fixture(scope="module")
def sample(homework: Assignment) -> dict[str, Submission]:
    """The sample class by the names of its cases; each was written on its own."""
    return {s.student: s for s in collect([path for path in sorted(FOLDER.iterdir()) if path.is_dir()], homework)}


def planted(sample: Mapping[str, Submission], rng: random.Random) -> dict[str, tuple[str, Cells]]:
    """Five copies of five kinds: the copier, whose work it was, and what is handed in now."""
    cells = {student: cells_of(submission) for student, submission in sample.items()}
    korean, english = sample["full-marks-korean"], sample["trainer-class"]
    return {
        "renames": ("lbfgs-optimizer", renamed(code_of(cells["lbfgs-optimizer"]))),
        "reorders": ("mlp-as-module-subclass", commented_anew(cells["mlp-as-module-subclass"], rng)),
        "restyles": ("median-income-only", restyled(cells["median-income-only"])),
        "words-ko": ("full-marks-korean", code_of(honest(rng)) + copied_answers(korean, IN_KOREAN)),
        "words-en": ("trainer-class", code_of(honest(rng)) + copied_answers(english, IN_ENGLISH)),
    }


def copied_answers(of: Submission, edits: Mapping[str, str]) -> Cells:
    joined = "\n\n".join(of.answers[item].text for item in WRITTEN)
    assert all(before in joined for before in edits)
    texts = {item: of.answers[item].text for item in WRITTEN}
    for before, after in edits.items():
        texts = {item: text.replace(before, after) for item, text in texts.items()}
    return answers(texts)


def students(pairs: list[Pair]) -> list[set[str]]:
    return [{pair.first, pair.second} for pair in pairs]


# ---------------------------------------------------------------- planted copies


@pytest.mark.parametrize("others", [0, 15])
def test_planted_copies_lead_the_report(
    sample: dict[str, Submission], homework: Assignment, tmp_path: Path, others: int
) -> None:
    rng = random.Random(others)
    copies = planted(sample, rng)
    more = {f"honest-{n}": honest(rng) for n in range(others)}
    made = class_of(tmp_path, more | {student: cells for student, (_, cells) in copies.items()}, homework)
    pairs = pairs_among([*sample.values(), *made], homework)
    top = students(pairs)[:5]
    assert all({copier, source} in top for copier, (source, _) in copies.items()), top


@pytest.mark.parametrize("kind", ["renames", "reorders", "restyles", "words-ko", "words-en"])
def test_a_copy_is_seen_in_a_class_of_two(
    sample: dict[str, Submission], homework: Assignment, tmp_path: Path, kind: str
) -> None:
    source, cells = planted(sample, random.Random(3))[kind]
    (pair,) = pairs_among([sample[source], *class_of(tmp_path, {kind: cells}, homework)], homework)
    assert {pair.first, pair.second} == {source, kind}
    assert pair.score > 0.6
    assert pair.alike[0].part.startswith("P" if kind.startswith("words") else "code")


def test_honest_pairs_stay_low_in_classes_of_any_size(sample: dict[str, Submission], homework: Assignment) -> None:
    everybody = list(sample.values())
    for size in (2, 3, 4, 5, 8, 13, len(everybody)):
        some = random.Random(size).sample(everybody, size)
        assert all(pair.score < 0.35 for pair in pairs_among(some, homework)), size


@pytest.mark.long
def test_planted_copies_lead_a_class_of_three_hundred_soon(
    sample: dict[str, Submission], homework: Assignment, tmp_path: Path
) -> None:
    rng = random.Random(300)
    copies = planted(sample, rng)
    more = {f"honest-{n}": honest(rng) for n in range(295 - len(sample))}
    made = class_of(tmp_path, more | {student: cells for student, (_, cells) in copies.items()}, homework)
    with costing_less_than(600):
        pairs = pairs_among([*sample.values(), *made], homework)
    assert all({copier, source} in students(pairs)[:5] for copier, (source, _) in copies.items())


def test_answers_under_other_headings_are_found(
    sample: dict[str, Submission], homework: Assignment, tmp_path: Path
) -> None:
    texts = [sample["full-marks-korean"].answers[item].text for item in WRITTEN]
    moved = answers(dict(zip(WRITTEN, [*texts[1:], texts[0]], strict=True)))
    made = class_of(tmp_path, {"moved": moved}, homework)
    assert students(pairs_among([*sample.values(), *made], homework))[0] == {"moved", "full-marks-korean"}


def test_a_part_of_the_code_is_found_within_other_work(
    sample: dict[str, Submission], homework: Assignment, tmp_path: Path
) -> None:
    source = sample["lbfgs-optimizer"]
    taken = [cell for cell in renamed(code_of(cells_of(source))) if "closure" in cell]
    made = class_of(tmp_path, {"some": code_of(honest(random.Random(1))) + taken}, homework)
    assert students(pairs_among([*sample.values(), *made], homework))[0] == {"some", "lbfgs-optimizer"}


# ---------------------------------------------------------------- what does not count


def test_handouts_handed_in_as_they_are_are_not_alike(homework: Assignment, tmp_path: Path) -> None:
    for student in ("kim", "lee", "park"):
        (tmp_path / f"{student}.ipynb").write_bytes((HW1 / "handout.ipynb").read_bytes())
    assert pairs_among(collect([tmp_path], homework), homework) == []


@pytest.mark.parametrize("solution", ["solution.py", "solution_en.py"])
def test_the_reference_quoted_by_two_does_not_count(homework: Assignment, tmp_path: Path, solution: str) -> None:
    for student in ("kim", "lee"):
        (tmp_path / f"{student}.py").write_bytes((HW1 / solution).read_bytes())
    assert pairs_among(collect([tmp_path], homework), homework) == []


def test_hand_ins_with_nothing_in_them_are_not_alike_and_are_named(homework: Assignment, tmp_path: Path) -> None:
    for student in ("empty", "void"):
        notebook(tmp_path / f"{student}.ipynb", heading=False)
    (tmp_path / "broken.ipynb").write_text('{"cells": [')
    submissions = collect([tmp_path], homework)
    assert pairs_among(submissions, homework) == []
    page = Page(similarity_page([], [*map(hand_in, submissions)], homework, {}, "en"))
    assert "Nothing to compare in: broken, empty, void" in page.text


def test_two_hand_ins_of_one_student_are_no_pair(homework: Assignment, tmp_path: Path) -> None:
    work = honest(random.Random(1))
    places = ("a/김서연", "b/김서연", "c/이도윤")
    files = [notebook(tmp_path / f"{place}.ipynb", *work, heading=False) for place in places]
    pairs = students(pairs_among(collect(files, homework), homework))
    assert sorted(map(sorted, pairs)) == [["김서연", "이도윤"], ["김서연-2", "이도윤"]]


# ---------------------------------------------------------------- groups and passages


def test_one_text_among_three_is_a_group(sample: dict[str, Submission], homework: Assignment, tmp_path: Path) -> None:
    source = sample["full-marks-korean"]
    edits = [dict(list(IN_KOREAN.items())[n : n + 4]) for n in (0, 4)]
    made = class_of(tmp_path, {f"copier-{n}": copied_answers(source, some) for n, some in enumerate(edits)}, homework)
    pairs = pairs_among([*sample.values(), *made], homework)
    assert groups(pairs) == [("copier-0", "copier-1", "full-marks-korean")]
    assert [pair.score > 0.6 for pair in pairs[:3]] == [True] * 3


def test_passages_are_the_students_own_words_on_both_sides(
    sample: dict[str, Submission], homework: Assignment, tmp_path: Path
) -> None:
    source = sample["trainer-class"]
    (copier,) = class_of(tmp_path, {"copier": copied_answers(source, IN_ENGLISH)}, homework)
    pair = pairs_among([*sample.values(), copier], homework)[0]
    for side, of in ((0, copier), (1, source)):
        for extent in (e for p in pair.passages for e in (p.first, p.second)[side]):
            assert of.answers[extent.part].text[extent.start : extent.end] == extent.text
    said = " ".join(extent.text for passage in pair.passages for extent in passage.first)
    assert "exact positions are forgotten" in said
    assert "nearly 0" not in said


def test_the_same_whatever_the_order(sample: dict[str, Submission], homework: Assignment, tmp_path: Path) -> None:
    made = class_of(tmp_path, {k: c for k, (_, c) in planted(sample, random.Random(5)).items()}, homework)
    everybody = [*list(sample.values())[10:22], *made]
    assert pairs_among(everybody, homework) == pairs_among(everybody[::-1], homework) != []


# ---------------------------------------------------------------- those who hide, and those who attack


def test_letters_that_look_the_same_and_signs_that_do_not_show(
    sample: dict[str, Submission], homework: Assignment, tmp_path: Path
) -> None:
    lookalikes = str.maketrans("aeopcx", "аеорсх")
    english, korean = sample["trainer-class"].answers, sample["full-marks-korean"].answers
    hidden = {
        "words": ("trainer-class", answers({item: english[item].text.translate(lookalikes) for item in WRITTEN})),
        "code": ("lbfgs-optimizer", renamed(code_of(cells_of(sample["lbfgs-optimizer"])), suffix="_сору")),
        "spaced": ("full-marks-korean", answers({item: "\u200b".join(korean[item].text) for item in WRITTEN})),
        "tagged": ("exit-at-the-end", answers({"P2": _tagged(sample["exit-at-the-end"].answers["P2"].text)})),
    }
    made = class_of(tmp_path, {student: cells for student, (_, cells) in hidden.items()}, homework)
    top = students(pairs_among([*sample.values(), *made], homework))[:4]
    assert all({student, source} in top for student, (source, _) in hidden.items()), top


def _tagged(text: str) -> str:
    return text.replace(" ", " <b></b>")


@pytest.mark.parametrize("filler", ["x = [" + "1, " * 630_000, "'" * 1_900_000, "(" * 1_900_000, "가" * 1_900_000])
def test_a_cell_of_two_million_signs_neither_stalls_nor_hides(
    sample: dict[str, Submission], homework: Assignment, tmp_path: Path, filler: str
) -> None:
    cells = [filler, *renamed(code_of(cells_of(sample["lbfgs-optimizer"])))]
    everybody = [*list(sample.values())[10:22], *class_of(tmp_path, {"huge": cells}, homework)]
    with costing_less_than(150):
        pairs = pairs_among(everybody, homework)
        page = similarity_page(pairs, [*map(hand_in, everybody)], homework, {}, "en")
    assert students(pairs)[0] == {"huge", "lbfgs-optimizer"}
    assert "Too long, so only their beginnings were compared: huge" in Page(page).text
    assert len(page) < 1_000_000


def test_what_is_no_python_is_compared_too(homework: Assignment, tmp_path: Path) -> None:
    lines = [
        "%%time",
        "!pip install x",
        "def f(:",
        "  '''open",
        "for i in range(3) print(i",
        "x = = 3 $ ? `",
        "\x00\ud800",
    ]
    rng = random.Random(1)
    junk = ["\n".join(rng.choice(lines) for _ in range(40)) for _ in range(5)]
    for student, cells in (("kim", junk), ("lee", junk[::-1])):
        made = [{"cell_type": "code", "source": cell} for cell in cells]
        (tmp_path / f"{student}.ipynb").write_text(json.dumps({"cells": made}))
    submissions = collect([tmp_path], homework)
    pairs = pairs_among(submissions, homework)
    assert students(pairs) == [{"kim", "lee"}]
    assert_safe(similarity_page(pairs, [*map(hand_in, submissions)], homework, {}, "ko"), "ko")


@pytest.mark.parametrize("language", ["ko", "en"])
def test_students_html_is_text_in_the_page(homework: Assignment, tmp_path: Path, language: Language) -> None:
    hostile = [f"x = '''{HOSTILE}'''  # {HOSTILE}\n{cell}" for cell in code_of(honest(random.Random(2)))]
    said = f"{HOSTILE} the sigmoid is flat & its gradient <b>vanishes</b> out there "
    hostile += answers({"P2": said + "so that all layers below it hardly learn anything at all"})
    made = class_of(tmp_path, {"=<svg onload=alert(1)>": hostile, "javascript:alert(1)": hostile}, homework)
    pairs = pairs_among(made, homework)
    page = similarity_page(pairs, [*map(hand_in, made)], homework, {made[0].student: "feedback/x.html"}, language)
    read = assert_safe(page, language)
    assert "<script>alert(1)</script>" in read.words
    assert "<svg onload=alert(1)>" in read.words
    assert not read.all("img") + read.all("svg") + read.all("script")


# ---------------------------------------------------------------- what is written


def test_both_files_tell_the_same(sample: dict[str, Submission], homework: Assignment, tmp_path: Path) -> None:
    made = class_of(tmp_path / "class", {k: c for k, (_, c) in planted(sample, random.Random(7)).items()}, homework)
    everybody = [*sample.values(), *made]
    pairs = write_similarity(tmp_path, everybody, homework, "ko", {"renames": "feedback/renames.html"})
    written = json.loads((tmp_path / "similarity.json").read_text(encoding="utf-8"))
    assert [Pair.model_validate_json(json.dumps(pair)) for pair in written["pairs"]] == pairs
    assert sorted(written["hand_ins"]) == sorted(one.student for one in everybody)
    page = assert_safe((tmp_path / "similarity.html").read_text(encoding="utf-8"), "ko")
    assert {"href": "feedback/renames.html"} in page.all("a")
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {a["href"][1:] for a in page.all("a") if a["href"].startswith("#")} <= set(ids)
    passages = {(n, k) for n, pair in enumerate(pairs, 1) for k, _ in enumerate(pair.passages, 1)}
    assert {f"pair-{n}-{k}-{side}" for n, k in passages for side in "ab"} <= set(ids)


def test_a_big_group_is_shown_by_the_pairs_that_join_it(homework: Assignment, tmp_path: Path) -> None:
    work, others = honest(random.Random(4)), random.Random(5)
    copies = {f"copier-{n:02}": work for n in range(15)}
    everybody = class_of(tmp_path, copies | {f"honest-{n:02}": honest(others) for n in range(25)}, homework)
    pairs = pairs_among(everybody, homework)
    assert groups(pairs) == [tuple(copies)]
    page = similarity_page(pairs, [*map(hand_in, everybody)], homework, {}, "en")
    shown = [pairs[int(n) - 1] for n in re.findall(r'<section class="pair" id="pair-(\d+)"', page)]
    assert len(shown) == 40
    assert set(copies) <= {student for pair in shown for student in (pair.first, pair.second)}


@pytest.mark.parametrize("size", [2, 3, 4, 30])
def test_a_whole_class_with_one_text_is_told(homework: Assignment, tmp_path: Path, size: int) -> None:
    work = honest(random.Random(4))
    made = class_of(tmp_path, {f"s{n:02}": work for n in range(size)}, homework)
    assert len(pairs_among(made, homework)) == min(200, size * (size - 1) // 2)


def test_the_command_writes_both_files_and_runs_nothing(grader: Command, tmp_path: Path) -> None:
    cells = [*honest(random.Random(6)), "raise SystemExit('ran')"]
    for student in ("김서연", "Alex Kim"):
        notebook(tmp_path / "class" / student / "hw1.ipynb", *cells, heading=False)
    ended = grader("similar", tmp_path / "class", "-o", tmp_path / "out", "--lang", "ko", timeout=60)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "Alex Kim · 김서연" in ended.stdout
    assert "2 hand-ins compared, 1 pair(s) more alike than is usual" in ended.stdout
    assert {file.name for file in (tmp_path / "out").iterdir()} == {"similarity.html", "similarity.json"}


def test_one_hand_in_is_refused(grader: Command, tmp_path: Path) -> None:
    file = notebook(tmp_path / "kim.ipynb", "x = 1")
    ended = grader("similar", file, "-o", tmp_path / "out", timeout=60)
    assert ended.returncode == 2
    assert ended.stderr.startswith("grader: one hand-in has nothing to be compared with: give ")
    assert not (tmp_path / "out").exists()


def test_the_class_page_leads_to_the_report_if_there_is_one(homework: Assignment, tmp_path: Path) -> None:
    work = honest(random.Random(6))
    made = class_of(tmp_path / "class", {"kim": work, "lee": work}, homework)
    for compared, expected in ((made[:1], False), (made, True)):
        out = Results(tmp_path / f"out-{len(compared)}", homework)
        for submission in compared:
            out.add(graded(report(submission.student)))
        out.compare(compared)
        out.finish()
        assert ("similarity.html" in out.index.read_text(encoding="utf-8")) is expected
        assert (out.folder / "similarity.html").exists() is expected


def test_a_class_that_is_too_large_to_be_compared_is_told_so(
    homework: Assignment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "MOST_COMPARED", 2)
    made = class_of(tmp_path / "class", dict.fromkeys(("kim", "lee", "park"), honest(random.Random(7))), homework)
    out = Results(tmp_path / "out", homework)
    assert out.compare(made[:2]) == ""
    assert (out.folder / "similarity.html").exists()
    (out.folder / "similarity.html").unlink()
    assert "3 hand-ins were not compared" in out.compare(made)
    assert f"`grader similar PATHS -o {out.folder} -a RUBRIC` does it" in out.compare(made)
    assert not (out.folder / "similarity.html").exists()
