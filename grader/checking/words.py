"""What a look before handing in says, in the two languages of the course."""

from __future__ import annotations

from grader.model import Language
from grader.model.nouns import texts


def word(name: str, language: Language, **values: object) -> str:
    """The phrase called ``name`` with ``values`` put in."""
    return WORDS[name].in_language(language).format(**values)


WORDS = texts(
    total=("볼 수 있는 {points}점 가운데 {earned}점", "{earned} of {points} visible points"),
    so_far=(
        "볼 수 있는 {points}점 가운데 지금까지 {earned}점, 나머지는 제출한 뒤에 사람이 확인합니다",
        "{earned} of {points} visible points so far; a person decides on the rest after handing in",
    ),
    kept_back=(
        "비공개 {n}개, {points}점: 제출한 뒤에 확인합니다",
        "{n} hidden, {points} points: checked after handing in",
    ),
    kept_back_bonus=("비공개 {n}개: 제출한 뒤에 확인합니다", "{n} hidden: checked after handing in"),
    kept_back_item=("{points}점: 제출한 뒤에 확인합니다", "{points} points: checked after handing in"),
    practice=(
        "`{table}`의 연습용 행에서 계산했습니다. 제출한 뒤에는 다른 행을 씁니다.",
        "on the practice rows of `{table}`; after handing in, other rows are used",
    ),
    more_later=("이 테스트에는 제출한 뒤에 실행하는 줄이 더 있습니다", "more of this test runs after handing in"),
    cell=("{cells}번 셀", "cell {cells}"),
    cells=("셀 {cells}", "cells {cells}"),
    bonus=("추가 점수", "bonus"),
    person=("제출한 뒤에 사람이 확인합니다", "a person decides after handing in"),
    quoted=("찾은 말: {quotes}", "found: {quotes}"),
    seconds=(
        "준비 {ready}초 · 셀 {cells}초 · 검사 {checks}초",
        "ready in {ready} s · cells {cells} s · checks {checks} s",
    ),
    not_run=(
        "준비 {ready}초 · 코드가 그대로여서 셀은 다시 실행하지 않음 · 검사 {checks}초",
        "ready in {ready} s · the code is as it was, so no cell was run again · checks {checks} s",
    ),
    nothing=(
        "제출하기 전에 볼 수 있는 기준이 없습니다.",
        "Nothing of this assignment can be checked before handing in.",
    ),
    watching=(
        "{notebook}을(를) 지켜봅니다. 저장할 때마다 다시 확인합니다. 끝내려면 Ctrl-C를 누르세요.",
        "Watching {notebook}: save it to check again, end with Ctrl-C.",
    ),
    no_change=("달라진 점수가 없습니다.", "No points changed."),
)
