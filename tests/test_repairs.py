"""What fails only here is repaired and told; without repairs the same notebook fails with the true reason."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from build import course, notebook, submission
from conftest import Command

from grader.arithmetic import tables
from grader.assignment import load
from grader.errors import GraderError, RubricError
from grader.kernels.runner import KernelRunner
from grader.kernels.warm import KernelServer
from grader.model import Assignment, CellError, Execution, Repair, Submission
from grader.repairs.forms import forms
from grader.repairs.ledger import KINDS, missing_modules, read, sentence
from grader.repairs.needs import needed
from grader.repairs.order import better, saved_order
from grader.walls.doctor import examine

CASES = yaml.safe_load((Path(__file__).parent / "repairs.yaml").read_text(encoding="utf-8"))


Run = Callable[..., Execution]


@pytest.fixture
def run(server: KernelServer, homework: Assignment, tmp_path: Path) -> Run:
    """Run cells with or without repairs, behind the best walls there are."""

    def cells_of(*cells: str, repairs: bool = True) -> Execution:
        runner = KernelRunner(server, examine().tier, repairs=repairs)
        return runner.run(submission(tmp_path, homework, *cells), homework)

    return cells_of


def printed(execution: Execution) -> str:
    assert execution.notebook is not None
    outputs = [output for cell in execution.notebook["cells"] for output in cell.get("outputs", [])]
    return "".join(output.get("text", "") for output in outputs)


def held(execution: Execution, kind: str, part: str) -> bool:
    return any(r.kind == kind and (part in r.what or part in r.instead) for r in execution.repairs)


@pytest.mark.long
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_it_runs_with_an_entry_in_the_ledger_and_fails_truly_without(run: Run, case: dict[str, Any]) -> None:
    cells = case["cells"]
    repaired = run(*cells)
    assert (repaired.status, repaired.errors) == ("ok", ())
    assert case["printed"] in printed(repaired)
    for kind, part in case["ledger"]:
        assert held(repaired, kind, part), (kind, part, repaired.repairs)
    assert all(repair.cell in range(2, 2 + len(cells)) for repair in repaired.repairs)
    assert not any(repair.review for repair in repaired.repairs)
    if "error" in case:
        failed = run(*cells, repairs=False)
        assert (failed.repairing, failed.repairs) == (False, ())
        name, message = case["error"]
        assert failed.errors[0].name == name
        assert message in failed.errors[0].message


@pytest.mark.long
@pytest.mark.parametrize(
    ("cell", "error"),
    [
        ("import pandas as pd\npd.read_csv('titanic.csv')", "FileNotFoundError"),
        ("open('models/best.pt', 'w')", "FileNotFoundError"),
        ("import numpy as np\nnp.no_such_name", "AttributeError"),
        ("import torch\ntorch.ones(2).to('coda')", "RuntimeError"),
        ("import urllib.request\nurllib.request.urlopen('https://x.org/titanic.csv')", "URLError"),
        ("from sklearn.datasets import fetch_covtype\nfetch_covtype(n_retries=1, delay=1e-9)", "URLError"),
    ],
)
def test_what_is_not_the_assignments_fails_as_it_would(run: Run, cell: str, error: str) -> None:
    execution = run(cell)
    assert [e.name for e in execution.errors] == [error]
    assert execution.repairs == ()


@pytest.mark.long
def test_a_notebook_that_needs_no_repair_meets_the_libraries_as_they_are(run: Run) -> None:
    cell = """
        import builtins, torch, numpy as np, pandas as pd
        from torch import Tensor
        device = torch.device('cuda' if torch.cuda.is_available() else 'cpu')
        df = pd.read_csv('sample_data/california_housing_train.csv')
        x = torch.tensor(df.values, dtype=torch.float32).to(device)
        print(Tensor.to.__class__.__name__, np.__getattr__.__module__, hasattr(pd.DataFrame, 'append'), x.shape)
    """
    with_repairs, without = run(cell), run(cell, repairs=False)
    assert printed(with_repairs) == printed(without)
    assert with_repairs.repairs == ()
    assert with_repairs.evidence["observed:"]["found"]["replaced"] == []


@pytest.mark.long
def test_what_libraries_look_for_in_their_own_folders_is_no_table(run: Run) -> None:
    """The names of columns in the code make any missing table a candidate; but no library's, which asks for many."""
    execution = run(
        "import os, sys, sysconfig, importlib.metadata\n"
        "features = ['longitude', 'latitude', 'median_income']\n"
        "for place in (sys.prefix, sysconfig.get_paths()['stdlib'], '/usr/share', '/etc'):\n"
        "    for name in ('entry_points.txt', 'table.csv', 'data.zip'):\n"
        "        try: print(open(os.path.join(place, name)).read()[:9])\n"
        "        except FileNotFoundError: print('missing')\n"
        "print(len(list(importlib.metadata.distributions())) > 0)"
    )
    assert printed(execution).split() == ["missing"] * 12 + ["True"]
    assert execution.repairs == ()


def test_what_we_hook_is_not_said_to_be_the_notebooks_doing(run: Run) -> None:
    everything = [cell for case in CASES if case["name"] in ("a GPU", "names that are gone") for cell in case["cells"]]
    assert run(*everything).evidence["observed:"]["found"]["replaced"] == []


@pytest.mark.long
def test_asking_whether_this_is_colab_is_answered_truly(run: Run) -> None:
    execution = run(
        "try:\n    import google.colab\n    here = True\nexcept ImportError:\n    here = False\nprint(here)"
    )
    assert printed(execution) == "False\n"
    assert execution.repairs == ()


@pytest.mark.long
def test_a_missing_module_is_named_and_takes_nothing_else_with_it(run: Run) -> None:
    cells = (
        "import tensorflow as tf\nimport numpy as np\nimport no_such_module\nimport torch\nx = torch.ones(2)",
        "print(np.sum(x.numpy()))",
    )
    execution = run(*cells)
    assert (execution.status, execution.errors) == ("ok", ())
    assert printed(execution) == "2.0\n"
    assert {r.what for r in execution.repairs if r.kind == "missing"} == {"tensorflow", "no_such_module"}
    assert [e.cell for e in run(*cells, repairs=False).errors] == [2, 3]


@pytest.mark.long
def test_what_needs_a_missing_module_fails_with_the_imports_own_error(run: Run) -> None:
    execution = run(
        "import tensorflow as tf, math\nfrom einops import rearrange as turned\ndef late():\n    import polars",
        "tf.constant(1)",
        "turned(1)",
        "class Net(turned): pass",
        "late(); print(math.pi)",
        "from torchsummary import *",
        "import torch.no_such_part",
    )
    told = [(e.cell, e.name, e.message.split("'")[1]) for e in execution.errors]
    names = {3: "tensorflow", 4: "einops", 5: "einops", 7: "torchsummary", 8: "torch.no_such_part"}
    assert told == [(cell, "ModuleNotFoundError", name) for cell, name in names.items()]
    assert printed(execution).startswith("3.14")
    assert {r.what for r in execution.repairs} == {*names.values(), "polars"}


@pytest.mark.long
def test_a_guarded_import_is_told_that_the_module_is_missing(run: Run) -> None:
    execution = run(
        "try:\n    import wandb\nexcept ImportError:\n    wandb = None\n"
        "import contextlib\nwith contextlib.suppress(ImportError):\n    import polars\n"
        "print(wandb, 'polars' in dir())"
    )
    assert (execution.status, printed(execution), execution.repairs) == ("ok", "None False\n", ())


@pytest.mark.long
def test_data_that_were_withdrawn_are_named_and_not_replaced(run: Run) -> None:
    execution = run("from sklearn.datasets import load_boston\nimport math", "print(math.pi)")
    assert [e.name for e in execution.errors] == ["ImportError"]
    assert "withdrawn" in {repair.kind for repair in execution.repairs}
    assert printed(execution).startswith("3.14")


@pytest.mark.long
def test_missing_fonts_are_told_once_and_do_not_flood_the_outputs(run: Run) -> None:
    cell = """
        import matplotlib.pyplot as plt
        plt.rcParams['font.family'] = 'NanumGothic'
        for _ in range(3):
            plt.plot([1, 2]); plt.title('손실 곡선'); plt.xlabel('반복'); plt.show()
    """
    execution = run(cell)
    assert printed(execution) == ""
    assert held(execution, "font", "NanumGothic")
    assert held(execution, "font", "한글")
    assert printed(run(cell, repairs=False)).count("NanumGothic") > 5


@pytest.mark.long
def test_a_choice_that_the_columns_speak_against_goes_to_a_person(run: Run) -> None:
    execution = run(
        "import pandas as pd\nprint(pd.read_csv('california_housing.csv')[['MedInc', 'AveRooms', 'MedHouseVal']].shape)"
    )
    assert printed(execution) == "(17000, 3)\n"
    assert [(repair.kind, repair.review) for repair in execution.repairs] == [("data", True)]


@pytest.mark.long
def test_a_loop_that_waits_for_a_word_ends(run: Run) -> None:
    execution = run("while input('more? ') != 'no':\n    pass")
    assert [error.name for error in execution.errors] == ["StdinNotImplementedError"]


@pytest.mark.long
def test_workers_that_walls_forbid_are_done_without(homework: Assignment, server: KernelServer, tmp_path: Path) -> None:
    cell = """
        import torch, warnings
        warnings.simplefilter('ignore')
        from torch.utils.data import DataLoader, TensorDataset
        data = DataLoader(TensorDataset(torch.arange(8.)), batch_size=4, num_workers=2, pin_memory=True)
        print(sum(batch[0].sum() for batch in data))
    """
    execution = KernelRunner(server, examine().tier).run(submission(tmp_path, homework, cell), homework)
    assert printed(execution) == "tensor(28.)\n"


Rows = set[str]


def rows_of(features: Any, columns: Sequence[str]) -> Rows:
    """What tells rows apart whatever the form: income and population, under both of their names."""
    income, population = (columns.index(b if b in columns else a) for a, b in NAMES)
    return {f"{float(row[income]):.4f}/{float(row[population]):.0f}" for row in features}


NAMES = (("median_income", "MedInc"), ("population", "Population"))


@pytest.fixture(scope="module")
def secret(homework: Assignment) -> Rows:
    """Held-out rows, without those that look like one that students have."""
    assert homework.heldout is not None
    target = homework.heldout.target
    held_out, *given = (
        tables.read(f, target) for f in (homework.heldout.file, *(d.file for d in homework.data.values()))
    )
    hidden = rows_of(held_out.features, held_out.columns)
    for table in given:
        hidden -= rows_of(table.features, table.columns)
    assert len(hidden) > 2000
    return hidden


@pytest.mark.long
def test_no_repair_makes_held_out_rows_readable(run: Run, homework: Assignment, secret: Rows) -> None:
    assert homework.heldout is not None
    asked = [
        "heldout.csv",
        str(homework.heldout.file),
        "../reference/hw1/data/heldout.csv",
        "https://x.org/heldout.csv",
    ]
    cell = f"""
        import os, pandas as pd
        from sklearn.datasets import fetch_california_housing
        used = ['median_income', 'population', 'median_house_value', 'longitude', 'latitude']
        found = [pd.read_csv(path) for path in {asked!r}] + [fetch_california_housing(as_frame=True).frame]
        for top in (os.getcwd(), os.path.expanduser('~')):
            for folder, _, names in os.walk(top):
                found += [pd.read_csv(os.path.join(folder, name)) for name in names if name.endswith('.csv')]
        for table in found:
            old = 'median_income' in table
            pair = table[['median_income', 'population'] if old else ['MedInc', 'Population']].values
            print(len(table), *sorted({{f'{{a:.4f}}/{{b:.0f}}' for a, b in pair}}))
    """
    execution = run(cell)
    assert execution.status == "ok", execution.errors
    lines = printed(execution).splitlines()
    assert {line.split()[0] for line in lines} == {"17000", "1000"}
    assert not secret & {word for line in lines for word in line.split()[1:]}


def test_stand_ins_hold_rows_that_students_have_and_no_other(homework: Assignment, secret: Rows) -> None:
    for form in forms(homework):
        rows = [line.split(",") for line in form.text.splitlines()[1:]]
        assert len(rows) in (17000, 1000)
        assert not secret & rows_of(rows, form.columns)


# ---------------------------------------------------------------- the order of cells


def with_counts(file: Path, *cells: tuple[str, int | None]) -> Path:
    notebook(file, *(source for source, _ in cells))
    content = json.loads(file.read_text(encoding="utf-8"))
    for cell, (_, count) in zip(content["cells"][1:], cells, strict=True):
        cell["execution_count"] = count
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


def collected(file: Path, assignment: Assignment) -> Submission:
    from grader.submissions import collect

    return collect([file], assignment)[0]


@pytest.mark.long
def test_cells_run_in_their_saved_order_where_they_do_not_run_from_top_to_bottom(
    server: KernelServer, homework: Assignment, tmp_path: Path
) -> None:
    file = with_counts(tmp_path / "kim.ipynb", ("print(x)", 7), ("x = 1", 3), ("y = 2", None))
    execution = KernelRunner(server, examine().tier).run(collected(file, homework), homework)
    assert (execution.status, printed(execution)) == ("ok", "1\n")
    assert [(r.kind, r.cell, r.instead) for r in execution.repairs] == [("order", 2, "3 → 4 → 2")]
    truly = KernelRunner(server, examine().tier, repairs=False).run(collected(file, homework), homework)
    assert [error.name for error in truly.errors] == ["NameError"]


@pytest.mark.long
def test_the_order_from_top_to_bottom_stays_where_the_saved_one_is_no_better(
    server: KernelServer, homework: Assignment, tmp_path: Path
) -> None:
    file = with_counts(tmp_path / "kim.ipynb", ("print(gone)", 2), ("x = 1", 1))
    execution = KernelRunner(server, examine().tier).run(collected(file, homework), homework)
    assert [error.name for error in execution.errors] == ["NameError"]
    assert execution.repairs == ()


def test_the_saved_order_is_told_only_where_it_is_another(tmp_path: Path, homework: Assignment) -> None:
    def order(*counts: int | None) -> list[int] | None:
        file = with_counts(tmp_path / "kim.ipynb", *((f"x = {n}", count) for n, count in enumerate(counts)))
        read_again = collected(file, homework).notebook
        assert read_again is not None
        return saved_order(read_again)

    assert order(1, 2, 3) is None
    assert order(None, None) is None
    assert order(4, 4, 9) is None
    assert order(5, 1, 2) == [0, 2, 3, 1]
    assert order(5, None, 2) == [0, 3, 1, 2]


def test_the_run_with_fewer_errors_counts() -> None:
    name = CellError(cell=1, name="NameError", message="x")
    first = Execution(status="student_error", submission_sha256="", errors=(name, name))
    second = Execution(status="student_error", submission_sha256="", errors=(name,))
    assert better(first, second, [1, 0]).repairs[0].kind == "order"
    assert better(second, first, [1, 0]) is second
    assert better(first, second.model_copy(update={"status": "timeout"}), [1, 0]) is first


# ---------------------------------------------------------------- what is hooked, and the ledger


@pytest.mark.parametrize(
    ("code", "modules"),
    [
        ("x = 1", set()),
        ("device = 'cuda' if torch.cuda.is_available() else 'cpu'\nx.to(device)", set()),
        ("device = torch.device('cuda' if torch.cuda.is_available() else 'cpu')", set()),
        ("model.cuda()", {"devices"}),
        ("torch.ones(2, device='cuda')", {"devices"}),
        ("x = np.float32(1); y = np.floor(1)", set()),
        ("x = np.float(1)", {"removed"}),
        ("losses.append(loss)", set()),
        ("df = df.append(row)", {"removed"}),
        ("!ls", {"shell"}),
        ("from google.colab import drive", {"elsewhere", "rest", "absent"}),
        ("try:\n    import google.colab\nexcept ImportError:\n    pass", {"rest", "absent"}),
        ("try:\n    from google.colab import drive\nexcept Exception:\n    !ls", {"rest", "absent", "shell"}),
        ("try:\n    from google.colab import drive\nfinally:\n    pass", {"elsewhere", "rest", "absent"}),
        ("assert torch.cuda.is_available()", {"devices"}),
        ("os.path.exists(p)", {"places"}),
        ("n = input('n')", {"prompts"}),
    ],
)
def test_only_what_the_code_names_is_hooked(tmp_path: Path, homework: Assignment, code: str, modules: set[str]) -> None:
    assert set(needed(submission(tmp_path, homework, code))) == {"files", *modules}


def test_every_kind_has_a_sentence_in_both_languages_with_what_it_is_about() -> None:
    for kind in KINDS:
        repair = Repair(kind=kind, cell=1, what="what`{1}", instead="in{0}stead")
        for language in ("ko", "en"):
            said = sentence(repair, language)  # type: ignore[arg-type]
            assert "what'" in said
            assert said.count("`") % 2 == 0


@pytest.mark.parametrize(
    "claimed",
    [
        None,
        "x",
        [None, 1, {}, {"kind": "data"}],
        [{"kind": "no-such-kind", "run": 1, "what": "x"}],
        [{"kind": "order", "run": 1, "what": "x"}],
        [{"kind": "data", "run": -1, "what": "x"}, {"kind": "data", "run": "1", "what": "x"}],
        [{"kind": "data", "run": 1, "what": ["x"]}],
    ],
)
def test_a_forged_ledger_has_no_entries(claimed: Any) -> None:
    assert read(claimed, [2, 3]) == ()


def test_a_ledger_is_bounded_and_names_cells_by_their_place() -> None:
    entry = {"kind": "data", "run": 2, "what": "x" * 10_000, "instead": "a\n\ud800b", "review": False}
    found = read([entry] * 1000, [3, 5])
    assert len(found) == 100
    assert found[0].cell == 5
    assert len(found[0].what) == 200
    assert "\n" not in found[0].instead
    assert read([entry | {"run": 9}], [3, 5])[0].cell is None
    assert Repair.model_validate_json(found[0].model_dump_json()) == found[0]


def test_missing_modules_are_named_once() -> None:
    errors = [
        CellError(cell=2, name="ModuleNotFoundError", message="No module named 'tensorflow'"),
        CellError(cell=4, name="ModuleNotFoundError", message="No module named 'tensorflow'"),
        CellError(cell=5, name="ImportError", message="cannot import name 'x' from 'y'"),
    ]
    assert [(r.kind, r.cell, r.what) for r in missing_modules(errors)] == [("missing", 2, "tensorflow")]


# ---------------------------------------------------------------- rubrics


def with_stand_ins(folder: Path, text: str, criterion: str = "{check: runs, points: 1}") -> Path:
    course(folder, criterion)
    (folder / "kind.csv").write_text("kind\n" + "x\n" * 300, encoding="utf-8")
    rubric = folder / "rubric.yaml"
    rubric.write_text(rubric.read_text(encoding="utf-8") + f"\nstand_ins:\n{text}\n", encoding="utf-8")
    return rubric


WIDE = """\
  wide: {of: train, beside: kind.csv, also: [wide]}
  own: {of: train, loader: fetch_it, target: t, columns: {h: a / 2, t: price * 10}}"""


def test_stand_ins_of_another_subject(tmp_path: Path) -> None:
    assignment = load(with_stand_ins(tmp_path, WIDE))
    train, wide, own = forms(assignment)
    assert wide.columns == ("a", "b", "price", "kind")
    assert wide.text.splitlines()[1].endswith(",x")
    assert (own.columns, own.loader, own.target) == (("h", "t"), "fetch_it", "t")
    first = np.loadtxt(train.text.splitlines(), delimiter=",", skiprows=1)[0]
    assert np.allclose([float(v) for v in own.text.splitlines()[1].split(",")], [first[0] / 2, first[2] * 10])


@pytest.mark.parametrize(
    ("stand_in", "complaint"),
    [
        ("  wide: {of: trian, also: [wide]}", "no table `trian`"),
        ("  wide: {of: train, also: ['*']}", "fits any file"),
        ("  wide: {of: train}", "nothing asks for the stand-in `wide`"),
        ("  wide: {of: train, loader: f}", "`loader` means nothing without `target`"),
        ("  wide: {of: train, loader: f, target: z}", "no column `z`"),
        ("  wide: {of: train, also: [w], columns: {x: c / 2}}", "does not begin with a column"),
        ("  wide: {of: train, also: [w], columns: {x: a / q}}", "neither a column nor a number"),
        ("  wide: {of: train, also: [w], columns: {x: a / 0}}", "no number in some rows"),
        ("  wide: {of: train, also: [w], beside: heldout.csv}", "200 rows beside the 300"),
        ("  wide: {of: train, also: [w], beside: train.csv}", "is in train.csv too"),
        ("  wide: {of: train, also: [w], beside: gone.csv}", "gone.csv"),
        ("  wide: {of: train, also: [w]}\n  other: {of: train, also: [W]}", "is a name of `wide` too"),
        ("  wide: {of: train, also: [w], shape: long}", "unknown key `shape`"),
    ],
)
def test_lint_refuses_a_stand_in_that_is_not_sound(tmp_path: Path, stand_in: str, complaint: str) -> None:
    with pytest.raises(RubricError, match=r"rubric\.yaml") as refused:
        load(with_stand_ins(tmp_path, stand_in))
    told = refused.value.complaints
    assert len(told) == 1, told
    assert complaint in told[0].problem
    assert told[0].line >= 12


def test_lint_refuses_an_unknown_kind_of_repair(tmp_path: Path) -> None:
    with pytest.raises(RubricError) as refused:
        course(tmp_path, "{check: unrepaired, points: 1, allow: [fonts]}")
    assert refused.value.complaints[0].mend == "write `font`"


def priced(tmp_path: Path, *repairs: Repair, allow: str = "[]", status: str = "ok") -> Any:
    from grader.scoring import score

    assignment = course(tmp_path / "course", f"{{check: unrepaired, points: 1, allow: {allow}}}")
    handed_in = submission(tmp_path, assignment, "x = 1")
    execution = Execution(status=status, submission_sha256="", repairs=repairs, notebook=handed_in.notebook)  # type: ignore[arg-type]
    import datetime as dt

    return score(handed_in, execution, assignment, "en", dt.datetime(2026, 1, 1, tzinfo=dt.UTC)).scores[0].findings[0]


def test_a_rubric_may_price_repairs(tmp_path: Path) -> None:
    path = Repair(kind="path", cell=3, what="/content/a.csv", instead="a.csv")
    missing = Repair(kind="missing", cell=2, what="keras")
    assert priced(tmp_path).earned == 1
    assert priced(tmp_path, missing).earned == 1
    assert priced(tmp_path, path, allow="[path, install]").earned == 1
    unmet = priced(tmp_path, path, missing)
    assert (unmet.outcome, unmet.earned, unmet.evidence["cell"]) == ("failed", 0, 3)
    assert "`/content/a.csv`" in unmet.feedback
    assert priced(tmp_path, status="killed").earned is None


# ---------------------------------------------------------------- the command


@pytest.mark.long
def test_the_ledger_shows_in_feedback_and_without_repairs_the_true_reason(
    grader: Command, server: KernelServer, tmp_path: Path
) -> None:
    rubric = with_stand_ins(tmp_path / "course", WIDE)
    file = notebook(
        tmp_path / "class" / "kim.ipynb", "import pandas as pd\nprint(pd.read_csv('/content/wide.csv').shape)"
    )
    arguments = ("grade", file, "-o", tmp_path / "out", "-a", rubric, "--walls", examine().tier)
    told = {}
    for option in ("--repairs", "--no-repairs"):
        done = grader(*arguments, option)
        assert done.returncode == 0, done.stdout + done.stderr
        report = json.loads((tmp_path / "out" / "reports" / "kim.json").read_text(encoding="utf-8"))
        pages = [(tmp_path / "out" / name).read_text(encoding="utf-8") for name in ("feedback/kim.html", "index.html")]
        told[option] = (report["execution"], *pages, report["total"])
    execution, feedback, overview, total = told["--repairs"]
    assert (execution["status"], total) == ("ok", 1)
    assert [(r["kind"], r["cell"], r["what"]) for r in execution["repairs"]] == [("data", 2, "/content/wide.csv")]
    for page in (feedback, overview):
        assert "there is no <code>/content/wide.csv</code>" in page
    execution, feedback, overview, total = told["--no-repairs"]
    assert (execution["status"], execution["repairing"], execution["repairs"], total) == ("student_error", False, [], 0)
    assert "FileNotFoundError" in feedback
    assert "was run without any repair" in feedback
    assert "no repairs" in overview


def test_a_table_that_is_none_is_said(tmp_path: Path) -> None:
    assignment = course(tmp_path, "{check: runs, points: 1}")
    (tmp_path / "train.csv").write_bytes(b"")
    with pytest.raises(GraderError, match="not a table with a header line"):
        forms(assignment)
