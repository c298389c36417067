"""What results.json says to students besides the feedback."""

from __future__ import annotations

from grader.model import Language
from grader.model.nouns import texts


def word(name: str, language: Language, *values: object) -> str:
    """A phrase of this module's. Raises KeyError for an unknown name."""
    return _WORDS[name].in_language(language).format(*values)


_WORDS = texts(
    not_graded=("아직 채점되지 않음", "Not graded yet"),
    not_graded_said=(
        "이 제출은 아직 채점되지 않았습니다. 0점이라는 뜻이 아닙니다. 채점이 끝나지 않았거나 채점기 쪽에 문제가 생겼고,"
        " 담당자가 확인합니다. 다시 제출하지 않아도 됩니다.",
        "This submission is not graded yet. That is not zero points: grading has not ended, or the grader failed, and"
        " the course's staff will look. There is no need to hand in again.",
    ),
    for_staff=(
        "학생에게는 점수가 보이지 않습니다. 원인은 표준 출력에 있습니다. 고친 뒤 다시 채점하세요.",
        "Students see no score. The cause stands in the standard output; mend it and run the autograder again.",
    ),
    limit_per_day=(
        "24시간 안에 {0}번까지 채점합니다. 이 제출은 채점하지 않았고, 아래는 마지막으로 채점된 제출의 결과입니다.",
        "{0} submissions are graded within 24 hours. This one was not graded;"
        " below are the results of the last one that was.",
    ),
    limit=(
        "모두 {0}번까지 채점합니다. 이 제출은 채점하지 않았고, 아래는 마지막으로 채점된 제출의 결과입니다.",
        "{0} submissions are graded in all. This one was not graded; below are the results of the last one that was.",
    ),
    limit_alone=(
        "채점 횟수를 모두 썼습니다. 이 제출은 채점하지 않았습니다.",
        "No submissions are left: this one was not graded.",
    ),
    uncounted=(
        "이 제출은 읽을 수 없어 채점 횟수에 들어가지 않습니다. 고쳐서 다시 제출하세요.",
        "This submission cannot be read and does not count against the limit: mend it and hand in again.",
    ),
    left=("{1}번 가운데 {0}번째 채점", "graded submission {0} of {1}"),
    left_per_day=("24시간에 {1}번 가운데 {0}번째 채점", "graded submission {0} of {1} within 24 hours"),
    late=("마감 뒤에 제출했습니다.", "Handed in after the due date."),
)
