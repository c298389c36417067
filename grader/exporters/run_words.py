"""The words of the run report, in both languages."""

from __future__ import annotations

from grader import late_words
from grader.model import Language
from grader.model.nouns import texts


def phrase(name: str, language: Language, **values: object) -> str:
    """The phrase called `name` with `values` put in. Raises KeyError for an unknown name or a missing value."""
    return _WORDS[name].in_language(language).format(**values)


def part_name(name: str, language: Language) -> str:
    """What a part of the time is called; one that nobody knows is its own name."""
    known = _PARTS.get(name)
    return known.in_language(language) if known else name


def length(seconds: float | None, language: Language) -> str:
    """Two digits that matter below a minute, the two largest units above it; a dash for what is not known."""
    if seconds is None:
        return "–"
    if seconds >= 60:
        return late_words.length(round(seconds)).in_language(language)
    shown = f"{seconds:.2f}" if seconds < 1 else f"{seconds:.1f}"
    return f"{shown}초" if language == "ko" else f"{shown} s"


_PARTS = texts(
    waited=("작업자를 기다림", "waiting for a worker"),
    start_up=("커널 시작", "starting the kernel"),
    waiting=("코어를 기다림", "waiting for a core"),
    cells=("셀 실행", "running cells"),
    questions=("질문(프로브)", "questions (probes)"),
    end=("커널 끝내기", "ending the kernel"),
    lost=("작업자를 잃어 버려진 시간", "lost with a worker"),
    rest=("나머지(준비, 채점, 기록)", "the rest (preparing, scoring, writing)"),
)
_WORDS = texts(
    title=("실행 보고서", "Run report"),
    started=("{at} 시작", "started {at}"),
    engine_local=("이 컴퓨터에서, 동시에 {n}개까지", "on this machine, up to {n} at a time"),
    engine_dask=(
        "Dask 클러스터에서, 처음에 동시에 {n}개까지 진행",
        "on a Dask cluster, up to {n} under way at a time in the beginning",
    ),
    submissions=("제출물", "Submissions"),
    ran=("실행함", "Ran"),
    reused=("다시 씀", "Reused"),
    reused_help=(
        "저장된 실행이나 똑같은 제출물의 실행으로 채점해, 새로 실행하지 않았습니다.",
        "Graded by a stored execution or that of an identical hand-in; nothing ran.",
    ),
    failed=("잃음", "Lost"),
    retried=("다시 시도", "Retries"),
    set_aside=("따로 둠", "Set aside"),
    provisional=("사람을 기다림", "Need a person"),
    took=("걸린 시간", "Took"),
    cost=("제출물당 CPU", "CPU per submission"),
    not_whole=(
        "이 실행은 끝까지 가지 않았습니다. 제출물 {all}개 가운데 {n}개가 남았습니다. 같은 명령을 다시 내리면 남은 것을 "
        "채점합니다.",
        "This run did not come to its end: {n} of {all} submissions are left. The same command again grades them.",
    ),
    lost_some=(
        "제출물 {n}개를 채점기 문제로 잃었습니다. 같은 명령을 다시 내리면 다시 시도합니다.",
        "{n} submission(s) were lost to a fault of the grader's. The same command again tries them again.",
    ),
    nothing_ran=("새로 실행한 제출물이 없습니다.", "Nothing had to run."),
    where=("시간이 간 곳", "Where the time went"),
    where_help=(
        "실행한 제출물마다 맡은 때부터 기록할 때까지의 시간을 모두 더한 것입니다. 여러 개가 동시에 가므로 걸린 "
        "시간보다 깁니다.",
        "All the time from when a submission was taken in hand until it was written, over all that ran. Several go on "
        "at once, so it is longer than the run took.",
    ),
    part=("부분", "Part"),
    share=("몫", "Share"),
    sum=("모두", "In all"),
    each=("제출물당", "Per submission"),
    costs=("제출물 하나의 비용", "What a submission cost"),
    wall=("셀을 실행한 시간", "Time of its cells"),
    cpu=("CPU 시간", "CPU time"),
    cpu_help=(
        "CPU 시간은 커널과 커널이 시작한 모든 프로세스가 쓴 프로세서 시간으로, 커널을 시작하고 질문에 답하는 시간도 "
        "들어갑니다. 제출물 {n}개에서 쟀습니다.",
        "CPU time is what the kernel and all processes that it started took of a processor, its start and the "
        "questions included. Measured of {n} submission(s).",
    ),
    mean=("평균", "Mean"),
    median=("중앙값", "Median"),
    p90=("90%가 이 안에", "90 % within"),
    max=("최대", "Most"),
    statuses=("어떻게 끝났나", "How runs ended"),
    again=("다시 시도한 것과 까닭", "Tried again, and why"),
    times=("{n}번", "{n} ×"),
    scheduler_lost=("스케줄러가 답하지 않음", "the scheduler did not answer"),
    set_aside_list=(
        "작업자를 거듭 잃어 마지막에 따로 실행",
        "Lost their worker again and again; tried alone in the end",
    ),
    failed_list=("채점기 문제로 잃음", "Lost to a fault of the grader's"),
    slowest=("가장 느린 제출물", "The slowest"),
    student=("학생", "Student"),
    how=("실행", "Run"),
    worker=("작업자", "Worker"),
    workers=("작업자", "Workers"),
    workers_help=(
        "‘동시에’는 그 작업자가 있는 동안 평균으로 맡고 있던 제출물 수입니다. 코어 수보다 훨씬 작으면 일감이 모자란 "
        "것입니다.",
        "At a time: how many submissions the worker had in hand on average while it was there. Far fewer than it has "
        "cores means that it waited for work.",
    ),
    busy=("일한 시간", "Busy"),
    at_a_time=("동시에", "At a time"),
    here=("이 컴퓨터", "this machine"),
    more=("외 {n}", "and {n} more"),
    files=(
        "같은 내용: run.json. 모든 사건: run.jsonl, 이 실행은 run = {run}.",
        "The same as data: run.json. Every event: run.jsonl, where this run is {run}.",
    ),
)
