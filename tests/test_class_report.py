"""The lecturer's sections of the class page: numbers against another computation, nobody named, no case too odd."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from graded_class import Work, graded
from test_html import HOSTILE, Page, assert_safe, assignment, finding, report, score
from test_rescore import decide

from grader.arithmetic import tables
from grader.exporters.class_report import words
from grader.exporters.html import class_page
from grader.model import CellError, ExecutionSummary, Identity, Override, Repair, Report
from grader.repairs.ledger import KINDS

CRITERIA = {"P1": {"runs": 4, "r2": 10, "plot_labelled": 6}, "P2": {"vanishing": 12, "cheap": 8, "sparse": 2}}


def section(source: str, name: str) -> str:
    """One section's text."""
    found = re.search(rf'<section id="{name}">(.*?)</section>', source, re.DOTALL)
    return Page(found[1]).text if found else ""


def rows(source: str, item: str) -> dict[str, list[str]]:
    """Of an item's table, by criterion: the texts of its cells, the criterion's name first."""
    table = re.search(rf'<table id="criteria-{item}">(.*?)</table>', source, re.DOTALL)
    assert table is not None
    found = {}
    for row in re.findall(r"<tr.*?</tr>", table[1].partition("<tbody>")[2], re.DOTALL):
        name = re.search(r"<code>(.*?)</code>", row)
        found[name[1] if name else ""] = [Page(cell).text for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)]
    return found


def student(number: int, earned: dict[str, dict[str, float]], language: str = "en", **kw: Any) -> Report:
    """A final report with these points."""
    scores = tuple(
        score(
            item,
            *(finding(name, full, earned[item][name], bonus=name == "sparse") for name, full in CRITERIA[item].items()),
        )
        for item in CRITERIA
    )
    return report(f"s{number:03}", language, scores, **kw)


def drawn(seed: int, n: int, **fixed: float) -> list[dict[str, dict[str, float]]]:
    """Points of `n` students of various strength; the weaker ones are those who get `cheap`."""
    generator = np.random.default_rng(seed)
    made = []
    for _ in range(n):
        strength = generator.normal()
        points = {
            item: {name: full * float(strength + generator.normal() > 0) for name, full in asked.items()}
            for item, asked in CRITERIA.items()
        }
        points["P1"]["r2"] = 10 * float(generator.choice([0, 0.5, 1]))
        points["P2"]["cheap"] = 8.0 * float(strength + generator.normal(scale=0.3) < 0)
        for asked in points.values():
            asked |= {name: value for name, value in fixed.items() if name in asked}
        made.append(points)
    return made


def test_share_earned_and_discrimination_are_what_numpy_makes_of_the_points() -> None:
    given = drawn(1, 60, runs=4.0, sparse=0.0)
    waiting = score("P1", finding("runs", 4, 4), finding("r2", 10, None))
    reports = [student(n, points) for n, points in enumerate(given)]
    others = [report(f"w{n}", "en", (waiting, reports[n].scores[1])) for n in range(3)]
    source = class_page([*reports, *others], assignment(), {})
    items = np.array([[min(20.0, sum(points[item].values())) for item in CRITERIA] for points in given])
    for place, (item, asked) in enumerate(CRITERIA.items()):
        shown = rows(source, item)
        assert shown[""][2:] == [
            f"{items[:, place].mean() / 20:.0%}".replace("%", " %"),
            f"{np.corrcoef(items[:, place], items[:, 1 - place])[0, 1]:.2f}".replace("-", "−"),
        ]
        for name, full in asked.items():
            mine = np.array([points[item][name] for points in given])
            besides = [min(20.0, sum(points[item].values()) - points[item][name]) for points in given]
            rest = np.array(besides) + items[:, 1 - place]
            r = f"{np.corrcoef(mine, rest)[0, 1]:.2f}".replace("-", "−") if mine.std() else "–"
            assert shown[name][2:] == [f"{100 * mine.mean() / full:.0f} %", r]
    assert "over the 60 of 63 reports that are final" in section(source, "criteria")


def test_criteria_that_nobody_or_everybody_earns_or_that_weaker_students_earn_are_named() -> None:
    reports = [student(n, points) for n, points in enumerate(drawn(2, 40, runs=4.0, sparse=0.0))]
    source = class_page(reports, assignment(), {})
    assert_safe(source, "en")
    odd = {name for item in CRITERIA for name, cells in rows(source, item).items() if "earned it" in cells[0]}
    assert odd == {"runs", "sparse"}
    look = section(source, "criteria").partition("Met")[0]
    assert f"criteria worth a look: {look.count('P1 ') + look.count('P2 ')}" in Page(source).text
    assert "P1 runs everybody earned it" in look
    assert "P2 sparse nobody earned it bonus" in look
    assert re.search(r"P2 cheap negative discrimination discrimination −0\.\d\d \(n = 40\)", look)
    korean = [one.model_copy(update={"language": "ko"}) for one in reports]
    assert "P2 sparse 아무도 얻지 못함" in section(class_page(korean, assignment(), {}), "criteria")


def test_what_a_few_got_or_what_still_waits_is_no_flag_and_no_correlation() -> None:
    everything = {"P1": dict(CRITERIA["P1"]), "P2": dict(CRITERIA["P2"])}
    few = class_page([student(n, everything) for n in range(4)], assignment(), {})
    assert "everybody earned it" not in few
    assert rows(few, "P1")["runs"][2:] == ["100 %", "–"]
    assert "fewer than 10" in section(few, "criteria")
    waiting = (score("P1", finding("runs", 4, 4), finding("r2", 10, None)), score("P2", finding("cheap", 8, 8)))
    half = [student(n, everything) for n in range(8)] + [report(f"w{n}", "en", waiting) for n in range(2)]
    shown = rows(class_page(half, assignment(), {}), "P1")
    assert "everybody earned it" in shown["runs"][0]
    assert "everybody earned it" not in shown["r2"][0]


def test_nothing_is_said_of_criteria_of_which_too_few_are_decided() -> None:
    everything = {"P1": dict(CRITERIA["P1"]), "P2": dict(CRITERIA["P2"])}
    nothing = (score("P1", finding("runs", 4, None)), score("P2", finding("cheap", 8, None)))
    alone = class_page([student(1, everything)], assignment(), {})
    waiting = class_page([report(f"w{n}", "en", nothing) for n in range(20)], assignment(), {})
    for source in (alone, waiting):
        shown = section(source, "criteria").partition("Earned is")[0]
        assert " ".join(shown.split()) == "Criteria Worth a look Too few decided to say: 6 of 6 criteria."
    half = [student(n, points) for n, points in enumerate(drawn(5, 8, runs=4.0))]
    half = [*half, *(report(f"w{n}", "en", (half[0].scores[0], nothing[1])) for n in range(4))]
    shown = section(class_page(half, assignment(), {}), "criteria").partition("Earned is")[0]
    assert "P1 runs everybody earned it" in shown
    assert "Too few decided to say: 1 of 6 criteria." in shown  # cheap: others have no finding of those who wait
    korean = class_page([student(1, everything, "ko")], assignment(), {})
    assert "말할 수 없는 기준: 6개 가운데 6개" in section(korean, "criteria")


def test_what_is_not_odd_is_said_of_those_that_are_decided() -> None:
    given = drawn(7, 40, cheap=4.0)
    for points in given:
        points["P1"]["r2"] = points["P2"]["vanishing"] / 2
    reports = [student(n, points) for n, points in enumerate(given)]
    shown = section(class_page(reports, assignment(), {}), "criteria")
    assert "Of 6 criteria none was earned by nobody or by everybody. None discriminates negatively." in shown
    few = section(class_page(reports[:8], assignment(), {}), "criteria")
    assert "Of 6 criteria none was earned by nobody or by everybody." in few
    assert "None discriminates" not in few


def test_points_given_to_an_item_as_a_whole_say_nothing_of_its_criteria() -> None:
    given = drawn(3, 30)
    reports = [student(n, points) for n, points in enumerate(given)]
    whole = reports[0].scores[0].model_copy(update={"points": 0.0})
    zero = reports[0].model_copy(update={"scores": (whole, reports[0].scores[1]), "overrides": (override("P1", None),)})
    source = class_page([zero, *reports[1:]], assignment(), {})
    mine = np.array([points["P1"]["r2"] for points in given[1:]])
    assert rows(source, "P1")["r2"][2] == f"{10 * mine.mean():.0f} %"
    items = [0.0, *(min(20.0, sum(points["P1"].values())) for points in given[1:])]
    assert rows(source, "P1")[""][2] == f"{5 * np.mean(items):.0f} %"


def test_nobody_and_one_undecided_make_whole_pages() -> None:
    nothing = (score("P1", finding("runs", 4, None)), score("P2", finding("cheap", 8, None)))
    page = class_page([report("kim", "en", nothing)], assignment(), {})
    assert_safe(page, "en")
    assert rows(page, "P1")["runs"][2:] == ["–", "–"]
    assert "over the 0 of 1 reports" in section(page, "criteria")
    assert_safe(class_page([], assignment(), {}), "ko")


def test_every_kind_of_repair_has_words() -> None:
    assert not [kind for kind in KINDS if words.kind_of_repair(kind, "en") == kind]


def test_sections_that_the_rubric_asks_nothing_for_are_left_out() -> None:
    plain = assignment()
    runs = plain.items[0].model_copy(update={"criteria": plain.items[0].criteria[:1]})
    asked = plain.model_copy(update={"items": (runs,)})
    source = class_page([report("kim", "en", (score("P1", finding("runs", 4, 4)),))], asked, {})
    read = assert_safe(source, "en")
    ids = {attrs["id"] for attrs in read.all("section")}
    assert ids == {"distribution", "needs-person", "criteria", "review", "runs", "students", "repairs", "notes"}
    leads = [attrs["href"][1:] for attrs in read.all("a") if attrs["href"].startswith("#")]
    assert {name.partition("-P")[0] for name in leads} <= ids


# ---------------------------------------------------------------- missing ideas


OWN = "저는 김서연(2021123456)이고 서연이라 부릅니다. seoyeon.kim@uni.ac.kr, 010-1234-5678. 이도윤과 함께 풀었습니다. "
SAID = "ReLU는 깊은 신경망에서 기울기 문제를 풀어서 자주 쓰인다고 배웠습니다."
NAMES = ("김서연", "서연", "2021123456", "seoyeon", "uni.ac.kr", "010-1234", "이도윤")


def test_examples_of_a_missing_idea_name_nobody(tmp_path: Path) -> None:
    works = {
        "김서연": Work(0.9, OWN + SAID),
        "이도윤": Work(0.9, f"{SAID} {HOSTILE} Name: Lee Doyoon"),
        "blank": Work(0.9, ""),
        "kim": Work(0.9),
    }
    out = graded(tmp_path, works)
    source = (out / "index.html").read_text(encoding="utf-8")
    assert_safe(source, "en")
    shown = section(source, "ideas")
    assert "missing most: P1 mentions 67 %" in Page(source).text
    assert "67 % of 3 answers · seems missing 2 · blank 1 examples: 2" in shown
    assert SAID[:20] in shown
    assert "<script>alert(1)" in shown
    assert not [name for name in (*NAMES, "Lee Doyoon") if name in shown]
    decide(out, "이도윤", "P1/mentions", 0)
    shown = section((out / "index.html").read_text(encoding="utf-8"), "ideas")
    assert "67 % of 3 answers · missing 1 · seems missing 1 · blank 1 examples: 2" in shown
    decide(out, "이도윤", "P1/mentions", 3)
    assert "33 % of 3 answers · seems missing 1 · blank 1 examples: 1" in section(
        (out / "index.html").read_text(encoding="utf-8"), "ideas"
    )


@pytest.mark.parametrize(
    ("identity", "said"),
    [
        ({"name": "Noor Haddad"}, "by noor, that is HADDAD"),
        ({"name": "남궁하늘"}, "남 궁 하 늘의 답, 하늘 씀"),
        ({"login": "kdh77", "lms_id": "4242"}, "kdh77 / 4242"),
        ({"number": "B12345"}, "B12345"),
        ({"email": "sooji@x.kr"}, "Sooji (sooji@x.kr), see https://github.com/sj and @insta_sj, sj@naver.com"),
        ({}, "학번: A-1, 이름: 누구\n  **Name:** Who Else"),
        ({}, "student 20 211 234 56 and 2021-12345"),
    ],
)
def test_a_student_is_not_told_by_their_own_words(identity: dict[str, str], said: str) -> None:
    lacking = score("P2", finding("vanishing", 12, 0, evidence={"characters": 99}), finding("cheap", 8, 8))
    one = report("student", "en", (score("P1", finding("runs", 4, 4)), lacking), identity=Identity(**identity))
    text = f"{said}\nMany layers are hard to train."
    shown = section(class_page([one], assignment(), {}, answers=lambda *_: text), "ideas")
    assert "Many layers are hard to train." in shown
    told = [*re.findall(r"[\w-]+", said), *identity.values()]
    plain = {"by", "that", "is", "의", "답", "씀", "see", "and", "student", "학번", "이름", "Name"}
    assert not [word for word in told if word not in plain and re.search(rf"\b{re.escape(word)}\b", shown, re.I)]


def example(said: str, *others: Report, absent: dict[str, Identity] | None = None, **written: str) -> str:
    """The example of a student called `writer` in a class with others, of whom some wrote an answer."""
    lacking = score("P2", finding("vanishing", 12, 0, evidence={"characters": 99}), finding("cheap", 8, 8))
    one = report("writer", "en", (score("P1", finding("runs", 4, 4)), lacking))
    answers = {"writer": said, **written}
    page = class_page([one, *others], assignment(), {}, answers=lambda who, _: answers.get(who), absent=absent or {})
    return Page(re.search(r"<blockquote>(.*?)</blockquote>", page, re.DOTALL)[1]).text  # type: ignore[index]


def classmate(name: str = "", called: str = "", **identity: str) -> Report:
    return report(called or name or "nobody", "en", identity=Identity(name=name, **identity))


@pytest.mark.parametrize(
    ("name", "said", "shown"),
    [
        ("허준", "이 답은 허준이 도와주었고 허준과 허준에게 물었다. 허준.", "○○이 도와주었고 ○○과 ○○에게 물었다. ○○."),
        (
            "김 서연",
            "김서연과 함께, 서연이가 알려 주었고 김 서연 학생이 썼다",
            "○○○과 함께, ○○이가 알려 주었고 ○○○ 학생이",
        ),
        ("서연 김", "김서연과 함께 풀었고 서연님이 도왔다", "○○○과 함께 풀었고 ○○님이"),
        ("김서연 과제", "김서연이 도왔다", "○○○이 도왔다"),
        ("남궁 하늘", "하늘이랑 남궁하늘의 코드", "○○이랑 ○○○의 코드"),
        ("남궁하늘", "하늘이랑 남궁하늘의 코드", "○○이랑 ○○○의 코드"),
        ("Noor Haddad", "done with Haddad Noor, HADDAD, NOOR and noor haddad", "done with ○○○, ○○○ and ○○○"),
        ("Haddad, Noor", "done with Noor and with Haddad alone", "done with ○○○ and with ○○○ alone"),
        ("Seo-yeon Kim", "with Seo-Yeon, Seoyeon and Kim today", "with ○○○, ○○○ and ○○○ today"),
        ("Alex", "as Alex told me, and ALEX's code", "as ○○○ told me, and ○○○'s code"),
        ("Grace", "together with Grace, by the grace of others", "together with ○○○, by the grace of others"),
    ],
)
def test_classmates_are_not_named_whatever_the_order(name: str, said: str, shown: str) -> None:
    assert shown in example(f"Many layers are hard. {said}", classmate(name))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("유지", "크기를 유지하면 합성곱이 크기를 유지한다. 크기 유지가 필요하다."),
        ("강하", "신호가 강하면 강하게 배운다. 하강하는 기울기."),
        ("이상", "값이 0.5 이상이면 이상은 없다. 이상의 이유로."),
        ("이상은", "0.5 이상은 모두 1이 된다."),
        ("이 유", "그 이유는 기울기 때문이다. 이유를 쓰면 이 유닛이 죽는다."),
        ("김지수", "지수가 커지고 지수는 작아진다."),
        ("박재현", "재현이 되지 않아 재현을 다시 했다."),
        ("Max", "Max pooling takes the max. MAX is a function of max."),
        ("Will", "Will it learn? It will."),
        ("Adam Long", "Adam is better than SGD. Long training with Adam helps."),
        ("Hope Mark", "Hope this is right. Mark the axes."),
        ("Vanishing", "Vanishing gradients are why."),
    ],
)
def test_words_of_everybody_stay_though_somebody_is_called_so(name: str, said: str) -> None:
    assert said in example(f"Many layers are hard. {said}", classmate(name))


@pytest.mark.parametrize(
    ("name", "said", "shown"),
    [
        ("유지", "크기를 유지한다고 유지님이 말했고, 친구 유지가 썼다.", "크기를 유지한다고 ○○님이 말했고, 친구 ○○가"),
        ("박재현", "재현이 안 되어 재현이와 다시 했다.", "재현이 안 되어 ○○이와 다시"),
        ("Max Weber", "My partner Max, who uses Max pooling", "My partner ○○○, who uses Max pooling"),
    ],
)
def test_such_a_name_is_hidden_where_the_words_around_say_so(name: str, said: str, shown: str) -> None:
    assert shown in example(f"Many layers are hard. {said}", classmate(name))


def test_a_word_that_many_of_the_class_use_is_no_name_and_a_partner_of_a_few_is_one() -> None:
    others = {f"s{n}": "Rectified units are cheap. Written with 김도움." for n in range(5)}
    few = {f"t{n}": "Nadia is my partner." for n in range(3)}
    team = [*map(report, (*others, *few)), classmate("Rectified Person"), classmate("Nadia"), classmate("김도움")]
    shown = example("Rectified units with Nadia, 김도움도.", *team, **others, **few)
    assert shown == "Rectified units with ○○○, ○○○도."


def test_logins_and_addresses_of_the_whole_class_are_hidden() -> None:
    others = [
        classmate("A B", login="kdh77"),
        classmate("C D", email="sooji.lee@x.kr"),
        classmate("E F", number="B12345"),
        classmate("G H", login="max"),
    ]
    absent = {"gone": Identity(name="Zoe Zed", login="zoezed01")}
    said = "from kdh77, sooji.lee / B12345; max of zoezed01 and Zoe"
    shown = example(f"Many layers are hard, {said}", *others, absent=absent)
    assert shown.endswith("from ○○○, ○○○ / ○○○; max of ○○○ and ○○○")


def test_who_handed_in_nothing_is_not_named_either(tmp_path: Path) -> None:
    out = graded(tmp_path, {"kim": Work(0.9, f"{SAID} With absent.lee and Absent.")})
    shown = section((out / "index.html").read_text(encoding="utf-8"), "ideas")
    assert "With absent.lee and ○○○" in shown


def test_the_nearest_words_are_marked_and_told_what_they_lack() -> None:
    text = f"{'Words before. ' * 30}the gradient is a thing{' and more after it' * 30}"
    place = [text.index("gradient"), text.index("gradient") + 8]
    evidence = {"characters": 99, "nearest": place, "lacks": "vanish"}
    lacking = score("P2", finding("vanishing", 12, 0, evidence=evidence), finding("cheap", 8, 8))
    one = report("student", "en", (score("P1", finding("runs", 4, 4)), lacking))
    source = class_page([one], assignment(), {}, answers=lambda *_: text)
    assert "<mark>gradient</mark> is a thing" in source
    assert "lacks: vanish" in section(source, "ideas")
    assert source.count("Words before.") < 10


@pytest.mark.parametrize("piece", ["a", "\n", "1 ", "a@", "이름", "○", " . "])
def test_answers_of_any_length_are_cut(piece: str) -> None:
    lacking = score("P2", finding("vanishing", 12, 0, evidence={"characters": 9, "nearest": [5, 900_000]}))
    one = report("student", "en", (score("P1", finding("runs", 4, 4)), lacking))
    source = class_page([one], assignment(), {}, answers=lambda *_: f"begins here {piece * 1_000_000}")
    assert_safe(source, "en")
    assert len(source) < 100_000


def test_near_misses_come_with_the_evidence_and_not_to_the_student(tmp_path: Path) -> None:
    near = Work(0.9, "The gradient is a thing that ReLU is good for in networks of many layers.")
    out = graded(tmp_path, {"kim": near})
    feedback = (out / "feedback" / "kim.html").read_text(encoding="utf-8")
    assert "nearest" not in feedback
    assert "lacks" not in feedback


# ---------------------------------------------------------------- R²


def test_r2_of_the_class_stands_beside_the_threshold_and_least_squares(tmp_path: Path) -> None:
    values = [0.9, 0.85, 0.79, 0.5, -3.0]
    out = graded(tmp_path, {f"s{n}": Work(value) for n, value in enumerate(values)})
    source = (out / "index.html").read_text(encoding="utf-8")
    table = tables.read(tmp_path / "course" / "heldout.csv", "price")
    design = np.column_stack([table.features, np.ones(len(table.target))])
    left = np.linalg.lstsq(design, table.target, rcond=None)[1][0]
    ceiling = 1 - left / np.sum((table.target - table.target.mean()) ** 2)
    shown = section(source, "r2")
    for told in (
        "points from 0.4",
        "full points 0.8",
        f"least squares {ceiling:.3f}",
        "2 of 5 reach 0.8",
        "median 0.790",
        "1 below 0",
    ):
        assert told in shown
    labels = [attrs["aria-label"] for attrs in Page(source).all("div") if "R²" in attrs.get("aria-label", "")]
    assert [re.findall(r": (\d+)", label) for label in labels] == [["1", "1", "1", "1"]]
    (tmp_path / "course" / "heldout.csv").unlink()
    tables.read.cache_clear()
    decide(out, "s0", "P1/runs", 1)
    moved = section((out / "index.html").read_text(encoding="utf-8"), "r2")
    assert ("full points 0.8" in moved, "least squares 0" in moved) == (True, False)


def test_r2_on_other_rows_is_counted_apart() -> None:
    seen: list[dict[str, Any]] = [{"r2": 0.7}, {"r2": 0.9, "level": "recomputed"}, {}, {"r2": "0.8"}, {"r2": True}]
    scores = [score("P1", finding("r2", 10, 5, evidence=evidence)) for evidence in seen]
    reports = [report(f"s{n}", "en", (one, score("P2", finding("cheap", 8, 8)))) for n, one in enumerate(scores)]
    shown = section(class_page(reports, assignment(), {}), "r2")
    assert "median 0.700 1 only on rows of the student's own 3 could not be had" in shown


# ---------------------------------------------------------------- review


def override(
    item: str, criterion: str | None, machine: float | None = 4, after: float = 0, full: float = 20
) -> Override:
    return Override(
        student="s000", assignment="hw1", number=1, item=item, criterion=criterion, action="set", before=machine,
        after=after, machine=machine, max_points=full, submission_sha256="0" * 64, reason="read", author="Park",
        at="2026-01-01T12:00:00Z",
    )  # fmt: skip


def test_agreement_of_machine_and_people_and_how_points_moved(tmp_path: Path) -> None:
    unsaid = "Dying slopes are what it avoids, and so deep networks can be trained at all with it."
    works = {"a": Work(0.9), "b": Work(0.9), "c": Work(0.2), "d": Work(0.9, unsaid), "e": Work(0.9, unsaid)}
    out = graded(tmp_path, works)
    page = out / "index.html"
    assert "Nobody has decided anything yet." in section(page.read_text(encoding="utf-8"), "review")
    decide(out, "a", "P1/r2", 4)  # as the machine
    decide(out, "b", "P1/r2", 2)
    decide(out, "c", "P1/r2", 1)
    decide(out, "d", "P1/mentions", 3)  # left open, seemed missing
    decide(out, "e", "P1/mentions", 0)
    source = page.read_text(encoding="utf-8")
    assert_safe(source, "en")
    shown = section(source, "review")
    assert "5 decisions in 5 reports · decided by 1" in shown
    assert "Of 3 decisions on criteria that the machine had given points to, 1 (33 %) agree with it." in shown
    assert "On average people gave 8.3 % of a criterion's points less (1 raised, 1 lowered)." in shown
    assert "For 2 of them it had suggested points, and 1 (50 %) came out as suggested." in shown
    assert "full 1 1 · some · · · none · 1 · left open, suggests none 1 · 1" in shown
    assert "of 18 criteria that the machine had decided, 3 were decided" in shown
    assert "P1 settled before: 3 8.67 → 8.33 / 10 · ↑ 1 ↓ 1" in shown
    assert "P1 left open: 2 7 → 8.5 / 10 · ↑ 1 ↓ 0" in shown
    decide(out, "a", "P1", 3)  # an item as a whole is no criterion
    shown = section(page.read_text(encoding="utf-8"), "review")
    assert "Of 3 decisions" in shown
    assert "P1 settled before: 3 8.67 → 6 / 10 · ↑ 1 ↓ 2" in shown


# ---------------------------------------------------------------- runs and similar hand-ins


def test_runs_say_how_they_ended_how_long_they_took_and_what_failed_first() -> None:
    error = CellError(cell=3, name=HOSTILE, message="no")
    told = [Repair(kind=kind, cell=1, what="x") for kind in ("gpu", "gpu", "data")]
    runs = [
        ExecutionSummary(status="ok", seconds=3, peak_memory_mb=400, repairs=tuple(told)),
        ExecutionSummary(status="ok", seconds=0.5, peak_memory_mb=600, repairs=tuple(told[:1])),
        ExecutionSummary(status="timeout", seconds=240, errors=(error, error)),
        ExecutionSummary(status="unreadable", seconds=0),
    ]
    reports = [report(f"s{n}", "en", execution=run) for n, run in enumerate(runs)]
    source = class_page(reports, assignment(), {"s2": "feedback/s2.html"})
    read = assert_safe(source, "en")
    shown = section(source, "runs")
    assert "median 3 s, 4.1 min in all, limit 300 s" in shown
    assert "memory: median 500 MB, highest 600 MB, limit 3000 MB" in shown
    assert "ok 2 out of time 1 unreadable 1" in shown
    assert "What was repaired demands for a GPU 2 names of data files 1" in shown
    assert "Slowest s2 240 s s0 3 s s1 0.5 s" in shown
    assert {"href": "feedback/s2.html"} in read.all("a")
    labels = [attrs["aria-label"] for attrs in read.all("div") if "–" in attrs.get("aria-label", "")]
    assert "0–1 s: 1, 2–4 s: 1, 128–256 s: 1" in labels


def test_similar_pairs_are_counted_also_when_the_page_is_written_again(tmp_path: Path) -> None:
    out = graded(tmp_path, {"kim": Work(0.9), "lee": Work(0.9)})
    (out / "similarity.html").write_text("", encoding="utf-8")
    for written, told in (('{"pairs": [1, 2]}', "2 pairs are"), ('{"pairs": []}', "No pair"), ("{", "See them")):
        (out / "similarity.json").write_text(written, encoding="utf-8")
        decide(out, "kim", "P1/runs", 1)
        assert (
            section((out / "index.html").read_text(encoding="utf-8"), "similar")
            .partition("hand-ins ")[2]
            .startswith(told)
        )
