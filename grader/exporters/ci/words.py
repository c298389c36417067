"""What CI is told besides the checks' own sentences, in the two languages of the course."""

from __future__ import annotations

from types import MappingProxyType

from grader.model import Language
from grader.model.nouns import texts

_WORDS = texts(
    points=("{n}/{max}점", "{n} of {max} points"),
    at_least=(
        "지금까지 {n}/{max}점, 나머지는 사람이 결정합니다",
        "{n} of {max} points so far, a person decides the rest",
    ),
    person_decides_on=("사람이 결정합니다: {said}", "a person decides: {said}"),
    cell=("{n}번 셀: {name}", "Cell {n}: {name}"),
    item=("항목", "Item"),
    earned=("점수", "Points"),
    criterion=("기준", "Criterion"),
    said=("피드백", "Feedback"),
    missing=("아직 부족한 것", "What is missing"),
    nothing_missing=("부족한 것이 없습니다.", "Nothing is missing."),
    troubles=("실행 중 오류", "Where it stopped or failed"),
    kept_back=(
        "{n}점은 제출한 뒤에 채점합니다: {items}.",
        "{n} points more are graded after handing in: {items}.",
    ),
    doubtful=(
        "확실하지 않게 고친 곳이 있어 사람이 확인합니다. 피드백 페이지를 보세요.",
        "A person has to look at what was repaired here or at which hand-in counts; the feedback page says more.",
    ),
    left_out=("{n}줄은 자리가 없어 뺐습니다.", "{n} lines more did not fit in here."),
    more=(
        "여기 표시하지 않은 것: 오류 {errors}개, 경고 {warnings}개. 단계 요약과 피드백 페이지에 모두 있습니다.",
        "Not annotated: {errors} errors and {warnings} warnings more. The step summary and the feedback page have all.",
    ),
)
_MARKS = MappingProxyType(
    {"passed": "✅", "partial": "🟡", "failed": "❌", "skipped": "⏭️", "undecided": "⏳", "error": "⚠️"}
)
_STATES = texts(
    passed=("충족", "met"),
    partial=("일부 충족", "partly met"),
    failed=("아직 부족", "not yet"),
    skipped=("건너뜀", "skipped"),
    undecided=("검토 중", "undecided"),
    error=("확인하지 못함", "not checked"),
)


def word(name: str, language: Language, /, **values: object) -> str:
    return _WORDS[name].in_language(language).format(**values)


def state(name: str, language: Language) -> str:
    """A sign and a word for the state of a case."""
    return f"{_MARKS[name]} {_STATES[name].in_language(language)}"
