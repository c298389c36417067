"""The words of the lecturer's sections, in both languages."""

from __future__ import annotations

from grader.model import Language
from grader.model.nouns import texts


def phrase(name: str, language: Language, **values: object) -> str:
    """The phrase called `name` with `values` put in. Raises KeyError for an unknown name or a missing value."""
    return _WORDS[name].in_language(language).format(**values)


def kind_of_repair(kind: str, language: Language) -> str:
    """A few words for a kind of repair; a kind that nobody knows is its own name."""
    known = _KINDS.get(kind)
    return known.in_language(language) if known else kind


_WORDS = texts(
    contents=("차례", "Contents"),
    # criteria
    earned=("득점률", "Earned"),
    discrimination=("변별도", "Discrimination"),
    whole_item=("항목 전체", "Whole item"),
    how_to_read=(
        "득점률은 만점 가운데 평균으로 얻은 몫(난이도: 높을수록 쉬움), 변별도는 그 기준의 점수와 나머지 점수의 "
        "상관계수(점이연 상관, 그 기준을 뺀 총점)입니다. 0.3 이상이면 잘하는 학생과 그렇지 않은 학생을 잘 가르고, 0.2 "
        "아래면 문항이나 기준을 다시 볼 만하며, 음수면 잘한 학생이 오히려 놓친 것입니다(Ebel & Frisbie, Essentials of "
        "Educational Measurement, 1991). 거의 모두가 얻거나 놓친 기준에서는 낮게 나옵니다.",
        "Earned is the mean share of the full points (the difficulty: high is easy). Discrimination is the correlation "
        "between a criterion's points and the points of everything else (point-biserial, the criterion itself taken "
        "out). From 0.3 on it tells strong students from weak ones well; below 0.2 the question or the criterion "
        "deserves a look; below zero the stronger students are the ones who miss it (Ebel & Frisbie, Essentials of "
        "Educational Measurement, 1991). It is low where nearly everybody or nobody earns the points.",
    ),
    of_decided=(
        "두 값은 채점이 확정된 {n}명({all}명 중)으로 계산했습니다.",
        "Both are worked out over the {n} of {all} reports that are final.",
    ),
    rather_better=(
        "아직 사람을 기다리는 답은 대개 무언가 빠진 답이므로, 지금 값은 실제보다 좋아 보일 수 있습니다.",
        "Reports that still wait for a person are mostly those that lack something, so these figures may flatter.",
    ),
    too_few=(
        "변별도는 확정된 학생이 {fewest}명은 되어야 계산합니다(–).",
        "A correlation of fewer than {fewest} says nothing and is left out (–).",
    ),
    rough=(
        "30명이 안 되면 변별도는 ±0.3쯤 흔들립니다.",
        "With fewer than 30 a correlation may be off by 0.3 either way.",
    ),
    look_at=("다시 볼 기준", "Worth a look"),
    look_at_n=("다시 볼 기준 {n}개", "criteria worth a look: {n}"),
    missing_most=("가장 자주 빠진 생각: {item}", "missing most: {item}"),
    flag_nobody=("아무도 얻지 못함", "nobody earned it"),
    flag_everybody=("모두 얻음", "everybody earned it"),
    flag_negative=("변별도가 음수", "negative discrimination"),
    nothing_odd=(
        "기준 {n}개 가운데 모두 얻거나 아무도 얻지 못한 것이 없습니다.",
        "Of {n} criteria none was earned by nobody or by everybody.",
    ),
    none_negative=("변별도가 음수인 기준도 없습니다.", "None discriminates negatively."),
    too_few_to_say=(
        "정해진 점수가 너무 적어 아직 말할 수 없는 기준: {all}개 가운데 {n}개",
        "Too few decided to say: {n} of {all} criteria.",
    ),
    discrimination_is=("변별도 {r} (n = {n})", "discrimination {r} (n = {n})"),
    # ideas
    ideas=("자주 빠진 생각", "Ideas that are missing most"),
    ideas_help=(
        "답을 쓴 학생 가운데 그 생각이 없는 비율이 큰 순서입니다. 빈 답은 따로 셉니다. 예는 이름 없이 보이고, 표시된 "
        "곳이 가장 가까운 말입니다.",
        "By the share of the written answers that lack an idea; blank answers are counted apart. Examples name nobody; "
        "the marked words come nearest.",
    ),
    missing=("없음 {n}", "missing {n}"),
    may_miss=("없어 보임 {n}", "seems missing {n}"),
    partly=("막연함 {n}", "vague {n}"),
    of_answers=("답 {n}개 중", "of {n} answers"),
    blank=("빈 답 {n}", "blank {n}"),
    examples=("답의 예 {n}개", "examples: {n}"),
    lacks=("빠진 것: {what}", "lacks: {what}"),
    # R²
    r2=("처음 보는 행에서의 R²", "R² on unseen rows"),
    r2_help=(
        "채점기가 학생이 보지 못한 행에서 다시 계산한 값입니다. 최소제곱은 원래 열로 그 행에 바로 맞춘 선형 모델의 "
        "값이고, 원래 열의 선형 모델은 이보다 높을 수 없습니다.",
        "Recomputed by the grader on rows that no student has. Least squares is fitted to these very rows from the raw "
        "columns: no model that is linear in them can do better.",
    ),
    threshold=("만점 {value}", "full points {value}"),
    starts=("점수 시작 {value}", "points from {value}"),
    least_squares=("최소제곱 {value}", "least squares {value}"),
    reached=("{reached}/{n}명이 기준 {at_least}에 이름", "{reached} of {n} reach {at_least}"),
    r2_median=("중앙값 {value}", "median {value}"),
    below_zero=("0보다 낮음 {n}", "{n} below 0"),
    elsewhere=("학생의 행에서만 계산됨 {n}", "{n} only on rows of the student's own"),
    without=("계산할 수 없음 {n}", "{n} could not be had"),
    r2_bin=("R² {low}–{high}: {n}명", "R² {low}–{high}: {n}"),
    # review
    review=("사람의 결정", "What people decided"),
    no_decisions=("아직 사람이 결정한 것이 없습니다.", "Nobody has decided anything yet."),
    decisions=(
        "결정 {n}개 · 학생 {reports}명 · 결정한 사람 {people}명",
        "{n} decisions in {reports} reports · decided by {people}",
    ),
    agreement=("기계와 사람의 일치", "Machine and people"),
    agreement_of=(
        "기계가 점수를 준 기준에서 사람이 내린 결정 {n}개 가운데 {equal}개({percent}%)가 기계와 같습니다.",
        "Of {n} decisions on criteria that the machine had given points to, {equal} ({percent} %) agree with it.",
    ),
    shifted=(
        "사람이 평균 {percent}%p {way} 주었습니다(올림 {up}, 내림 {down}).",
        "On average people gave {percent} % of a criterion's points {way} ({up} raised, {down} lowered).",
    ),
    higher=("더", "more"),
    lower=("덜", "less"),
    opened=(
        "기계가 사람에게 맡긴 기준에서 내린 결정은 {n}개입니다.",
        "{n} decisions were on criteria that the machine had left open.",
    ),
    suggested=(
        "그 가운데 {n}개에는 기계의 제안이 있었고, {equal}개({percent}%)가 제안대로 되었습니다.",
        "For {n} of them it had suggested points, and {equal} ({percent} %) came out as suggested.",
    ),
    chosen=(
        "사람은 대개 이상해 보이는 것을 봅니다. 기계가 점수를 준 기준 {settled}개 가운데 {n}개만 다시 보았으므로, 이 "
        "비율은 기계의 정확도가 아닙니다.",
        "People look mostly at what seems wrong: of {settled} criteria that the machine had decided, {n} were decided "
        "again, so this share is not the machine's accuracy.",
    ),
    machine=("기계", "Machine"),
    person=("사람", "Person"),
    level_full=("만점", "full"),
    level_some=("일부", "some"),
    level_none=("0점", "none"),
    level_open_full=("맡김, 제안 만점", "left open, suggests full"),
    level_open_some=("맡김, 제안 일부", "left open, suggests some"),
    level_open_none=("맡김, 제안 0점", "left open, suggests none"),
    level_open=("맡김, 제안 없음", "left open, no suggestion"),
    moves=("검토에서 바뀐 점수", "How points moved"),
    moves_help=(
        "빈 점은 결정 전의 평균, 찬 점은 결정 뒤의 평균입니다. 기계가 맡긴 항목에서는 확실하던 점수에 기계의 제안을 "
        "더한 데서 시작합니다(제안이 없으면 0점).",
        "The hollow dot is the mean before, the full one after. Where the machine had left an item open, it starts "
        "from what was certain and what the machine suggested (0 where it suggested nothing).",
    ),
    move_settled=("기계가 정했던 {n}명", "settled before: {n}"),
    move_opened=("맡겼던 {n}명", "left open: {n}"),
    move_ways=("↑ {up} ↓ {down}", "↑ {up} ↓ {down}"),
    move_said=("평균 {before} → {after}점", "mean {before} → {after} points"),
    # runs
    runs=("실행", "Runs"),
    how_ended=("어떻게 끝났나", "How they ended"),
    time=("걸린 시간", "Time"),
    time_bin=("{low}–{high}초: {n}명", "{low}–{high} s: {n}"),
    time_axis=("초 (칸마다 두 배)", "seconds, each bin twice the last"),
    time_said=(
        "중앙값 {median}초, 모두 {total}, 제한 {limit}초",
        "median {median} s, {total} in all, limit {limit} s",
    ),
    minutes=("{n}분", "{n} min"),
    slowest=("가장 오래 걸린 노트북", "Slowest"),
    memory_said=(
        "메모리 중앙값 {median} MB, 최대 {peak} MB, 제한 {limit} MB",
        "memory: median {median} MB, highest {peak} MB, limit {limit} MB",
    ),
    first_errors=("처음 난 오류", "First error"),
    repaired=("무엇을 고쳤나", "What was repaired"),
    # similarity
    pairs=(
        "여느 쌍보다 눈에 띄게 비슷한 쌍이 {n}개입니다. 비슷하다는 것이 베꼈다는 뜻은 아닙니다.",
        "{n} pairs are more alike than is usual in this class. Alike does not mean copied.",
    ),
    one_pair=(
        "여느 쌍보다 눈에 띄게 비슷한 쌍이 1개입니다. 비슷하다는 것이 베꼈다는 뜻은 아닙니다.",
        "One pair is more alike than is usual in this class. Alike does not mean copied.",
    ),
    no_pairs=(
        "여느 쌍보다 눈에 띄게 비슷한 쌍이 없습니다.",
        "No pair is noticeably more alike than is usual in this class.",
    ),
    see_pairs=("나란히 보기", "See them side by side"),
)

_KINDS = texts(
    data=("데이터 파일의 이름", "names of data files"),
    path=("경로", "paths"),
    loader=("데이터를 내려받는 함수", "loaders that need a network"),
    install=("패키지 설치", "installations"),
    command=("셸 명령", "shell commands"),
    download=("내려받기", "downloads"),
    colab=("Colab 모듈", "Colab's modules"),
    otter=("otter 흉내", "otter imitated"),
    gpu=("GPU 요구", "demands for a GPU"),
    workers=("작업 프로세스", "worker processes"),
    removed=("없어진 함수", "removed functions"),
    font=("글꼴", "fonts"),
    display=("화면 방식", "displays"),
    input=("입력 요청", "prompts"),
    number=("수 입력 요청", "prompts for a number"),
    magic=("매직", "magics"),
    rest=("멈춘 셀의 나머지", "rest of a stopped cell"),
    missing=("없는 모듈", "missing modules"),
    withdrawn=("삭제된 데이터", "withdrawn data"),
    order=("실행 순서", "order of cells"),
)
