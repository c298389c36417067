"""What the pages promise: every command runs as it stands, rubrics are sound, links lead somewhere, the code is so."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from build import course, submission
from conftest import ROOT
from graded_class import NOON
from newcomer import Newcomer, at, stands_in
from pages import PAGES, Block, Page

from grader.assignment import load
from grader.checks import CHECKS, Check, parameters
from grader.errors import RubricError
from grader.kernels.runner import kernel_runner
from grader.kernels.warm import KernelServer
from grader.scoring import score

BY_NAME = {page.name: page for page in PAGES}
LAST = ("docs/deadlines.md",)  # gives the class a deadline and a roster, so it comes after the others
IN_ORDER = [page for page in PAGES if page.name not in LAST] + [BY_NAME[name] for name in LAST]
# what pages after the first take for done
DONE = (
    ".venv/bin/grader grade demo-class -o out --lang ko",
    ".venv/bin/grader bundle student -o hw1.grader.zip",
)

CONVERT = "JUPYTER_DEFAULT_PROVISIONER_NAME=warm .venv/bin/jupyter nbconvert --execute --to notebook notebook.ipynb"

# command -> why it is not run here
NOT_RUN = {
    "make demo": "CI runs it",
    "make test": "CI runs it, and this is a part of it",
    ".venv/bin/grader lint": "`make check` runs it in CI",
    ".venv/bin/grader selftest": "takes a minute; tests/test_selftest.py runs it in CI",
    ".venv/bin/pip install '.[postgres]'": "part of `make setup`, and tests change no environment",
    ".venv/bin/pip wheel --no-deps --wheel-dir dist .": "fetches what builds packages, and wants the whole source",
    "python -m pip install grader-0.1.0-py3-none-any.whl": "the course's own file, and tests change no environment",
    **dict.fromkeys(
        ("grader check hw1.ipynb --lang ko --item P1.1", "grader check hw1.ipynb --lang ko --watch"),
        "a test below holds the Korean page beside the English one, whose commands are run",
    ),
    ".venv/bin/grader grade course/submitted -a ps1/rubric.yaml -o ps1-out": "tests/test_import_nbgrader.py grades one",
    **dict.fromkeys(
        (
            "grader scheduler --host 10.0.0.5",
            "grader worker tcp://10.0.0.5:8786",
            "grader grade demo-class -o out --engine dask --scheduler tcp://10.0.0.5:8786",
            "bash docs/examples/cluster/tls.sh tls",
            "DASK_CONFIG=$PWD/tls grader scheduler --host 10.0.0.5",
            "DASK_CONFIG=$PWD/tls grader worker tls://10.0.0.5:8786",
            "DASK_CONFIG=$PWD/tls grader grade demo-class -o out --engine dask --scheduler tls://10.0.0.5:8786",
            "ADDRESS=10.0.0.5 bash docs/examples/cluster/ssh.sh lab1 lab2 lab3",
            "python docs/examples/cluster/slurm.py --jobs 10 --cores 8 --memory 32GB --walltime 04:00:00 --queue cpu",
        ),
        "the reader's own machines; tests/test_machines.py plays it on this one",
    ),
    "kubectl create secret generic grader-tls"
    " --from-file=tls/ca.pem --from-file=tls/cert.pem --from-file=tls/key.pem": "the reader's own Kubernetes",
    "kubectl apply -f docs/examples/cluster/kubernetes.yaml": "as above; tests/test_machines.py looks at its commands",
    "kubectl scale daskworkergroup grader-default --replicas 20": "as above",
    "podman build -f docs/examples/cluster/Containerfile -t registry.example.org/grader:0.1.0 .": "fetches an image",
    CONVERT: "tests/test_shared.py converts notebooks so; the server that this starts would outlive the page",
    ".venv/bin/grader grade demo-class -o out --gradebook postgresql://ta@server/grades": "the reader's own server;"
    " tests/test_gradebook.py grades into PostgreSQL",
}
NOT_RUN |= {
    f".venv/bin/python -m benchmarks.{command}": "takes minutes of a quiet machine, and writes into this page"
    for command in (
        "capacity --measure",
        "capacity --check --write",
        "capacity --check --engine dask --write",
        "capacity --write",
        "ten_thousand",
    )
}
NOT_RUN[".venv/bin/python -m benchmarks.capacity --submissions 2000 --workload full --within 1"] = (
    "wants the whole source; tests/test_capacity.py runs it there"
)
# command -> exit code, where that is not 0
ENDS = {
    **{f"grader check hw1.ipynb{more}": 1 for more in ("", " --item P1.1", " --lang ko")},  # P1 is missing in it
    '.venv/bin/grader check "demo-class/Noor Haddad" -a hw1.grader.zip': 1,
    '.venv/bin/grader check "demo-class/Noor Haddad" -a hw1.grader.zip --plain --reports reports': 1,
    '.venv/bin/pytest "demo-class/Noor Haddad" --grader-assignment rubrics/hw1.yaml': 1,  # so pytest says it of tests
}
# command that goes on until it is interrupted -> a part of its first line
SERVES = {
    ".venv/bin/grader review out --lang ko --author Park": "http://127.0.0.1:8765/?token=",
    "grader check hw1.ipynb --watch": "hw1.ipynb",
}


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory: pytest.TempPathFactory) -> Newcomer:
    """One reader of all pages, in one folder, whose class is graded."""
    reader = Newcomer(tmp_path_factory.mktemp("newcomer"))
    for command in DONE:
        code, printed = reader.type(command)
        assert code == 0, printed
    return reader


@pytest.mark.long
@pytest.mark.parametrize("page", IN_ORDER, ids=lambda page: page.name)
def test_commands_do_what_the_page_says(page: Page, newcomer: Newcomer) -> None:
    for block in page.blocks:
        if block.file is not None:
            newcomer.save(block)
        for command in block.commands():
            if command.text in NOT_RUN or (command.text in newcomer.typed and not command.shown):
                continue
            if command.text in SERVES:
                assert SERVES[command.text] in newcomer.start(command.text), at(page, command)
                continue
            code, printed = newcomer.type(command.text)
            assert code == ENDS.get(command.text, 0), f"{at(page, command)}\n{printed}"
            assert stands_in(command.shown, printed), f"{at(page, command)}\n{printed}"


def test_exceptions_are_of_commands_that_stand_somewhere() -> None:
    written = {command.text for page in PAGES for block in page.blocks for command in block.commands()}
    assert {*NOT_RUN, *ENDS, *SERVES, *DONE} <= written


# ---------------------------------------------------------------- rubrics


# all but what is saved to a file, which a command on the page looks at, and the check of one's own below
FRAGMENTS = [
    pytest.param(block, id=f"{page.name}:{block.line}")
    for page in PAGES
    for block in page.blocks
    if block.kind == "yaml" and block.file is None and "has_layer" not in block.text and page.name != "docs/ci.md"
]


@pytest.mark.parametrize("block", FRAGMENTS)
def test_pieces_of_rubrics_are_sound(block: Block, tmp_path: Path) -> None:
    piece = yaml.safe_load(block.text)
    (tmp_path / "rubrics").mkdir()
    for folder in ("reference", "rubrics/terms"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    for beside in (one for page in PAGES for one in page.blocks if one.file and one.file.startswith("rubrics/tests/")):
        (tmp_path / beside.file).parent.mkdir(exist_ok=True)
        (tmp_path / beside.file).write_text(beside.text, encoding="utf-8")
    rubric = tmp_path / "rubrics" / "hw1.yaml"
    rubric.write_text(yaml.safe_dump(spliced(piece), allow_unicode=True, sort_keys=False), encoding="utf-8")
    load(rubric)


def spliced(piece: Any) -> dict[str, Any]:
    """Homework 1 with the piece in its place: criteria in an item of their own, keys of the rubric in place of its."""
    whole: dict[str, Any] = yaml.safe_load((ROOT / "rubrics" / "hw1.yaml").read_text(encoding="utf-8"))
    if isinstance(piece, list):
        points = sum(one["points"] for one in piece)
        title = {"ko": "더하기", "en": "Extra"}
        whole["items"].append({"id": "X", "title": title, "points": points, "criteria": piece})
        return {**whole, "total": whole["total"] + points}
    for key, value in piece.items():
        if key == "items":
            changed = {item["id"]: item for item in value}
            whole["items"] = [{**item, **changed.get(item["id"], {})} for item in whole["items"]]
        elif isinstance(value, dict) and isinstance(whole.get(key), dict):
            whole[key].update(value)
        else:
            whole[key] = value
    return whole


def test_jobs_give_the_action_and_the_workflow_what_these_take() -> None:
    inputs = {"actions/grade": "actions/grade/action.yml", "workflows/grade.yml": "workflows/grade.yml"}
    used = [yaml.safe_load(block.text) for block in BY_NAME["docs/ci.md"].blocks if block.kind == "yaml"]
    callers = [one for piece in used for one in (piece if isinstance(piece, list) else piece.get("jobs", {}).values())]
    assert len(callers) == 2
    for caller in callers:
        name = caller["uses"].partition("/.github/")[2].partition("@")[0]
        called = yaml.safe_load((ROOT / ".github" / inputs[name]).read_text(encoding="utf-8"))
        takes = called.get("inputs") or called[True]["workflow_call"]["inputs"]  # YAML reads `on` as true
        needed = {key for key, told in takes.items() if told.get("required")}
        assert needed <= set(caller["with"]) <= set(takes)


# ---------------------------------------------------------------- links, names, files


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Page) -> None:
    for link in page.links:
        if re.match(r"https?://", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.file.parent / path).resolve() if path else page.file
        assert target.exists(), link
        if anchor:
            assert anchor in BY_NAME[target.relative_to(ROOT).as_posix()].anchors, link


def test_the_index_leads_to_every_page() -> None:
    index = BY_NAME["docs/README.md"]
    assert {Path(link.partition("#")[0]).name for link in index.links} >= {p.file.name for p in PAGES if p is not index}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_named_files_exist(page: Page) -> None:
    made = {block.file for other in PAGES for block in other.blocks}
    for path in re.findall(r"`((?:grader|reference|rubrics|tests|benchmarks|docs|\.github)/[\w/.-]*)`", page.text):
        assert (ROOT / path).exists() or path in made, path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_make_targets_exist(page: Page) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    said = [*page.words, *(command.text for block in page.blocks for command in block.commands())]
    for target in set(re.findall(r"(?:`|^)make ([a-z-]+)(?=`|$)", "\n".join(said), re.MULTILINE)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_headings_stand_once_on_a_page() -> None:
    """A link to one of two would lead to the first."""
    for page in PAGES:
        assert len(page.anchors) == len(page.headings), page.name


def test_the_tour_stays_short() -> None:
    tour = re.sub(r"<!-- bench:start -->.*<!-- bench:end -->", "", BY_NAME["README.md"].text, flags=re.DOTALL)
    assert tour.count("\n") <= 205


def test_students_read_the_same_in_both_languages() -> None:
    """The Korean page has the English one's commands, asked in Korean."""

    def typed(name: str) -> list[str]:
        commands = (c.text for block in BY_NAME[name].blocks for c in block.commands())
        return [text.replace(" --lang ko", "") for text in commands]

    english, korean = (BY_NAME[f"docs/student{suffix}.md"] for suffix in ("", ".ko"))
    assert typed(english.name) == typed(korean.name)
    assert len(english.headings) == len(korean.headings)


# ---------------------------------------------------------------- what is said of checks and of attacks


def test_every_check_is_described_with_its_keys() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \|.*\|([^|]*)\|$", BY_NAME["docs/checks.md"].text, re.MULTILINE))
    for check in CHECKS:
        told = {key: bold == "**" for bold, key in re.findall(r"(\*\*)?`(\w+)`", rows[check])}
        assert told == {key: needed for key, (_, needed) in parameters(check).items()}, check


PLACES = {
    "the whole": ("total:", "zzz: 1\ntotal:"),
    "an item": ("  - id: P1.1", "  - zzz: 1\n    id: P1.1"),
    "a criterion": ("{check: runs,", "{check: runs, zzz: 1,"),
}


@pytest.mark.parametrize("of", PLACES)
def test_every_key_of_a_rubric_is_described(of: str, tmp_path: Path) -> None:
    """`lint` tells whoever writes another one which there are."""
    text = (ROOT / "rubrics" / "hw1.yaml").read_text(encoding="utf-8")
    (tmp_path / "odd.yaml").write_text(text.replace(*PLACES[of], 1), encoding="utf-8")
    with pytest.raises(RubricError) as refused:
        load(tmp_path / "odd.yaml")
    (mend,) = (one.mend for one in refused.value.complaints if "zzz" in one.problem)
    _, _, rows = BY_NAME["docs/checks.md"].text.partition(f"| key of {of} | meaning |\n|---|---|\n")
    keys = [row.split("|")[1] for row in rows.partition("\n\n")[0].splitlines()]
    assert set(re.findall(r"`(\w+)`", " ".join(keys))) == set(re.findall(r"\w+", mend.partition(" are ")[2]))


def test_every_family_of_attacks_is_named() -> None:
    families = {file.stem for file in (ROOT / "tests" / "hostile" / "families").glob("[a-z]*.py")}
    assert {
        match for match in re.findall(r"^\| `(\w+)` \|", BY_NAME["docs/security.md"].text, re.MULTILINE)
    } >= families


# ---------------------------------------------------------------- a check of one's own

OWN_CHECK = ("def has_layer", 'CHECKS["has_layer"]', "check: has_layer")
NOTEBOOK = """
import pandas as pd, torch
from torch import nn
train = pd.read_csv("sample_data/train.csv")
mlp = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), {0}nn.Linear(8, 1))
"""


@pytest.mark.long
def test_the_check_on_the_page_can_be_added_and_decides(
    server: KernelServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = BY_NAME["docs/checks.md"]
    judge, line, entry = (next(block.text for block in page.blocks if said in block.text) for said in OWN_CHECK)
    module = ModuleType("layers")
    exec(judge, module.__dict__)
    added: dict[str, Check] = {}
    exec(line, {"CHECKS": added, "Check": Check, "layers": module})
    for name, check in added.items():
        monkeypatch.setitem(CHECKS, name, check)
    (criterion,) = yaml.safe_load(entry)
    assignment = course(tmp_path / "course", yaml.safe_dump(criterion, default_flow_style=True).strip())
    with kernel_runner(server=server) as runner:
        for folder, layer, outcome in (("with", "nn.Dropout(0.1), ", "passed"), ("without", "", "failed")):
            handed_in = submission(tmp_path / folder, assignment, NOTEBOOK.format(layer))
            execution = runner.run(handed_in, assignment)
            found = score(handed_in, execution, assignment, "en", NOON).scores[0].findings[0]
            assert found.outcome == outcome, found
            assert (found.feedback or "") == (
                "" if layer else "`mlp` has no Dropout layer; it has Linear, ReLU, Linear"
            )
