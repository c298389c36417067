"""Every word that our pages say, in the two languages of the course.

A criterion's own sentence comes from its finding, never from here; these are headings, states and units.
"""

from __future__ import annotations

from types import MappingProxyType

from grader.model import ExecutionStatus, Language, Text
from grader.model.nouns import texts


def label(name: str, language: Language, **values: object) -> str:
    """The phrase called ``name`` with ``values`` put in. Raises ``KeyError`` for an unknown name or a missing value."""
    return LABELS[name].in_language(language).format(**values)


def check_name(check: str, language: Language) -> str | None:
    """What people call a check, or None for one that this table does not know."""
    known = CHECKS.get(check)
    return known.in_language(language) if known else None


def evidence_name(key: str, language: Language) -> str:
    """What people call a key of a finding's evidence; an unknown key is read as words."""
    known = EVIDENCE.get(key)
    return known.in_language(language) if known else key.replace("_", " ")


def evidence_level(level: str, language: Language) -> str:
    """On which rows R² was worked out; a level that nobody knows is its own name."""
    known = LEVELS.get(level)
    return known.in_language(language) if known else level


def status_name(status: ExecutionStatus, language: Language) -> str:
    """Two or three words for the state of a run, for tables."""
    return STATUSES[status].in_language(language)


def status_sentence(status: ExecutionStatus, language: Language) -> str:
    """What the state of a run means to the student. Raises ``KeyError`` for ``ok``, which needs no words."""
    return SENTENCES[status].in_language(language)


LABELS = texts(
    # outcomes
    passed=("충족", "Met"),
    partial=("일부 충족", "Partly met"),
    failed=("아직 부족", "Not yet"),
    skipped=("건너뜀", "Skipped"),
    undecided=("검토 중", "Being reviewed"),
    # feedback: head
    feedback_for=("{student} · 피드백", "Feedback for {student}"),
    points=("{n}점", "{n} points"),
    of_max=("/ {max}점", "of {max} points"),
    so_far=("지금까지 {n}점", "{n} points so far"),
    of_max_so_far=("만점 {max}점", "out of {max} in all"),
    person_will_look=(
        "아직 정해지지 않은 점수가 있습니다. 사람이 살펴볼 항목:",
        "The total is not settled yet. A person will look at",
    ),
    open=("미정", "open"),
    open_total=("점수 미정", "Not decided yet"),
    at_least=("검토 중, {n}점 이상", "undecided, at least {n}"),
    item_points=("항목별 점수", "Points by item"),
    see_executed=("실행된 노트북 보기", "See the notebook as it ran"),
    late=("마감 뒤에 제출되었습니다.", "Handed in after the deadline."),
    submitted_at=("제출 {when}", "Handed in {when}"),
    run_heading=("노트북 실행", "Running your notebook"),
    error_in_cell=("{cell}번 셀", "Cell {cell}"),
    warnings_heading=("알아 두세요", "Please note"),
    repairs_heading=(
        "여기서 실행되도록 노트북에서 고친 곳",
        "What was changed so that your notebook could run here",
    ),
    repair_review=("사람이 확인합니다", "a person will look"),
    no_repairs=(
        "이 노트북은 아무것도 고치지 않고 실행했습니다.",
        "This notebook was run without any repair.",
    ),
    more_errors=("그 밖의 오류 {n}개", "and {n} more of these"),
    documents_heading=("함께 제출한 문서", "Documents handed in"),
    open_document=("문서 열기", "open the document"),
    # feedback: items
    outcome=("결과", "Outcome"),
    criterion=("기준", "Criterion"),
    points_column=("점수", "Points"),
    bonus=("추가 점수", "bonus"),
    bonus_note=(
        "추가 점수는 항목의 만점 안에서 더해집니다.",
        "Bonus points add to the item's points, up to its maximum.",
    ),
    point_of_answer=("요점 {n}", "Point {n}"),
    review_note=(
        "사람이 살펴봅니다. 검토 중인 기준의 점수는 그 뒤에 정해집니다.",
        "A person will look at this. Criteria being reviewed get their points then.",
    ),
    settled_note=(
        "검토 중인 기준이 있지만, 이 항목은 이미 만점입니다.",
        "One criterion is undecided, but the item has its full points without it.",
    ),
    seen=("확인한 것", "What was seen"),
    your_answer=("제출한 답", "Your answer"),
    answer_help=(
        "표시된 부분이 기준에 맞은 곳입니다.",
        "Marked words are what the criteria matched.",
    ),
    no_answer=("이 항목에서 읽은 글이 없습니다.", "No written answer was found for this item."),
    from_cell=("{cells}번 셀", "from cell {cells}"),
    from_cells=("셀 {cells}", "from cells {cells}"),
    your_plots=("제출한 그림", "Your plots"),
    plot_caption=("그림 {n} · {cell}번 셀", "Figure {n}, cell {cell}"),
    decided_by_person=("사람이 {n}점으로 결정했습니다. {why}", "A person decided on {n} points. {why}"),
    hidden_item=(
        "이 항목은 점수만 공개됩니다.",
        "Only the points of this item are shown.",
    ),
    kept_back=("비공개 기준({n}개)", "Hidden criteria ({n})"),
    kept_back_said=("점수만 공개됩니다.", "Only the points are shown."),
    graded_on=("채점 {when}", "Graded {when}"),
    version=("채점기 {version}", "grader {version}"),
    rubric=("채점 기준 {sha}", "rubric {sha}"),
    final=("확정", "final"),
    provisional=("미확정", "provisional"),
    # the class
    missing=("제출하지 않은 학생", "Handed in nothing"),
    strangers=("명단에 없는 제출", "Hand-ins that are not in the roster"),
    flag_late=("지각", "late"),
    class_results=("전체 결과", "Class results"),
    submissions=("제출", "Submissions"),
    count_final=("확정", "Final"),
    count_provisional=("미확정", "Provisional"),
    count_failed_runs=("실행 문제", "Trouble running"),
    not_run=("{n}개는 실행하지 못함", "{n} could not be run"),
    mean=("평균", "Mean"),
    median=("중앙값", "Median"),
    of_final=("확정된 점수 기준", "of final totals"),
    no_submissions=("아직 채점한 제출물이 없습니다.", "Nothing has been graded yet."),
    distribution=("점수 분포", "Distribution"),
    total=("총점", "Total"),
    undecided_beside=("미정 {n}", "{n} undecided"),
    bin_count=("{low}–{high}점: {n}명", "{low}–{high} points: {n}"),
    needs_person=("사람이 볼 것", "What needs a person"),
    nothing_waits=("기다리는 것이 없습니다.", "Nothing is waiting."),
    failed_runs=("끝까지 실행되지 않은 노트북", "Notebooks with trouble running"),
    students=("학생별 점수", "Students"),
    student=("학생", "Student"),
    students_n=("학생 {n}명", "{n} students"),
    status=("상태", "Status"),
    run=("실행", "Run"),
    flags=("표시", "Flags"),
    flag_warnings=("주의 {n}", "warnings {n}"),
    flag_repairs=("고침 {n}", "repairs {n}"),
    flag_no_repairs=("고치지 않음", "no repairs"),
    repairs=("고친 곳", "Repairs"),
    no_repairs_needed=("고친 곳이 없습니다.", "Nothing was repaired."),
    doubtful_repairs=("확실하지 않게 고친 곳", "Doubtful repairs"),
    which_hand_in=("어느 제출물이 반영되는지", "Which hand-in counts"),
    hand_in_unsure=("어느 제출물이 반영되는지 사람이 확인합니다.", "A person will look which hand-in counts."),
    flag_notes=("메모 {n}", "notes {n}"),
    seconds=("{n}초", "{n} s"),
    criteria=("기준별 결과", "Criteria"),
    met_by=("충족 {passed}/{n}", "met by {passed} of {n}"),
    notes=("TA를 위한 메모", "Notes for the TA"),
    no_notes=("메모가 없습니다.", "No notes."),
    many_criteria=("기준 {n}개", "{n} criteria"),
    similar=("비슷한 제출물", "Similar hand-ins"),
    # the executed notebook
    executed=("실행된 노트북", "Notebook as it ran"),
    cell=("셀 {n}", "Cell {n}"),
    plain_fallback=(
        "이 노트북은 평소처럼 보여 드릴 수 없어, 내용을 글자 그대로 보여 드립니다.",
        "This notebook could not be laid out as usual; its contents are shown as plain text.",
    ),
    no_notebook=("보여 드릴 노트북이 없습니다.", "There is no notebook to show."),
    scripts_removed=(
        "스크립트와 외부 이미지는 여기서 실행되거나 불려오지 않습니다.",
        "Scripts do not run here and pictures from elsewhere are not loaded.",
    ),
    errors_heading=("오류가 난 곳", "Where it stopped or failed"),
    # values
    yes=("예", "yes"),
    no=("아니요", "no"),
    none=("없음", "none"),
    more=("외 {n}개", "{n} more"),
    rows_left=(
        "학생이 많아 사람이 볼 학생부터 {shown}명만 보입니다. {n}명 모두:",
        "So many students that only {shown} are shown, those who need a person first. All {n}:",
    ),
)

LEVELS = MappingProxyType(
    {
        "held-out": Text(ko="처음 보는 행에서 계산", en="worked out on unseen rows"),
        "recomputed": Text(ko="노트북의 행에서 다시 계산", en="worked out on rows of the notebook's own"),
        "reported": Text(ko="노트북이 출력한 값", en="printed by the notebook"),
    }
)

STATUSES = texts(
    ok=("정상", "ok"),
    student_error=("오류 있음", "error in a cell"),
    timeout=("시간 초과", "out of time"),
    out_of_memory=("메모리 초과", "out of memory"),
    output_limit=("출력 초과", "too much output"),
    disk_limit=("디스크 초과", "disk full"),
    killed=("중단됨", "ended early"),
    unreadable=("읽을 수 없음", "unreadable"),
    infrastructure=("채점기 문제", "our fault"),
)

SENTENCES = texts(
    student_error=(
        "실행 도중 오류가 난 셀이 있습니다. 그 셀에서 정해지는 이름이 필요한 기준은 확인하지 못했을 수 있습니다.",
        "A cell raised an error. Criteria that need what that cell defines may be unmet for this reason alone.",
    ),
    timeout=(
        "정해진 시간 안에 끝나지 않아 실행을 멈추었습니다. 끝없는 반복문이나 지나친 학습 횟수가 없는지 살펴보세요.",
        "The run was stopped because it took longer than allowed. Look for a loop without end or for too many epochs.",
    ),
    out_of_memory=(
        "허용된 메모리를 넘어 실행이 멈추었습니다.",
        "The run was stopped because it used more memory than allowed.",
    ),
    output_limit=(
        "출력이 허용된 양을 넘어 실행이 멈추었습니다. 반복문 안에서 출력하는 양을 줄여 보세요.",
        "The run was stopped because it printed more than allowed. Print less inside loops.",
    ),
    disk_limit=(
        "파일에 쓴 양이 허용된 디스크를 넘었습니다. 저장하는 파일의 크기와 수를 줄여 보세요.",
        "The notebook wrote more to the disk than allowed. Save fewer or smaller files.",
    ),
    killed=(
        "노트북이 끝나기 전에 커널이 종료되었습니다.",
        "The kernel ended before the notebook did.",
    ),
    unreadable=(
        "제출한 파일을 노트북으로 읽지 못해 실행하지 못했습니다.",
        "The file could not be read as a notebook, so nothing was run.",
    ),
    infrastructure=(
        "채점하는 쪽의 문제로 실행을 마치지 못했습니다. 학생의 잘못이 아니며, 이 때문에 점수를 잃지 않습니다.",
        "Running failed for a reason on our side. It is not your fault and costs you no points.",
    ),
)

CHECKS = texts(
    runs=("노트북이 실행됩니다", "The notebook runs"),
    unrepaired=("고치지 않아도 실행됩니다", "It runs without repairs"),
    uses_layers=("모델의 층 구성", "Layers of the model"),
    output_shape=("출력의 모양", "Shape of the output"),
    gradients_flow=("기울기가 모든 파라미터에 전달됩니다", "Gradients reach every parameter"),
    gradient_correct=("기울기의 값", "Values of the gradients"),
    loss_falls=("손실이 줄어듭니다", "The loss falls"),
    r2=("새 데이터에서의 R²", "R² on unseen rows"),
    reports=("RMSE와 R² 보고", "RMSE and R² are reported"),
    passes=("테스트", "A test"),
    manual=("사람이 채점", "Marked by a person"),
    plot_labelled=("손실 그래프와 축 이름", "Loss curve with labels"),
    compares_devices=("CPU와 GPU 시간 비교", "CPU and GPU times compared"),
    gradient_vanishes=("깊은 시그모이드의 기울기", "Gradients of a deep sigmoid network"),
    gradient_survives=("깊은 ReLU의 기울기", "Gradients of a deep ReLU network"),
    keeps_size=("합성곱이 크기를 유지합니다", "The convolution keeps the size"),
    halves_size=("풀링이 크기를 반으로 줄입니다", "Pooling halves the size"),
    any_input_size=("여러 크기의 입력", "Inputs of any size"),
    parameters_fixed=("입력 크기와 파라미터 수", "Parameters against input size"),
    shift_equivariant=("이동에 대한 등변성", "Response to a shift"),
)

EVIDENCE = texts(
    level=("R²의 근거", "R² is"),
    chosen=("고른 모델", "model"),
    why=("고른 까닭", "chosen because"),
    scale=("목표값의 척도", "scale of the target"),
    remarks=("덧붙임", "remarks"),
    r2=("R²", "R²"),
    rmse=("RMSE", "RMSE"),
    open=("미정", "open"),
    open_total=("점수 미정", "Not decided yet"),
    at_least=("목표", "goal"),
    above=("초과해야 함", "must exceed"),
    below=("미만이어야 함", "must stay below"),
    threshold=("기준값", "threshold"),
    ceiling=("최소제곱", "least squares"),
    explained_by_weights=("가중치로 설명되는 비율", "explained by the weights"),
    rows=("행 수", "rows"),
    cell=("셀", "cell"),
    cells=("셀", "cells"),
    losses=("기록한 손실", "losses recorded"),
    start=("처음", "start"),
    end=("끝", "end"),
    printed_r2=("출력한 R²", "printed R²"),
    printed_rmse=("출력한 RMSE", "printed RMSE"),
    figures=("그림", "figures"),
    title=("제목", "title"),
    xlabel=("x축 이름", "x label"),
    ylabel=("y축 이름", "y label"),
    layers=("층", "layers"),
    linear_layers=("Linear 층", "Linear layers"),
    bend=("비선형성", "bend"),
    steps_that_bend=("비선형 단계", "steps that bend"),
    gradient_norms=("기울기의 크기", "gradient norms"),
    not_moved=("변하지 않은 것", "not moved"),
    parameter=("파라미터", "parameter"),
    parameters=("파라미터 수", "parameters"),
    fully_connected=("FC 층이라면", "if fully connected"),
    dense=("FC 층이라면", "if fully connected"),
    differences=("차분", "differences"),
    compared=("비교한 값", "compared"),
    entries=("비교한 값", "values compared"),
    worst=("가장 큰 차이(허용 1)", "largest difference (1 is allowed)"),
    shares=("첫 층 / 마지막 층", "first layer / last layer"),
    norms=("크기", "norms"),
    not_finite=("유한하지 않은 값", "not finite"),
    size=("크기", "size"),
    sizes=("크기", "sizes"),
    given=("입력", "input"),
    got=("출력", "output"),
    output=("출력", "output"),
    outputs=("출력", "outputs"),
    convolution=("합성곱", "convolution"),
    convolutions_tried=("확인한 합성곱", "convolutions tried"),
    shifts=("이동", "shifts"),
    passage=("찾은 곳", "passage"),
    requires=("필요한 기준", "needs"),
    error=("오류", "error"),
    kinds=("고친 것의 종류", "kinds of repair"),
)
