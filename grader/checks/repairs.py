"""What had to be repaired for a notebook to run, where a rubric prices it."""

from __future__ import annotations

from grader.checks.decision import Decision, Evidence, Unmet, Unsure, passed, say
from grader.repairs.ledger import NOT_REPAIRED, sentence


def unrepaired(evidence: Evidence, *, allow: list[str] | None = None) -> Decision:
    """No repair of another kind than those in `allow` was needed. Kinds that only name what is missing do not count."""
    execution = evidence.execution
    free = (*(allow or ()), *NOT_REPAIRED)
    counted = [repair for repair in execution.repairs if repair.kind not in free]
    if counted:
        first = counted[0]
        ko, en = sentence(first, "ko"), sentence(first, "en")
        feedback = say(f"{_NEEDED.ko.format(len(counted))} {ko}", f"{_NEEDED.en.format(len(counted))} {en}")
        raise Unmet(feedback, kinds=sorted({repair.kind for repair in counted}), cell=first.cell)
    if execution.repairing and execution.status == "killed":
        raise Unsure(_LOST, _LOST_REVIEW, "failed")
    return passed()


_NEEDED = say("실행하려면 고칠 곳이 {0}군데 있었습니다.", "{0} repair(s) were needed for it to run:")
_LOST = say("커널이 멈춰 고친 곳을 알 수 없습니다.", "the kernel died, so nobody can tell what was repaired")
_LOST_REVIEW = say("커널이 멈춰 수리 기록이 없습니다.", "the kernel died with its ledger of repairs")
