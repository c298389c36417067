"""The nouns of the straight line: frozen, JSON in and out, ``None`` for unknown and never NaN.

``files -> Submission -> Execution -> Report``; an ``Assignment`` says what to ask of each.
Nothing here imports anything of ours but other nouns.
"""

from __future__ import annotations

from grader.model.assignment import Assignment as Assignment
from grader.model.assignment import Criterion as Criterion
from grader.model.assignment import DataFile as DataFile
from grader.model.assignment import Heldout as Heldout
from grader.model.assignment import Item as Item
from grader.model.assignment import KeptBack as KeptBack
from grader.model.assignment import Limits as Limits
from grader.model.assignment import Seed as Seed
from grader.model.assignment import StandIn as StandIn
from grader.model.assignment import Visibility as Visibility
from grader.model.beside import Look as Look
from grader.model.beside import SecondMark as SecondMark
from grader.model.concept import Claim as Claim
from grader.model.concept import Concept as Concept
from grader.model.concept import Term as Term
from grader.model.deadline import LATE as LATE
from grader.model.deadline import Charge as Charge
from grader.model.deadline import Deadline as Deadline
from grader.model.deadline import Lateness as Lateness
from grader.model.execution import CellError as CellError
from grader.model.execution import Execution as Execution
from grader.model.execution import ExecutionStatus as ExecutionStatus
from grader.model.execution import Repair as Repair
from grader.model.execution import Walls as Walls
from grader.model.nouns import Document as Document
from grader.model.nouns import Duration as Duration
from grader.model.nouns import Extension as Extension
from grader.model.nouns import Identity as Identity
from grader.model.nouns import Language as Language
from grader.model.nouns import Noun as Noun
from grader.model.nouns import Text as Text
from grader.model.override import Override as Override
from grader.model.report import ExecutionSummary as ExecutionSummary
from grader.model.report import Finding as Finding
from grader.model.report import Outcome as Outcome
from grader.model.report import Report as Report
from grader.model.report import Score as Score
from grader.model.report import Span as Span
from grader.model.submission import Answer as Answer
from grader.model.submission import Submission as Submission
