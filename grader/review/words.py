"""What the review page says, in the two languages of the course."""

from __future__ import annotations

from grader.errors import GraderError
from grader.model import Language, Text
from grader.model.nouns import texts


class Told(GraderError):
    """A sentence to the TA, in the language of the page."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


def word(name: str, language: Language, **values: object) -> str:
    """The phrase with `values` put in. Raises KeyError for an unknown name."""
    return WORDS[name].in_language(language).format(**values)


def told(name: str, **values: object) -> Text:
    """The phrase in both languages; a value that is a Text is put in each in its own."""
    ko, en = ({key: _in(value, language) for key, value in values.items()} for language in ("ko", "en"))
    return Text(ko=WORDS[name].ko.format(**ko), en=WORDS[name].en.format(**en))


def _in(value: object, language: str) -> object:
    return value.in_language("ko" if language == "ko" else "en") if isinstance(value, Text) else value


WORDS = texts(
    # the frame
    review=("검토", "Review"),
    queue=("대기열", "Queue"),
    second=("두 번째 채점자", "Second marker"),
    keys=("단축키", "Keys"),
    left=("남은 답 {n}개", "{n} left"),
    of_all=("전체 {n}개", "of {n}"),
    as_author=("채점자 {author}", "as {author}"),
    dark=("어둡게", "Dark"),
    light=("밝게", "Light"),
    undo=("되돌리기", "Undo"),
    close=("닫기", "Close"),
    # the queue
    item=("항목", "Item"),
    all_items=("모든 항목", "All items"),
    student=("학생", "Student"),
    flag=("특이 사항", "Flag"),
    any_flag=("모두", "Any"),
    show=("상태", "Show"),
    waiting=("기다리는 것", "Waiting"),
    decided=("결정한 것", "Decided"),
    all=("모두", "All"),
    apply=("적용", "Apply"),
    nothing=("기다리는 것이 없습니다.", "Nothing is waiting."),
    nothing_here=("여기에 맞는 답이 없습니다.", "Nothing fits these filters."),
    alike=("비슷한 답 {n}개", "{n} alike"),
    start=("읽기 시작", "Start reading"),
    approve_n=("제안 {n}개 보고 승인", "Look at {n} suggestions"),
    approve_shown=("보이는 제안 {n}개 승인…", "Approve the {n} suggestions shown…"),
    open=("미정", "open"),
    repairs=("살펴볼 것", "To be looked at"),
    late=("지각", "Lateness"),
    late_waits=("지각으로 뺄 점수를 사람이 정해야 합니다.", "A person has to say what is taken for lateness."),
    taken=("뺄 점수", "points taken"),
    adrift=("채점 기준에 없는 항목에 대한 결정", "Decisions on items that the rubric no longer has"),
    flag_suggested=("제안 있음", "suggested"),
    flag_unsuggested=("제안 없음", "no suggestion"),
    flag_doubtful=("의심스러운 답", "doubtful words"),
    flag_document=("스캔·문서", "scan or document"),
    flag_run=("실행 문제", "trouble running"),
    flag_fault=("채점기 문제", "our fault"),
    flag_moved=("다시 결정", "decide again"),
    flag_late=("지각", "late"),
    flag_repairs=("의심스러운 고침", "doubtful repair"),
    # one answer
    back=("대기열로", "Back to the queue"),
    place_in_view=("{n} / {all}", "{n} of {all}"),
    previous=("이전", "Previous"),
    next=("다음", "Next"),
    answer=("답", "Answer"),
    no_answer=("이 항목에서 읽은 글이 없습니다.", "No written answer was found for this item."),
    cut=("앞의 {n}자만 보입니다.", "Only the first {n} characters are shown."),
    near=("비슷하지만 모자란 말", "Near misses"),
    near_one=("“{words}” 빠진 것: {missing}", "“{words}” lacks {missing}"),
    near_far=("“{words}” 뜻은 가깝지만 떨어져 있음", "“{words}” has the words, but apart"),
    model_answer=("모범 답안", "Model answer"),
    no_model_answer=(
        "채점 기준에 모범 답안이 없거나, 이 컴퓨터에서 찾을 수 없습니다.",
        "The rubric has no model answer, or it is not on this machine.",
    ),
    figures=("그림", "Figures"),
    executed=("실행된 노트북", "Notebook as it ran"),
    open_alone=("새 탭에서 열기", "Open in a tab of its own"),
    no_executed=("실행된 노트북이 없습니다.", "There is no executed notebook."),
    feedback_page=("학생의 피드백 페이지", "The student's page"),
    documents=("함께 제출한 문서", "Documents handed in"),
    open_document=("열기", "open"),
    whole=("항목 전체", "Item as a whole"),
    machine_gave=("자동 {n}점", "machine {n}"),
    machine_open=("자동 미정", "machine: open"),
    suggests=("제안 {n}점", "suggests {n}"),
    no_suggestion=("제안 없음", "no suggestion"),
    decided_by=("{author}: {n}점, {reason}", "{author}: {n}, {reason}"),
    take_back=("철회", "take back"),
    bonus=("추가", "bonus"),
    claims=("인정하는 주장", "What earns it"),
    reason=("이유 (학생이 읽습니다)", "Reason (the student reads it)"),
    save=("저장", "Save"),
    accept_all=("제안 모두 승인", "Accept all suggestions"),
    same_words=("같은 답 {n}개에도 똑같이", "the same for {n} identical answers"),
    same_apart=(
        "같은 답이지만 달리 결정되어 그대로 두는 학생: {names}",
        "the same words, but decided otherwise, so left as they are: {names}",
    ),
    left_out=(
        "같은 답에 적용하지 않은 학생: {names} (달리 결정되었거나 글만으로 정할 수 없음)",
        "Not for {names}: decided otherwise there, or words alone do not decide it.",
    ),
    nobody_waits=("이 답은 더 결정할 것이 없습니다.", "Nothing is left to decide here."),
    skipped=("다른 기준을 기다려 채점하지 않은 기준", "Not judged for want of another criterion"),
    looked_at=("확인했고 점수는 그대로 둡니다", "I looked; the grades stand"),
    repairs_help=(
        "확실하지 않게 고친 곳이 점수를 바꾸었는지 노트북을 보세요. 확인하기 전에는 보고서가 미확정입니다.",
        "Look in the notebook whether a doubtful repair changed the grades. Until then the report is provisional.",
    ),
    # bulk
    bulk=("제안 승인", "Approve suggestions"),
    bulk_help=(
        "표시한 답에만, 보이는 제안대로 점수를 줍니다. 제안이 없는 기준은 그대로 미정입니다.",
        "Each answer that is ticked gets the points shown. Criteria without a suggestion stay open.",
    ),
    bulk_approve=("표시한 답 승인", "Approve what is ticked"),
    bulk_none=("승인할 제안이 없습니다.", "There is no suggestion to approve."),
    likeness=("비슷함 {n}%", "{n}% alike"),
    # second marker
    second_help=(
        "다른 사람이 결정한 답 가운데 무작위로 뽑은 {n}개입니다. 첫 점수는 보이지 않고, 여기서 준 점수는 성적을"
        " 바꾸지 않습니다.",
        "{n} answers drawn at random from those that another person decided. First points are hidden; what you give"
        " changes no grade.",
    ),
    share=("표본 {n}%", "sample {n} %"),
    second_none=(
        "두 번째로 채점할 답이 없습니다. 다른 사람이 결정한 답이 있어야 합니다 (--author).",
        "Nothing to mark a second time: it takes decisions of another person (--author).",
    ),
    second_done=("표본을 모두 채점했습니다.", "The sample is marked."),
    second_left=("표본에서 남은 답 {n}개", "{n} of the sample left"),
    second_given=("두 번째 점수를 적었습니다: {student} {item}", "Second mark written: {student} {item}"),
    agreement=("채점자 간 일치", "Agreement"),
    kappa=("κ (2차 가중)", "κ, quadratic weights"),
    kappa_help=(
        "코헨의 κ, 점수 차의 제곱으로 가중. 기준마다 만점에 대한 비율로 견줍니다.",
        "Cohen's kappa, weighted by the squared distance of points, as shares of each criterion's full points.",
    ),
    kappa_none=("모두 같은 점수라 κ를 셈할 수 없습니다.", "κ is not defined where all points are alike."),
    pairs=("쌍", "pairs"),
    exact=("같은 점수", "equal"),
    disagreements=("다르게 본 답", "Disagreements"),
    first_points=("첫 번째", "first"),
    second_points=("두 번째", "second"),
    no_agreement=("아직 두 번째 점수가 없습니다.", "There are no second marks yet."),
    # what happened
    saved=("{student} {item}: {points}", "{student} {item}: {points}"),
    saved_same=(
        "{student}와(과) 같은 답 {n}명 {item}: {points}",
        "{student} and {n} with the same words, {item}: {points}",
    ),
    saved_bulk=("{n}명의 제안을 승인했습니다.", "Suggestions of {n} students approved."),
    undone=("되돌렸습니다: {step}", "Taken back: {step}"),
    step=("{who} {item} {points}", "{who} {item} {points}"),
    n_students=("{n}명", "{n} students"),
    nothing_to_undo=("되돌릴 결정이 없습니다.", "There is nothing to undo."),
    other_step=(
        "되돌리지 않았습니다: 이 페이지에 보인 것은 마지막 결정이 아닙니다. 아래 단추에 있는 것이 마지막입니다.",
        "Not taken back: what this page showed is not the last decision. The button names the one that is.",
    ),
    looked=("{student}: 고친 곳을 확인했습니다.", "{student}: repairs looked at"),
    moved=(
        "저장하지 않았습니다: 그사이 {author}이(가) {student} {place}에 {points}점을 주었습니다 ({reason})."
        " 다시 보고 결정하세요.",
        "Not saved: {author} decided on {student} {place} in between: {points} points ({reason})."
        " Look again and decide.",
    ),
    moved_ground=(
        "저장하지 않았습니다: 그사이 {student} {item}의 채점이 바뀌었습니다. 다시 보고 결정하세요.",
        "Not saved: {student} {item} was graded anew in between. Look again and decide.",
    ),
    held=(
        "저장하지 않았습니다: 다른 프로그램이 성적부를 잡고 있습니다. 다시 Enter를 누르세요.",
        "Not saved: another program holds the gradebook. Press Enter again.",
    ),
    not_for=("저장하지 않은 학생: {names}", "Not saved for {names}."),
    not_undone=(
        "{student} {place}: 그 뒤에 다른 결정이 있어 되돌리지 않았습니다.",
        "{student} {place}: another decision came after it, so it was not taken back.",
    ),
    not_points=("{given}: 0에서 {full} 사이의 점수를 적으세요.", "{given}: type points from 0 to {full}."),
    long_reason=(
        "이유가 {given}자입니다: {n}자까지 쓸 수 있습니다. 저장하지 않았습니다.",
        "Not saved: the reason has {given} characters, and {n} are the most.",
    ),
    no_points=("점수를 적으세요.", "Type points first."),
    typed=(
        "적은 점수를 아직 저장하지 않았습니다. Enter: 저장, 같은 것을 한 번 더: 버리고 나가기",
        "Points are typed and not saved. Enter saves them; the same once more leaves without them.",
    ),
    choose=(
        "여기는 모두 결정되어 있습니다. 고치려면 ↑ ↓나 마우스로 기준을 먼저 고르세요.",
        "All is decided here. To change something choose the criterion first, with ↑ ↓ or the mouse.",
    ),
    unsuggested_here=("여기에는 승인할 제안이 없습니다.", "There is no suggestion to accept here."),
    scheme=("채점 방법", "How to mark it"),
    # reasons that students read
    read=("사람이 읽고 채점했습니다", "read by a person"),
    reason_said=("다른 말로 썼지만 맞습니다", "said in other words, and right"),
    reason_half=("일부만 맞습니다", "partly right"),
    reason_missing=("답에 이 내용이 없습니다", "the answer does not say this"),
    reason_wrong=("반대로 썼습니다", "the opposite is true"),
    taken_back=("되돌림", "taken back"),
    # keys
    key_points=("점수 적기 (2.5처럼)", "type points, such as 2.5"),
    key_enter=(
        "저장하고 다음 기준으로; 비어 있으면 제안을 승인",
        "save, go to the next criterion; empty: accept the suggestion",
    ),
    key_a=("이 기준의 제안 승인", "accept this criterion's suggestion"),
    key_all=("이 답의 제안 모두 승인", "accept all suggestions of this answer"),
    key_next=("다음 답", "next answer"),
    key_previous=("이전 답", "previous answer"),
    key_rows=("위아래 기준으로", "criterion above, below"),
    key_undo=("마지막 결정 되돌리기", "undo the last decision"),
    key_same=("같은 답에도 적용할지 바꾸기", "for identical answers too, or not"),
    key_reason=("이유 고치기 (Esc: 점수로)", "change the reason (Esc: back to points)"),
    key_model=("모범 답안", "model answer"),
    key_executed=("실행된 노트북", "notebook as it ran"),
    key_bulk=("비슷한 답의 제안을 함께 승인", "approve suggestions of alike answers"),
    key_queue=("대기열", "queue"),
    key_help=("이 목록", "this list"),
)
REASONS = ("read", "reason_said", "reason_half", "reason_missing", "reason_wrong")
