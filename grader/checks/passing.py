"""A test of the rubric's own, run in the student's kernel after the notebook: of other systems, or written for here.

Tests run in the notebook's names as nbgrader's cells do, in the rubric's order. Names mean what they meant after the
item's last cell, so that a later item may use them for something else; what objects hold is as the notebook left it. A
test may leave helpers to the next, and what one breaks is broken for those after it. Each has the time of a cell. One
that ends its kernel, or does not react to an interrupt, costs only itself: the notebook runs again for the rest.

A test has passed when it ran to its end; what it prints, and where, is no matter. A hostile notebook can fool it: its
functions can read the test from the frames above them and can replace what answers for the kernel. Assertions of
numpy, pandas, torch and unittest, and builtins, that a notebook replaced are noticed where the test uses them, and a
person looks. What must not be fooled needs a check that recomputes, such as `r2`.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import hashlib
import re
import secrets
from collections.abc import Iterator
from typing import Any, Literal

from grader.checks import relied
from grader.checks.decision import Decision, Evidence, Unmet, Unsure, joined, partial, passed, say
from grader.model import Assignment, Criterion, Submission, Text

PROBE, SOURCE = "passes", "source"
ENDED, NOT_REACHED = "ended_kernel", "not_reached"  # faults of a test that ended its kernel, and of one after too many

Kind = Literal["cell", "doctest", "function"]

_BEGIN, _END = re.compile(r"BEGIN HIDDEN TESTS"), re.compile(r"END HIDDEN TESTS")
_CUT = "# more of this test runs after handing in"
_LONGEST_LINE = 160


def passes(evidence: Evidence, *, source: str, kind: Kind = "cell") -> Decision:
    """The test in the file `source` runs to its end in the names that the notebook left.

    `cell`: statements; where the last one is an expression whose value is a number from 0 to the criterion's points,
    it earns that many. `doctest`: examples `>>> ...` with what they print, by this numpy or by numpy 1. `function`:
    the file's last function, called with the notebook's objects of its parameters' names, None where there is none;
    `env` gets all names, and what the function does to them is undone.
    """
    _require_kernel(evidence)
    found = evidence.claim(PROBE, asked_as(evidence.criterion), evidence.criterion.id)
    if not found["ended"]:
        raise _failed(evidence, found)
    if replaced := relied.replaced(found.get("replaced", []), evidence):
        raise Unsure(_REPLACED.filled(replaced), _REPLACED_REVIEW.filled(evidence.criterion.id, replaced), "partial")
    value, full = found.get("value"), evidence.criterion.points
    told = found.get("number") or (f"{value:g}" if value is not None else "")
    if kind != "cell" or not told or value == full:
        return passed()
    if value is None or not 0 <= value <= full:
        reason = _NO_POINTS_REVIEW.filled(evidence.criterion.id, told, f"{full:g}")
        raise Unsure(_NO_POINTS, reason, "partial", value=value)
    if value == 0:
        raise Unmet(_SHARE.filled("0", f"{full:g}"), value=value)
    return partial(value / full, _SHARE.filled(f"{value:g}", f"{full:g}"), value=value)


def _require_kernel(evidence: Evidence) -> None:
    """Raises Unmet where the test ended its kernel; Unsure where another hand may have, or too many had done so."""
    answer = evidence.execution.evidence.get(f"{PROBE}:{asked_as(evidence.criterion)}")
    fault = answer.get("fault") if isinstance(answer, dict) else None
    message = str(answer.get("message"))[:200] if isinstance(answer, dict) else ""
    name = evidence.criterion.id
    if fault == NOT_REACHED:
        raise Unsure(_LEFT, _LEFT_REVIEW.filled(name), "failed")
    if fault == ENDED and message.endswith(("signal 9", "signal 15")):
        raise Unsure(_ENDED.filled(message), _ENDED_REVIEW.filled(name, message), "failed")
    if fault == ENDED:
        raise Unmet(_ENDED.filled(message))


def _failed(evidence: Evidence, found: dict[str, Any]) -> Exception:
    """What a visible test says of its failure; of what is hidden nothing.

    A visible line that a hidden one calls is hidden too; and an exception may tell what hidden lines before it set, or
    what a function of the student's read in them. So of a test with hidden lines only its kind is told.
    """
    code, line = evidence.criterion.code or "", found.get("line")
    hidden, lines = hidden_lines(code), found.get("lines") or ([line] if line else [])
    if hidden and not lines:
        return Unmet(_FAILED)
    if hidden.intersection(lines):
        return Unmet(_HIDDEN)
    secret = bool(hidden) and lines[0] > min(hidden)
    if not secret and (cell := _passed_in_place(evidence, code)):
        return Unsure(_LATER.filled(cell), _LATER_REVIEW.filled(evidence.criterion.id, cell), "failed")
    written = _shown(code, line)
    error = str(found.get("error", "")).strip().removesuffix(":").replace("`", "'")
    if hidden:
        error = "" if secret else _kind(error)
    said = [*([_AT.filled(line, written)] if written else []), *([say("{0}", "{0}").filled(error)] if error else [])]
    if not said:
        return Unmet(_FAILED)
    return Unmet(Text(ko=f"{_FAILED.ko} {joined(*said).ko}", en=f"{_FAILED.en}: {joined(*said).en}"))


def _kind(error: str) -> str:
    """The name of the exception, where it is one of Python's own."""
    name = error.partition(":")[0]
    found = getattr(builtins, name, None)
    return name if isinstance(found, type) and issubclass(found, BaseException) else ""


def _passed_in_place(evidence: Evidence, code: str) -> int | None:
    """Number of the notebook's cell that holds what students see of the test, where it ran without an error."""
    wanted, failed = _bare(without_hidden(code)), {error.cell for error in evidence.execution.errors}
    for number, cell in enumerate(evidence.cells, start=1):
        if cell.get("cell_type") == "code" and _bare(cell.get("source", "")) == wanted and number not in failed:
            raised = any(output.get("output_type") == "error" for output in cell.get("outputs", []))
            if cell.get("execution_count") is not None and not raised:
                return number
    return None


def _shown(code: str, line: int | None) -> str:
    """The line of the test, as it may stand in a sentence; nothing where there is none of that number."""
    lines = code.splitlines()
    return lines[line - 1].strip()[:_LONGEST_LINE].replace("`", "'") if line and line <= len(lines) else ""


# ---------------------------------------------------------------- hidden parts


def hidden_lines(code: str) -> frozenset[int]:
    """Numbers, from 1, of the lines between `BEGIN HIDDEN TESTS` and `END HIDDEN TESTS`, those with them."""
    hidden, found = False, set()
    for number, line in enumerate(code.splitlines(), start=1):
        hidden = hidden or bool(_BEGIN.search(line))
        if hidden:
            found.add(number)
        if _END.search(line):
            hidden = False
    return frozenset(found)


def has_hidden(code: str) -> bool:
    return bool(hidden_lines(code))


def is_all_hidden(criterion: Criterion) -> bool:
    """Whether nothing of a test is left without its hidden lines."""
    code = criterion.code or ""
    return has_hidden(code) and not any(
        line.strip() and not line.lstrip().startswith("#") for line in without_hidden(code).splitlines()
    )


def without_hidden(code: str) -> str:
    """What students may see of a test, and that there is more of it."""
    hidden = hidden_lines(code)
    lines = [line for number, line in enumerate(code.splitlines(), start=1) if number not in hidden]
    return "\n".join([*lines, *(["", _CUT] if hidden else [])])  # below the last lines, it would be expected output


def is_cut(criterion: Criterion) -> bool:
    """Whether lines of the test were taken out, which are run after handing in."""
    return criterion.code is not None and criterion.code.endswith(_CUT)


# ---------------------------------------------------------------- asking


def asked_as(criterion: Criterion) -> str:
    """The name under which a kernel is asked: another one for another text or kind."""
    told = f"{criterion.params.get('kind', 'cell')}\0{criterion.code}"
    return f"{criterion.params[SOURCE]}#{hashlib.sha256(told.encode()).hexdigest()[:12]}"


def keys(assignment: Assignment) -> list[str]:
    """Of all tests in the evidence, in the rubric's order."""
    return [key for key, _ in requests(assignment)]


def requests(assignment: Assignment) -> Iterator[tuple[str, dict[str, Any]]]:
    """(key of the evidence, request) of each test, in the rubric's order."""
    tests = [(item, one) for item in assignment.items for one in item.criteria if one.check == "passes"]
    seed = assignment.seed.model_dump() if assignment.seed is not None else None
    for item, criterion in tests:
        name, kind, code = asked_as(criterion), criterion.params.get("kind", "cell"), criterion.code or ""
        request = {"item": item.id, "seed": seed, "kind": kind, "code": code if kind == "doctest" else python_of(code)}
        yield f"{PROBE}:{name}", {"probe": PROBE, "name": name, "token": secrets.token_hex(16), **request}


def keeping(submission: Submission, assignment: Assignment) -> dict[int, list[dict[str, Any]]]:
    """By index of a cell: requests to keep what the names mean after it, where an item with tests ends before others
    begin."""
    found: dict[int, list[dict[str, Any]]] = {}
    for item in assignment.items:
        own = [index for index, of in enumerate(submission.items_of_cells) if of == item.id]
        others = any(of not in (None, item.id) for of in submission.items_of_cells[own[-1] :]) if own else False
        if others and any(criterion.check == "passes" for criterion in item.criteria):
            found.setdefault(own[-1], []).append({"probe": "keep", "item": item.id})
    return found


def copies(submission: Submission, assignment: Assignment) -> frozenset[int]:
    """Indices of the notebook's cells that hold what students see of a test; that test is asked at the end too."""
    tests = {_bare(without_hidden(one.code)) for item in assignment.items for one in item.criteria if one.code}
    cells = (submission.notebook or {}).get("cells", [])
    return frozenset(
        index
        for index, cell in enumerate(cells)
        if cell["cell_type"] == "code" and _bare(cell["source"]) in tests - {""}
    )


def _bare(code: str) -> str:
    return "\n".join(line.rstrip() for line in code.removesuffix(_CUT).strip().splitlines())


def python_of(cell: str) -> str:
    """The Python that IPython makes of a cell, with its magics as calls; what is no Python stays so."""
    with contextlib.suppress(SyntaxError, ValueError, RecursionError):
        ast.parse(cell)
        return cell
    from IPython.core.inputtransformer2 import TransformerManager  # heavy; hardly a test needs it

    with contextlib.suppress(SyntaxError, ValueError, RecursionError):
        return str(TransformerManager().transform_cell(cell))  # type: ignore[no-untyped-call]
    return cell


def ended(request: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    """The answer, if it holds what only who was asked this very question can have written after the last statement."""
    found = answer.get("found")
    if not isinstance(found, dict):
        return answer
    plain = {key: value for key, value in found.items() if key not in ("token", "ended")}
    return {"found": plain | {"ended": found.get("token") == request["token"]}}


_FAILED = say("테스트를 통과하지 못했습니다.", "the test did not pass")
_HIDDEN = say("공개하지 않은 테스트를 통과하지 못했습니다.", "a hidden test did not pass")
_AT = say("{0}번째 줄 `{1}`", "line {0}, `{1}`")
_LATER = say(
    "{0}번 셀에서는 통과했지만 노트북 끝에서는 통과하지 못해 사람이 확인합니다. 여기에 쓰이는 것이 뒤에 바뀌었습니다.",
    "a person will look: it passed in cell {0}, but not at the notebook's end, as something that it uses changed since",
)
_LATER_REVIEW = say(
    "테스트 `{0}`은(는) {1}번 셀에서는 통과했지만 노트북 끝에서는 통과하지 못했습니다. 그 사이에 바뀐 것이 있습니다.",
    "the test `{0}` passed in cell {1}, but not at the notebook's end: something that it uses was changed in between",
)
_SHARE = say("테스트가 {1}점 가운데 {0}점을 주었습니다.", "the test gave {0} of {1} points")
_ENDED = say("테스트를 하다가 커널이 멈췄습니다: {0}", "the kernel died in the test: {0}")
_ENDED_REVIEW = say(
    "테스트 `{0}`을(를) 하다가 커널이 밖에서 종료됐거나 스스로를 종료했습니다({1}). 다시 실행해 보세요.",
    "in the test `{0}` the kernel was killed from outside, or killed itself ({1}); run it again",
)
_LEFT = say(
    "앞의 테스트들이 커널을 멈춰 확인하지 못했습니다. 사람이 확인합니다.",
    "not reached, as tests before it ended the kernel; a person will look",
)
_LEFT_REVIEW = say(
    "앞의 테스트들이 커널을 거듭 멈춰 `{0}`을(를) 묻지 못했습니다.",
    "`{0}` was not asked, as tests before it ended the kernel again and again",
)
_NO_POINTS = say("테스트의 결과를 사람이 확인합니다.", "a person will look at what the test gave")
_NO_POINTS_REVIEW = say(
    "테스트 `{0}`의 마지막 값 {1}은(는) 0점에서 {2}점 사이가 아닙니다.",
    "the last value of the test `{0}`, {1}, is not from 0 to {2} points",
)
_REPLACED = say("{0}을(를) 바꿔 놓아 사람이 확인합니다.", "a person will look, as the notebook replaced {0}")
_REPLACED_REVIEW = say(
    "테스트 `{0}`을(를) 통과했지만 노트북이 거기에 쓰이는 {1}을(를) 바꿔 놓았습니다.",
    "the test `{0}` passed, but the notebook replaced {1}, which it uses",
)
