"""What a judge sees and what it decides. Judges return `passed` or `partial`, or raise Unmet or Unsure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from grader.checks import claims
from grader.checks.missing import Notebook, define
from grader.checks.tampering import suspicious_lines
from grader.model import Answer, Assignment, CellError, Criterion, Execution, Item, Outcome, Span, Submission, Text


@dataclass(frozen=True)
class Decision:
    """`share` of the points, 0 to 1, or None where a person has to decide (then `review` says why)."""

    outcome: Outcome
    share: float | None
    feedback: Text | None = None
    review: Text | None = None
    evidence: dict[str, Any] = field(default_factory=dict)
    spans: tuple[Span, ...] = ()
    notes: tuple[Text, ...] = ()


def say(ko: str, en: str) -> Text:
    """A sentence in both languages, with places `{0}`, `{1}`, ... for values."""
    return Text(ko=ko, en=en)


def joined(*texts: Text) -> Text:
    """Sentences one after the other."""
    return Text(ko=" ".join(text.ko for text in texts), en="; ".join(text.en for text in texts))


def passed(spans: tuple[Span, ...] = (), notes: tuple[Text, ...] = (), **evidence: Any) -> Decision:
    return Decision("passed", 1.0, spans=spans, notes=notes, evidence=evidence)


def partial(share: float, feedback: Text, **evidence: Any) -> Decision:
    return Decision("partial", share, feedback, evidence=evidence)


class Unmet(Exception):
    """The criterion is not met; the text is what the student reads."""

    def __init__(self, feedback: Text, **evidence: Any) -> None:
        super().__init__(feedback.en)
        self.decision = Decision("failed", 0.0, feedback, evidence=evidence)


class Unsure(Exception):
    """Nobody can tell from the evidence; `review` says to the TA why."""

    def __init__(self, feedback: Text, review: Text, outcome: Outcome = "partial", **evidence: Any) -> None:
        super().__init__(review.en)
        self.decision = Decision(outcome, None, feedback, review, evidence=evidence)


_TYPE = Text(ko="`{0}`의 형식이 {1}입니다. ", en="`{0}` is a {1}: ")
_RAISED = Text(ko="`{0}`을(를) 써 보니 오류가 났습니다: {1}", en="using `{0}` raised {1}")
_UNUSABLE = Text(ko="`{0}`을(를) 쓸 수 없습니다: {1}", en="`{0}` cannot be used: {1}")
_SLOW = Text(ko="`{0}`이(가) 제시간에 끝나지 않았습니다: {1}", en="`{0}` did not finish in time: {1}")
_DEAD = Text(
    ko="`{0}`을(를) 확인하기 전에 커널이 멈췄습니다. {1}",
    en="the kernel had stopped before `{0}` could be looked at: {1}",
)


_FAULTS = {"wrong_type": _TYPE, "raised": _RAISED, "unusable": _UNUSABLE, "too_slow": _SLOW}
NOT_ASKED = "not_asked"  # in place of an answer, where a rubric came to ask after the notebook had run
_NOT_ASKED = Text(
    ko="노트북을 실행할 때는 `{0}`을(를) 묻지 않았습니다. 다시 실행해서 확인합니다.",
    en="the notebook was not asked about `{0}` when it ran; it will be run again",
)
_NOT_ASKED_REVIEW = Text(
    ko="실행한 뒤에 채점 기준이 `{0}`({1})을(를) 묻게 되었습니다. `grader grade`로 다시 실행해 주세요.",
    en="the rubric asks about `{0}` ({1}) since after the notebook ran: run it again with `grader grade`",
)
_NOT_READ = Text(
    ko="`{0}`에 대한 커널의 답을 읽을 수 없어 사람이 확인합니다.",
    en="the kernel's answer about `{0}` cannot be read; a person will look",
)
_NOT_READ_REVIEW = Text(
    ko="`{0}`에 대한 커널의 답을 읽을 수 없습니다({1}). 노트북이 Python이나 라이브러리를 바꿔 놓았는지 보세요: {2}",
    en="the kernel's answer about `{0}` cannot be read ({1});"
    " look whether the notebook replaced parts of Python or a library: {2}",
)
_REPLACED = Text(ko=" 노트북이 바꿔 놓은 것이 있습니다: {0}", en=" (the notebook replaced {0})")
_NOT_NAMED = Text(ko="{0}을(를) 찾지 못해 사람이 확인합니다.", en="not found: {1}; a person will look")
_NOT_NAMED_REVIEW = Text(
    ko="{0}이(가) 없습니다. 노트북의 다른 것이 그것인지 보세요: {2}",
    en="not found: {1}; look whether it is meant by something else in the notebook: {3}",
)
_MOST_NAMED = 4


@dataclass(frozen=True)
class Evidence:
    """All that a judge may look at, for one criterion of one submission."""

    submission: Submission
    execution: Execution
    assignment: Assignment
    item: Item
    criterion: Criterion
    worked_out: dict[str, Any] = field(default_factory=dict)  # what judges of the item's criteria leave to each other

    def claim(self, probe: str, name: str, called: str = "") -> dict[str, Any]:
        """What the kernel answered about `name`, of the form that claims.py gives. Raises Unmet or Unsure otherwise,
        with `called` for the name."""
        reply = self.execution.evidence.get(f"{probe}:{name}")
        name = called or name
        if reply is None:
            raise self._unanswered(name)
        reply = reply if isinstance(reply, dict) else {}
        if isinstance(reply.get("found"), dict):
            try:
                return claims.read(probe, reply["found"])
            except claims.Malformed as error:
                raise self._unreadable(name, str(error)) from None
        kind, message = str(reply.get("fault"))[:50], claims.words(reply.get("message", ""))
        if kind == "missing":
            raise self._missing(probe, name)
        if kind == NOT_ASKED:
            raise Unsure(_NOT_ASKED.filled(name), _NOT_ASKED_REVIEW.filled(name, probe))
        if kind in _FAULTS:
            unmet = Unmet(_fault(probe, name, kind, message))
            raise unmet if kind == "wrong_type" else self.blaming(unmet)
        raise self._unreadable(name, message)

    def found(self, name: str) -> dict[str, Any] | None:
        """What was decided about the model, or the prediction function, that the rubric calls `name`; None where the
        notebook follows the rubric's names."""
        evidence = self.execution.evidence
        decided = evidence.get(f"found:{name}")
        if decided is None:
            named = (told for key, told in evidence.items() if key.startswith("found:") and isinstance(told, dict))
            decided = next((told for told in named if name == told.get("predict")), None)
        return decided if isinstance(decided, dict) else None

    def in_own_words(self, sentence: str) -> str:
        """The sentence with the notebook's own names, where it uses others than the rubric's."""
        for key, told in self.execution.evidence.items():
            role = key.removeprefix("found:")
            if key.startswith("found:") and role and isinstance(told, dict):
                sentence = _renamed(sentence, role, told.get("path"))
                sentence = _renamed(sentence, str(told.get("asked_losses")), told.get("losses"))
        return sentence

    def evaluated(self, name: str) -> list[dict[str, Any]]:
        """How well the model, or the prediction function, that the rubric calls `name` did when the notebook evaluated
        it. A model of the rubric's own name is asked about only where its weights were changed afterwards."""
        told = self.found(name) or self.execution.evidence.get(f"earlier:{name}")
        evaluated = told.get("evaluated", []) if isinstance(told, dict) else []
        return [one for one in evaluated if isinstance(one, dict)]

    def called(self, name: str) -> Text:
        """What to call the thing that the rubric calls `name`, to a student who calls nothing so."""
        return Notebook(self.assignment, self.execution.evidence).called(name)

    def unexplained(self) -> Text | None:
        """What in the notebook may be this item's model, though none was taken for it."""
        notebook = Notebook(self.assignment, self.execution.evidence)
        found = (
            notebook.unexplained(name, self._others_items(), bonus=self.criterion.bonus) for name in self._models()
        )
        return next((others for others in found if others), None)

    def _missing(self, probe: str, name: str) -> Exception:
        notebook = Notebook(self.assignment, self.execution.evidence)
        others = notebook.unexplained(name, self._others_items(), bonus=self.criterion.bonus)
        if others is None:
            return Unmet(notebook.sentence(probe, name))
        called = notebook.called(name)
        review = _NOT_NAMED_REVIEW.filled(called.ko, called.en, others.ko, others.en)
        return Unsure(_NOT_NAMED.filled(called.ko, called.en), review, "failed")

    def _others_items(self) -> frozenset[str]:
        """Items whose trainings are not this item's: all others, where this one has a heading of its own."""
        if self.item.id not in self.submission.headed:
            return frozenset()
        return frozenset(self.assignment.item_ids) - {self.item.id}

    def replaced(self) -> str:
        """What the notebook replaced of Python and its libraries, as the kernel saw it; or as its source looks."""
        reply = self.execution.evidence.get("observed:")
        lines = suspicious_lines(self.cells)
        try:
            found = reply.get("found") if isinstance(reply, dict) else None
            names = claims.read("observed", found).get("replaced", [])
        except claims.Malformed:
            return "; ".join(lines)
        return "; ".join([", ".join(names[:_MOST_NAMED]), *lines]) if names else ""

    def blaming(self, unmet: Unmet) -> Unmet:
        """The same, naming what the notebook replaced: that is where a student should look first."""
        told = unmet.decision
        if not told.feedback or not (names := self.replaced()):
            return unmet
        added = _REPLACED.filled(names)
        return Unmet(Text(ko=told.feedback.ko + added.ko, en=told.feedback.en + added.en), **told.evidence)

    @property
    def answer(self) -> Answer:
        return self.submission.answers.get(self.item.id, Answer(text=""))

    @property
    def cells(self) -> list[dict[str, Any]]:
        """The executed notebook's cells."""
        return list((self.execution.notebook or {}).get("cells", []))

    def own_cells(self) -> list[int]:
        """Indices of this item's cells; where the notebook does not name the item, of those in which its model was
        trained and of cells that belong to no item; of all cells if the notebook names no item anywhere."""
        items = self.submission.items_of_cells
        if not any(items):
            return [] if self._only_others_found() else list(range(len(items)))
        own = [index for index, item in enumerate(items) if item == self.item.id]
        if own:
            return own
        trained = {number - 1 for name in self._models() for number in (self.found(name) or {}).get("cells", [])}
        return sorted(trained | {index for index, item in enumerate(items) if item is None}) if trained else []

    def _only_others_found(self) -> bool:
        """Whether models of other items were found in a notebook of other names, and none of this item's."""
        evidence, own = self.execution.evidence, self._models()
        others = any(key.startswith("found:") and key != "found:" for key in evidence)
        replies = [evidence.get(f"module:{name}") for name in own]
        missing = all(isinstance(reply, dict) and reply.get("fault") == "missing" for reply in replies)
        return bool(own) and others and missing

    def _models(self) -> list[str]:
        return [str(c.params["model"]) for c in self.item.criteria if "model" in c.params]

    def errors_in(self, indices: list[int]) -> list[CellError]:
        return [error for error in self.execution.errors if error.cell is not None and error.cell - 1 in indices]

    def stopped_from_outside(self) -> CellError | None:
        """The kernel's death by SIGKILL or SIGTERM that this grader did not send: nobody knows whose doing."""
        for error in self.execution.errors:
            if error.name == "KernelDied" and error.message.endswith(("signal 9", "signal 15")):
                return error
        return None

    def _unreadable(self, name: str, message: str) -> Unsure:
        names = ", ".join(suspicious_lines(self.cells)) or "-"
        return Unsure(_NOT_READ.filled(name or "figures"), _NOT_READ_REVIEW.filled(name or "figures", message, names))

    def _unanswered(self, name: str) -> Exception:
        cause = "; ".join(_sentence(error) for error in self.execution.errors[-1:]) or self.execution.status
        feedback = _DEAD.filled(name or "figures", cause)
        if self.stopped_from_outside():
            review = Text(
                ko=f"커널이 밖에서 종료됐거나 스스로를 종료했습니다. 다시 실행해 보세요. {cause}",
                en=f"the kernel was killed from outside, or killed itself; run it again: {cause}",
            )
            return Unsure(feedback, review, "failed")
        return self.blaming(Unmet(feedback))


def _renamed(sentence: str, name: str, own: Any) -> str:
    plain = claims.words(own).replace("`", "'").strip() if own else ""
    return sentence.replace(f"`{name}`", f"`{plain}`") if plain else sentence


def _sentence(error: CellError) -> str:
    return f"cell {error.cell}: {error.message}" if error.cell else error.message


def _fault(probe: str, name: str, kind: str, message: str) -> Text:
    if kind == "wrong_type":
        start, wanted = _TYPE.filled(name, message), define(probe, name)
        return Text(ko=start.ko + wanted.ko, en=start.en + wanted.en)
    return _FAULTS[kind].filled(name, message)


def with_feedback(decision: Decision, feedback: Text | None) -> Decision:
    """The rubric's own words in place of the check's, where it has some and the outcome is not passed."""
    if feedback is None or decision.outcome == "passed":
        return decision
    return replace(decision, feedback=feedback)
