"""What happened in one kernel."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from grader.model.nouns import Noun

ExecutionStatus = Literal[
    "ok",
    "student_error",
    "timeout",
    "out_of_memory",
    "output_limit",
    "disk_limit",
    "killed",
    "unreadable",
    "infrastructure",
]
Walls = Literal["none", "reduced", "full"]


class CellError(Noun):
    """An exception, a deadline or a death, and the cell it happened in."""

    cell: int | None = Field(description="number in the notebook, from 1; None if in no cell")
    name: str
    message: str


class Repair(Noun):
    """What would have failed here through no fault of the work, and what was done instead."""

    kind: str = Field(description="one of grader/repairs/ledger.py's KINDS")
    cell: int | None = Field(description="number in the notebook, from 1; None if in no cell")
    what: str = Field(description="as the notebook has it: a path, a command, a name")
    instead: str = Field("", description="what stood in for it; empty if nothing did")
    review: bool = Field(False, description="whether a person should look at the choice")


class Execution(Noun):
    """What came out of one kernel. Everything in ``evidence`` is the student's claim."""

    status: ExecutionStatus
    submission_sha256: str = Field(description="of the notebook that ran; decides the order in which rows were asked")
    evidence: dict[str, Any] = Field(default_factory=dict, description="by probe and name, see grader/probes")
    errors: tuple[CellError, ...] = ()
    seconds: float = Field(0.0, ge=0, description="wall time, measured by the grader")
    cpu_seconds: float | None = Field(
        None, ge=0, description="processor time of the kernel and all that it started, measured by the grader"
    )
    phases: dict[str, float] = Field(
        default_factory=dict,
        description="wall seconds by part: `start_up` of the kernel, `waiting` for a core, `cells`, `questions`, `end`",
    )
    peak_memory_mb: float | None = None
    notebook: dict[str, Any] | None = Field(None, description="executed, nbformat 4 JSON")
    walls: Walls = "none"
    repairing: bool = Field(True, description="whether what can be repaired was")
    repairs: tuple[Repair, ...] = Field((), description="the kernel's claim, but for those of kind `order`")
    environment: dict[str, str] = Field(default_factory=dict, description="versions in the kernel")

    def besides(self, *others: Execution) -> Execution:
        """The same, with what other runs of the notebook took: they were needed to come to this one."""
        known = [one.cpu_seconds for one in (self, *others) if one.cpu_seconds is not None]
        parts = dict.fromkeys(part for one in (self, *others) for part in one.phases)
        phases = {part: round(sum(one.phases.get(part, 0.0) for one in (self, *others)), 3) for part in parts}
        return self.model_copy(update={"cpu_seconds": round(sum(known), 3) if known else None, "phases": phases})
