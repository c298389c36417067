"""Phrases in real sentences: what does not count, what does, and that every match points into the original text."""

from __future__ import annotations

import random
import re
import unicodedata
from itertools import pairwise

import pytest

from grader.answers.phrases import MAX_CHARACTERS, PhraseError, find, pattern, phrase_key
from grader.model import Concept


def matched(phrase: str, text: str) -> list[str]:
    """The pieces of the text that a phrase finds."""
    return [text[span.start : span.end] for span in find(text, Concept(id="concept", ko=(phrase,)))]


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        # particles and spacing
        ("기울기 소실", "기울기 소실"),
        ("기울기 소실", "기울기소실"),
        ("기울기 소실", "기울기가 소실된다"),
        ("기울기 소실", "기울기의  소실"),
        ("기울기 소실", "기울기들이 소실"),
        ("기울기 소실", "기울기 값이 소실"),
        ("기울기 소실", "기울기의 값은 소실"),
        ("기울기 1", "기울기는 항상이 아니라 기울기가 1"),
        ("주변 픽셀", "주변의 픽셀"),
        ("가중치 공유", "가중치를 공유하므로"),
        ("계산 비용", "계산에서의 비용"),
        ("gradient 소실", "Gradient가 소실"),
        ("gradient 소실", "gradient의 소실"),
        ("과적합", "과 적합을 막는다"),
        ("과대적합", "과대 적합"),
        ("평행이동", "평행 이동"),
        ("평행이동 불변", "평행 이동에 불변"),
        # parentheses, quotes, emphasis, tags
        ("기울기 소실", "기울기(gradient) 소실"),
        ("기울기 소실", "기울기 (gradient)가 소실"),
        ("기울기 소실", "기울기（gradient）의 소실"),
        ("기울기 소실", "'기울기'의 소실"),
        ("기울기 소실", "“기울기” 소실"),
        ("기울기 소실", "**기울기** 소실"),
        ("기울기 소실", "**기울기**가 *소실*"),
        ("기울기 소실", "__기울기__ 소실"),
        ("기울기 소실", "`기울기`소실"),
        ("기울기 소실", "<b>기울기</b> <span style='color:red'>소실</span>"),
        ("기울기 소실", "기울기<br>소실"),
        ("vanishing gradient", "_vanishing gradient_"),
        ("vanishing gradient", "vanishing<br/>gradient"),
        ("weight sharing", "weight_sharing"),
        ("weight sharing", "weight-sharing"),
        ("sub-sampling", "sub-sampling"),
        ("기울기 0", "기울기 = $0$"),
        ("기울기 0", "기울기: 0"),
        ("기울기 0", "기울기 ≈ 0"),
        # forms of characters
        ("기울기 소실", unicodedata.normalize("NFD", "기울기 소실")),
        ("café", unicodedata.normalize("NFD", "Café")),
        ("기울기 소실", "기\u200b울\u200d기\ufeff 소\u2060실"),
        ("기울기 소실", "기울\u00ad기\u00a0소실\ufe0f"),
        ("relu", "ＲｅＬＵ"),
        ("relu", "ReLU의"),
        ("기울기 1", "기울기 １"),
        ("1/4", "최댓값은 ¼"),
        ("ReLU", "relu"),
        ("기울기　소실", "기울기 소실"),
        # a line that goes on
        ("기울기 소실", "기울기\n소실"),
        ("기울기 소실", "> 기울기\n> 소실"),
        ("vanishing gradient", "the vanishing\ngradient problem"),
    ],
)
def test_what_does_not_count(phrase: str, text: str) -> None:
    (found,) = matched(phrase, text)
    assert found in text


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("기울기 소실", "기울기는 크고 소실"),
        ("기울기 소실", "기울기. 소실"),
        ("기울기 소실", "기울기\n\n소실"),
        ("기울기 소실", "- 기울기\n- 소실"),
        ("기울기 소실", "소실 기울기"),
        ("과적합", "결과 적합한"),
        ("경계선", "배경 계선"),
        ("포화", "세포 화학"),
        ("relu", "prelu"),
        ("relu", "relus"),
        ("relu", "relu6"),
        ("edge", "knowledge"),
        ("fewer weights", "fewerweights"),
        ("mlp", "<mlp2>"),
    ],
)
def test_what_is_another_phrase(phrase: str, text: str) -> None:
    assert matched(phrase, text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("기울기 1", True),
        ("기울기가 1이다", True),
        ("기울기1", True),
        ("기울기 = 1.0", True),
        ("기울기는 1.00이다.", True),
        ("기울기는 1.", True),
        ("기울기(1)", False),
        ("기울기 10", False),
        ("기울기 11", False),
        ("기울기 21", False),
        ("기울기 1.5", False),
        ("기울기 1.05", False),
        ("기울기 0.1", False),
        ("기울기 1,000", False),
        ("기울기 1/4", False),
        ("기울기 1e-5", False),
        ("기울기 1%", False),
        ("기울기 1st", False),
        ("기울기 -1", False),
        ("기울기 = -1", False),
        ("기울기가 1보다 작아서", False),
        ("기울기 1 이하", False),
        ("기울기가 1 미만", False),
    ],
)
def test_a_number_stands_for_itself(text: str, found: bool) -> None:
    assert bool(matched("기울기 1", text)) is found


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("0에 가*", "0에 가깝다", ["0에 가깝다"]),
        ("0에 가*", "0.0에 가까워진다", ["0.0에 가까워진다"]),
        ("0에 가*", "10에 가깝다", []),
        ("0에 가*", "1.0에 가깝다", []),
        ("slope ~ 0", "the slope is 1.0", []),
        ("slope ~ 0", "the slope is 0", ["slope is 0"]),
        ("최댓값 0.25", "최댓값은 0.25이다", ["최댓값은 0.25"]),
        ("최댓값 0.25", "최댓값은 0.25보다 작다", ["최댓값은 0.25"]),
        ("최댓값 0.25", "최댓값은 0.255", []),
        ("최댓값 0.25", "최댓값은 10.25", []),
        ("미분 ~ 1/4", "미분은 최대 1/4", ["미분은 최대 1/4"]),
        ("미분 ~ 1/4", "미분은 최대 1/40", []),
        ("미분 ~ 1/4", "미분은 최대 11/4", []),
        ("2d", "2D 이미지", ["2D"]),
        ("2d", "12d", []),
        ("1보다 작*", "1보다 작은 값", ["1보다 작은"]),
    ],
)
def test_numbers_in_phrases(phrase: str, text: str, found: list[str]) -> None:
    assert matched(phrase, text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("기울기가 층을 지나며 사라진다", True),
        ("기울기사라진다", True),
        ("기울기는 0.25를 거듭 곱해 사라진다", True),
        ("기울기는 nn.Sigmoid 층에서 사라진다", True),
        ("기울기가\n층을 지나며 사라진다", True),
        ("기울기가 크다. 층이 사라진다", False),
        ("기울기가 크다.층이 사라진다", False),
        ("기울기가 클까? 층이 사라진다", False),
        ("기울기가 크다! 층이 사라진다", False),
        ("기울기가 크다。층이 사라진다", False),
        ("기울기가 크다…층이 사라진다", False),
        ("기울기가 크다\n\n층이 사라진다", False),
        ("기울기가 크다\n- 층이 사라진다", False),
        ("기울기가 크다\n* 층이 사라진다", False),
        ("기울기가 크다\n  2. 층이 사라진다", False),
        ("기울기가 크다\n# 층이 사라진다", False),
        ("기울기" + "가" * 59 + " 사라진다", True),
        ("기울기" + "가" * 61 + " 사라진다", False),
    ],
)
def test_a_gap_stays_within_a_sentence(text: str, found: bool) -> None:
    assert bool(matched("기울기 ~ 사라*", text)) is found


def test_a_gap_takes_the_nearest_end() -> None:
    assert matched("크기 ~ 유지", "크기를 유지하고 유지") == ["크기를 유지"]


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("saturat*", "it saturates.", ["saturates"]),
        ("saturat*", "Saturation", ["Saturation"]),
        ("saturat*", "unsaturated", []),
        ("사라*", "사라지게 된다", ["사라지게"]),
        ("neighbo*rhood", "neighborhood, neighbourhood, neighbor", ["neighborhood", "neighbourhood"]),
        ("*sampling", "downsampling and subsampling", ["downsampling", "subsampling"]),
        ("vanish* gradient*", "vanishing gradients", ["vanishing gradients"]),
        ("small shift*", "small shifts", ["small shifts"]),
        ("공유*", "공유" + "하" * 40, ["공유" + "하" * 20]),
    ],
)
def test_any_ending(phrase: str, text: str, found: list[str]) -> None:
    assert matched(phrase, text) == found


def test_every_place_is_found_and_overlaps_are_not_told_twice() -> None:
    concept = Concept(id="size", ko=("크기 유지", "크기", "같은 크기"), en=("size",))
    text = "같은 크기, 크기를 유지. Size 크기"
    spans = find(text, concept)
    assert [text[s.start : s.end] for s in spans] == ["같은 크기", "크기를 유지", "Size", "크기"]
    assert [s.phrase for s in spans] == ["같은 크기", "크기 유지", "size", "크기"]
    assert {s.concept for s in spans} == {"size"}
    assert all(before.end <= after.start for before, after in pairwise(spans))


def test_a_sign_that_becomes_several_is_marked_whole() -> None:
    assert matched("km", "㎞ 단위") == ["㎞"]
    assert matched("가", unicodedata.normalize("NFD", "가") + "나") == [unicodedata.normalize("NFD", "가")]
    assert matched("ss", "Straße") == []
    assert matched("strasse", "Straße") == ["Straße"]


MARKS = (
    "*",
    "**",
    "`",
    "$",
    "\u200b",
    "\u200d",
    "\ufeff",
    "\u00ad",
    "\u2060",
    "\ufe0f",
    "\u034f",
    "\u202e",
    "</b>",
    "<em>",
)
SENTENCES = (
    ("기울기 소실", "깊은 신경망에서는 ", "기울기의 소실", "이 일어난다."),
    ("gradient* ~ vanish*", "In deep nets ", "gradients of early layers vanish", ". So ReLU."),
    ("기울기 ~ 0에 가*", "양 끝에서 ", "기울기가 0에 가까워", "지므로 학습이 멈춘다"),
    ("크기 ~ 유지*", "패딩은 ", "크기(HxW)를 유지하기", " 위한 것"),
    ("최댓값 0.25", "미분의 ", "최댓값은 0.25", "이다"),
)


@pytest.mark.parametrize("seed", range(200))
def test_offsets_lead_back_into_the_original_text(seed: int) -> None:
    """Marks that do not count, at random places, change neither what is found nor where it is."""
    generator = random.Random(seed)
    phrase, before, inside, after = SENTENCES[seed % len(SENTENCES)]

    def marked(text: str, form: str) -> str:
        signs = (unicodedata.normalize(form, sign) for sign in text)
        return "".join(sign + generator.choice(MARKS) * (generator.random() < 0.4) for sign in signs)

    form = generator.choice(("NFC", "NFD"))
    parts = [marked(part, form) for part in (before, inside, after)]
    text = "".join(parts)
    (span,) = find(text, Concept(id="c", ko=(phrase,)))
    assert len(parts[0]) <= span.start
    assert span.end <= len(parts[0]) + len(parts[1]) + (len(parts[2]) if phrase.endswith("*") else 0)
    plain = text[span.start : span.end]
    for mark in sorted(MARKS, key=len, reverse=True):
        plain = plain.replace(mark, "")
    plain = unicodedata.normalize("NFC", plain)
    assert plain.startswith(inside)
    assert plain == inside or (phrase.endswith("*") and after.startswith(plain[len(inside) :]))


@pytest.mark.parametrize(
    "unit",
    [
        *(
            "기울기 ",
            "기울기",
            "gradient ",
            "gradient of ",
            "기울기 0에 ",
            "공유",
            "a",
            " ",
            "\n",
            "0",
            "1,",
            "*",
            "(",
            "기울기(",
        ),
        *(
            "크기\n",
            "<b ",
            "<",
            "\u1160",
            "a\u0301",
            "\u200b",
            "vanish" + "a" * 90 + " ",
            "기울기" + " " * 400,
            "x.y",
            "가중치는 ",
        ),
    ],
)
def test_long_repetitions_come_to_an_end(unit: str) -> None:
    concept = Concept(
        id="c",
        ko=("기울기 ~ 0에 가*", "공유* 가중치", "기울기 소실", "크기 ~ 줄어드는 ~ 것", "가중치 ~ 공유*"),
        en=("vanish* of ~ gradient*", "gradient* ~ is 1", "*sampling rate", "a* b* c*"),
    )
    text = (unit * MAX_CHARACTERS)[: MAX_CHARACTERS - 10] + " 포화"
    assert find(text, concept) == ()


def test_only_the_beginning_of_an_endless_answer_is_searched() -> None:
    assert matched("포화", "포화" + "x" * MAX_CHARACTERS + "포화") == ["포화"]


def test_nothing_in_nothing() -> None:
    assert find("", Concept(id="c", ko=("포화",))) == ()
    assert find("포화", Concept(id="c")) == ()
    assert find("**`$\u200b", Concept(id="c", ko=("포화",))) == ()


@pytest.mark.parametrize(
    "phrase",
    [
        "",
        "  ",
        "~",
        "~ 포화",
        "포화 ~",
        "a ~ ~ b",
        "a~b",
        "a ~b",
        "*",
        "기울기 *",
        "** 포화",
        "$",
        "`",
        "\u200b",
        "...",
        "= -",
        "_",
    ],
)
def test_phrases_that_match_nothing_or_everything_are_refused(phrase: str) -> None:
    with pytest.raises(PhraseError):
        pattern(phrase)


@pytest.mark.parametrize("phrase", ["a", "1", "포", "x > 0", "C++", "(1)", "[0, 1]", "a.b", "f(x)", "\\d", "a|b", "½"])
def test_signs_in_phrases_mean_themselves(phrase: str) -> None:
    assert matched(phrase, f"가 {phrase} 나") == [phrase]
    assert pattern(phrase) is pattern(phrase)


def test_a_phrase_finds_itself() -> None:
    for phrase in ("기울기 소실", "vanish* gradient*", "1보다 작은 ~ 곱해*", "Over-Fitting", "`relu` 함수", "최대 ¼"):
        assert matched(phrase, re.sub(r"\*| ~", "", phrase))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("기울기  소실", "기울기 소실"),
        ("ReLU", "ｒｅｌｕ"),
        (unicodedata.normalize("NFD", "포화"), "포화"),
        ("`relu`", "relu"),
        ("포\u200b화", "포화"),
        (" a ", "a"),
    ],
)
def test_the_same_phrase_in_two_spellings(one: str, other: str) -> None:
    assert phrase_key(one) == phrase_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("포화", "포화*"), ("기울기 소실", "기울기 ~ 소실"), ("a b", "ab"), ("1", "10")]
)
def test_different_phrases(one: str, other: str) -> None:
    assert phrase_key(one) != phrase_key(other)
