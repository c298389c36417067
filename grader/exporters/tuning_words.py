"""The words of the page about tuning, in both languages."""

from __future__ import annotations

from grader.model import Language
from grader.model.nouns import texts


def phrase(name: str, language: Language, **values: object) -> str:
    """The phrase called `name` with `values` put in. Raises KeyError for an unknown name or a missing value."""
    return _WORDS[name].in_language(language).format(**values)


def column(name: str, language: Language) -> str:
    return _COLUMNS[name].in_language(language)


_WORDS = texts(
    title=("루브릭 다듬기", "Tuning the rubric"),
    answers=("채점된 답 {n}개", "{n} graded answers"),
    caution=(
        "같은 답으로 다듬고 같은 답으로 잰 수는 실제보다 좋게 나옵니다. `나머지 넷으로 고름` 줄이 처음 보는 답에 더 "
        "가깝지만, 사람이 모든 답을 읽고 쓴 낱말까지 되돌리지는 못합니다.",
        "Numbers measured on the answers that a rubric was tuned on flatter it. The lines `chosen on the other four` "
        "come nearer to unseen answers, though they cannot undo words that somebody wrote who had read them all.",
    ),
    all=("모두", "all"),
    ko=("한국어", "Korean"),
    en=("영어", "English"),
    held=("나머지 넷으로 고름", "chosen on the other four"),
    baseline_length=("기준선: 답의 길이", "baseline: length"),
    baseline_nearest=("기준선: 가장 가까운 답(tf-idf)", "baseline: nearest answer (tf-idf)"),
    baseline_keywords=("기준선: 자동 핵심어", "baseline: automatic keywords"),
    totals=("점수의 일치", "Agreement of totals"),
    totals_told=(
        "QWK: 제곱 가중 카파. 차이: 문항 점수에 대한 평균 거리. 기준선은 다섯 겹 교차 검증입니다.",
        "QWK: quadratic weighted kappa. Off: mean distance as a share of the item's points. Baselines are "
        "cross-validated in five folds.",
    ),
    criteria=("기준별 일치", "Agreement by criterion"),
    criteria_told=("절반 점수도 준 것으로 셉니다.", "Half of a criterion's points count as granted."),
    confusion=("어긋난 판정", "Where decisions differ"),
    confusion_told=("기준 점수에 대한 몫입니다.", "Shares of the criterion's points."),
    folds=("다섯 겹", "Five folds"),
    folds_told=(
        "넷에서 신뢰도의 하한과 남길 주장을 고르고 다섯째에서 잽니다.",
        "The bar of the confidence, and which claims to drop, are chosen on four folds and measured on the fifth.",
    ),
    missed=("놓친 것", "Missed"),
    missed_told=("⚑: 어차피 사람이 읽을 답.", "⚑: a person would read the answer anyway."),
    wrong=("잘못 준 것", "Given wrongly"),
    wrong_told=("⚑: 어차피 사람이 읽을 답.", "⚑: a person would read the answer anyway."),
    near=("아깝게 놓친 주장", "Near misses"),
    near_told=(
        "절반 이상 말한 주장과 빠진 용어. 준 것: 그중 사람이 점수를 준 답.",
        "Claims of which half or more was said, with what lacked. Granted: by the person, in so many of these.",
    ),
    helping=("도움이 될 말", "Words that would help"),
    helping_told=(
        "메모리에서 고쳐 다시 채점한 변화입니다. 드문 낱말은 우연일 수 있으니 뜻을 보고 고르세요.",
        "Measured by scoring again with the change in memory. Rare words may be chance: judge by what they mean.",
    ),
    hurting=("해가 될 말", "Words that would hurt"),
    hurting_told=("메모리에서 고쳐 다시 채점한 변화입니다.", "Measured by scoring again with the change in memory."),
    claims=("주장의 쓰임", "How claims fare"),
    claims_told=(
        "없앴을 때: 그 주장을 빼면 F1(또는 카파)이 이만큼 바뀝니다.",
        "Without it: how F1 (or kappa) changes if the claim is dropped.",
    ),
    unused=("쓰이지 않는 것", "What never fires"),
    unused_told=("이 답들에서는 한 번도 나오지 않았습니다.", "Not once in these answers."),
    calibration=("신뢰도의 보정", "Calibration of the confidence"),
    calibration_told=(
        "일치가 평균 신뢰도보다 낮으면 지나친 자신입니다.",
        "Agreement below the mean confidence is overconfidence.",
    ),
    grounds=("근거별 신뢰도", "Confidence by grounds"),
    grounds_told=("판정이 무엇에 기댔는지에 따라.", "By what a decision rests on."),
    coverage=("사람이 읽지 않아도 되는 답", "Answers that need no person"),
    coverage_told=(
        "신뢰도의 하한마다: 사람 없이 끝나는 답의 비율, 그 판정의 일치, 통째로 일치하는 답.",
        "For each bar of the confidence: the share of answers left alone, agreement of their decisions, and answers "
        "that agree in everything.",
    ),
    curve=(
        "가로: 사람이 읽지 않는 답. 세로: 일치, 50에서 100%까지.",
        "Across: answers left alone. Up: agreement, from 50 to 100 %.",
    ),
    guarded=("걸림: {guards}", "held back: {guards}"),
    earned=("{claim}", "{claim}"),
    earned_of=("{claim} ({subject})", "{claim} (of {subject})"),
    opposite=("반대로 읽힘 ({subject})", "read as the opposite (of {subject})"),
    asked=("묻기만 함", "asked only"),
    nothing=("아무 용어도 없음", "no term was said"),
    elsewhere=(
        "{claim}: 다 있으나 다른 것에 대한 말이거나 멀리 있음",
        "{claim}: all there, but of something else or far apart",
    ),
    lacks=("{claim}: 없는 것 {missing}", "{claim}: lacks {missing}"),
    added_to=("`{into}`에 더함", "added to `{into}`"),
    taken_from=("`{into}`에서 뺌", "taken from `{into}`"),
    half=("절반", "half"),
    denied=("부정", "not"),
    unused_criteria=("기준", "criteria"),
    unused_claims=("주장", "claims"),
    unused_terms=("용어", "terms"),
    unused_words=("`{term}`의 말 {all}개 중 {n}개", "{n} of {all} words of `{term}`"),
    shown_more=("외 {n}줄은 HTML 페이지에 있습니다 (-o).", "{n} more rows are on the HTML page (-o)."),
)  # fmt: skip

_COLUMNS = texts(
    answers=("답", "answers"),
    n=("개수", "n"),
    exact=("똑같음", "exact"),
    qwk=("QWK", "QWK"),
    off=("차이", "off"),
    criterion=("기준", "criterion"),
    language=("언어", "language"),
    granted=("준 것", "granted"),
    precision=("정밀도", "precision"),
    recall=("재현율", "recall"),
    f1=("F1", "F1"),
    person=("사람", "person"),
    grader=("채점기", "grader"),
    fold=("겹", "fold"),
    bar=("하한", "bar"),
    coverage=("비율", "left alone"),
    agreement=("일치", "agreement"),
    whole=("통째로", "in all"),
    dropped=("뺀 주장", "claims dropped"),
    answer=("답", "answer"),
    confidence=("신뢰도", "confidence"),
    why=("까닭", "why"),
    words=("답의 말", "words of the answer"),
    claim=("주장", "claim"),
    missing=("없는 것", "missing"),
    word=("말", "word"),
    change=("고침", "change"),
    among_missed=("놓친 답 중", "among missed"),
    among_denied=("안 준 답 중", "among denied"),
    gain=("변화", "gain"),
    elsewhere=("다른 기준", "elsewhere"),
    right=("옳게", "rightly"),
    wrong_n=("잘못", "wrongly"),
    without=("없앴을 때", "without it"),
    what=("무엇", "what"),
    unused=("나오지 않음", "never said"),
    mean=("평균", "mean"),
    grounds=("근거", "grounds"),
)
