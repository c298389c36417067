"""The ledger: the kinds of repair, their sentences, and how a kernel's claim becomes entries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from grader.model import CellError, Language, Repair, Text

_MOST_ENTRIES = 100
_MOST_CHARACTERS = 200

# kind -> its sentences; `{0}` is what the notebook has, `{1}` what stood in for it
KINDS = MappingProxyType(
    {
        "data": Text(
            ko="`{0}` 파일을 찾을 수 없어 과제 데이터 `{1}`을(를) 대신 읽었습니다.",
            en="there is no `{0}`; the assignment's data `{1}` was read instead",
        ),
        "path": Text(
            ko="`{0}` 경로가 여기에는 없어 `{1}`을(를) 썼습니다.", en="the path `{0}` is not here; `{1}` was used"
        ),
        "loader": Text(
            ko="`{0}`은(는) 네트워크가 있어야 하므로 같은 형식의 과제 데이터 `{1}`을(를) 돌려주었습니다.",
            en="`{0}` needs a network; it gave the assignment's data in its own form, `{1}`",
        ),
        "install": Text(
            ko="패키지 설치 `{0}`은(는) 실행하지 않았습니다. {1}", en="the installation `{0}` was not run. {1}"
        ),
        "command": Text(
            ko="셸 명령 `{0}`은(는) 여기서 되지 않아 실행하지 않았습니다. {1}",
            en="the shell command `{0}` cannot work here and was not run. {1}",
        ),
        "download": Text(
            ko="`{0}`: 네트워크가 없어 내려받지 않고 과제 데이터 `{1}`을(를) 그 이름으로 두었습니다.",
            en="`{0}`: there is no network; the assignment's data `{1}` was put there under that name",
        ),
        "colab": Text(
            ko="`{0}`은(는) Colab에만 있어 흉내만 냈습니다. {1}", en="`{0}` is Colab's own and was only imitated. {1}"
        ),
        "otter": Text(
            ko="`{0}`은(는) 흉내만 냈습니다. 테스트는 채점기가 따로 실행합니다.",
            en="`{0}` was only imitated: the tests are run by the grader itself",
        ),
        "gpu": Text(
            ko="GPU를 요구하는 `{0}`을(를) CPU에서 실행했습니다.", en="`{0}` asks for a GPU; it ran on the CPU"
        ),
        "workers": Text(
            ko="여기서는 `{0}`이(가) 되지 않아 데이터를 작업 프로세스 없이 읽었습니다.",
            en="`{0}` cannot be had here; the data were loaded without worker processes",
        ),
        "removed": Text(
            ko="`{0}`은(는) 지금의 라이브러리에 없어 `{1}`(으)로 바꾸어 실행했습니다.",
            en="`{0}` is gone from today's library; `{1}` was used",
        ),
        "font": Text(
            ko="글꼴 `{0}`이(가) 없어 기본 글꼴로 그렸습니다. 글자가 네모로 보일 수 있습니다.",
            en="the font `{0}` is not here; figures were drawn with the default one, some letters as boxes",
        ),
        "display": Text(
            ko="`{0}` 화면 방식은 여기에 없어 `{1}`(으)로 그렸습니다.",
            en="the display `{0}` is not here; `{1}` was used",
        ),
        "input": Text(
            ko="`{0}`에 입력할 사람이 없어 빈 글을 주었습니다.", en="nobody can type at `{0}`; it was given empty text"
        ),
        "number": Text(
            ko="`{0}`에는 수가 필요하여 `{1}`을(를) 주었습니다.", en="`{0}` wants a number; it was given `{1}`"
        ),
        "magic": Text(
            ko="`{0}` 매직은 여기에 없어 건너뛰었습니다.", en="the magic `{0}` is not here and was passed over"
        ),
        "rest": Text(
            ko="`{0}`에서 멈춘 셀의 나머지 문장({1})을 이어서 실행했습니다.",
            en="`{0}` cannot be had; of the statements after it in its cell, {1} were run all the same",
        ),
        "missing": Text(
            ko="`{0}` 모듈은 여기에 없습니다. 이 모듈이 필요한 부분은 실행되지 않았고, 나머지는 그대로 채점합니다.",
            en="the module `{0}` is not here: what needs it did not run, all else is graded",
        ),
        "withdrawn": Text(
            ko="`{0}` 데이터는 라이브러리에서 삭제되었고 과제의 데이터도 아니므로, 대신할 것이 없습니다.",
            en="the data `{0}` were removed from the library and are not the assignment's: nothing stands in for them",
        ),
        "order": Text(
            ko="위에서 아래로는 실행되지 않아, 저장된 실행 순서({1})대로 다시 실행했습니다: {0}",
            en="it does not run from top to bottom, so it was run in its saved order ({1}): {0}",
        ),
    }
)
NOT_REPAIRED = frozenset(("missing", "withdrawn"))  # kinds that only name what could not be helped


class _Entry(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")
    kind: str
    run: Annotated[int, Field(ge=0, le=10**9)]  # how many cells had begun
    what: str
    instead: str = ""
    review: bool = False


def sentence(repair: Repair, language: Language) -> str:
    """What student and TA read. `what` and `instead` may be anything; they are put in as they are."""
    text = KINDS[repair.kind].in_language(language) if repair.kind in KINDS else "{0} → {1}"
    filled = text.replace("{0}", repair.what.replace("`", "'")).replace("{1}", repair.instead.replace("`", "'"))
    return filled.strip()


def read(claimed: Any, ran: Sequence[int]) -> tuple[Repair, ...]:
    """Entries that a kernel claims, those of another form left out; `ran`: the cells that ran, in order, from 1."""
    listed = claimed if isinstance(claimed, list) else []
    return tuple(repair for entry in listed[:_MOST_ENTRIES] for repair in _read_one(entry, ran))


def _read_one(entry: Any, ran: Sequence[int]) -> Iterator[Repair]:
    try:
        told = _Entry.model_validate(entry)
    except (ValidationError, RecursionError):
        return
    if told.kind in KINDS and told.kind != "order":
        cell = ran[told.run - 1] if 0 < told.run <= len(ran) else None
        what, instead = (_short(text) for text in (told.what, told.instead))
        yield Repair(kind=told.kind, cell=cell, what=what, instead=instead, review=told.review)


def missing_modules(errors: Sequence[CellError]) -> tuple[Repair, ...]:
    """Modules that cells could not import, and data that are gone, each once."""
    found: dict[tuple[str, str], Repair] = {}
    for error in errors:
        kind, name = _lacking(error)
        if name:
            found.setdefault((kind, name), Repair(kind=kind, cell=error.cell, what=_short(name)))
    return tuple(found.values())


def _lacking(error: CellError) -> tuple[str, str]:
    if error.name == "ModuleNotFoundError" and error.message.startswith("No module named "):
        return "missing", error.message.removeprefix("No module named ").split(";")[0].strip().strip("'\"")
    if error.name == "ImportError" and "`load_boston` has been removed" in error.message:
        return "withdrawn", "load_boston"
    return "", ""


def _short(text: str) -> str:
    text = " ".join(text.encode("utf-8", "replace").decode().split())
    return text if len(text) <= _MOST_CHARACTERS else f"{text[: _MOST_CHARACTERS - 1]}…"
