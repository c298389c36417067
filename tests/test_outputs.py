"""Numbers that a notebook prints, in the formats in which students print them; and what claims nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from grader.checks.outputs import claims, text_of

RESULTS = pd.DataFrame({"RMSE": [69937.123, 70211.0], "R2": [0.641, 0.62]}, index=["train", "test"])
NAMED = pd.DataFrame(
    {"Model": ["linear model", "the mlp"], "RMSE ($)": [69937.12, 61000.5], "R2 score": [0.64, 0.7], "layers": [1, 3]}
)
LONG = pd.DataFrame({"metric": ["RMSE", "R2"], "value": [69937.12, 0.64]})


def claimed(text: str) -> tuple[list[float], list[float]]:
    return claims(text, "rmse"), claims(text, "r2")


@pytest.mark.parametrize(
    ("text", "rmse", "r2"),
    [
        # side by side on a line
        ("RMSE: 69937.12, R2: 0.63", [69937.12], [0.63]),
        ("RMSE = 69937.0, R2 = 0.63", [69937.0], [0.63]),
        ("RMSE=69,937.12 R²=0.6321", [69937.12], [0.6321]),
        ("RMSE: 69937.12\tR2: 0.63", [69937.12], [0.63]),
        ("[linear] RMSE = 69937.1, R^2 = 0.6310", [69937.1], [0.631]),
        ("train | rmse: 69937.12 | r2: 0.6310", [69937.12], [0.631]),
        ("train  RMSE  69937.1   R^2 0.6310", [69937.1], [0.631]),
        ("RMSE는 69937달러이고 R2는 0.632입니다", [69937.0], [0.632]),
        ("최종 RMSE : 69937.12 달러, 결정계수 : 0.63", [69937.12], [0.63]),
        ("MSE: 0.4, RMSE: 0.63, MAE: 0.5, R2: 0.6", [0.63], [0.6]),
        ("{'rmse': 69937.1, 'r2': 0.62}", [69937.1], [0.62]),
        ('{"test_rmse": 69937.1, "test_r2": 0.62}', [69937.1], [0.62]),
        ("{'RMSE': [69937.1, 70000.2], 'R2': [0.62, 0.6]}", [69937.1, 70000.2], [0.62, 0.6]),
        # labels together, numbers together
        ("train (RMSE, R2): (69937.1, 0.62)", [69937.1], [0.62]),
        ("(RMSE, R2) = (np.float64(69937.1), np.float64(0.62))", [69937.1], [0.62]),
        ("RMSE, R2 = 69937.1 0.62", [69937.1], [0.62]),
        ("RMSE, R^2 = 69937.1 0.62", [69937.1], [0.62]),
        ("RMSE,R2: 69937,0.62", [69937.0], [0.62]),
        ("RMSE / R2 : 69937.1 / 0.62", [69937.1], [0.62]),
        ("R2, RMSE: [0.62, 69937.1]", [69937.1], [0.62]),
        ("RMSE, MAE, R2: 69937.1, 50000.5, 0.62", [69937.1], [0.62]),
        ("RMSE, R2: train (69937.1, 0.62) test (70000.2, 0.6)", [69937.1, 70000.2], [0.62, 0.6]),
        ("R2 (RMSE): 0.62 (69937.1)", [69937.1], [0.62]),
        ("RMSE and R2 : 0.62", [], [0.62]),
        # on the line below
        ("R2\n0.6234", [], [0.6234]),
        ("R2 score:\n0.6234", [], [0.6234]),
        ("RMSE, R2\n69937.1 0.62", [69937.1], [0.62]),
        ("(RMSE, R2)\n(69937.1, 0.62)", [69937.1], [0.62]),
        ("Test RMSE and R2:\n\n69937.1 0.62", [69937.1], [0.62]),
        # tables
        ("set    rmse      r2\ntrain  69937.1   0.62\ntest   70001.2   0.60", [69937.1, 70001.2], [0.62, 0.6]),
        ("set\trmse\tr2\ntrain\t69937.1\t0.62", [69937.1], [0.62]),
        ("model,rmse,r2\nlinear,69937.1,0.62\nmlp,61000.5,0.7", [69937.1, 61000.5], [0.62, 0.7]),
        ("epoch loss rmse r2\n1 0.9 90000.5 0.3\n2 0.5 70000.5 0.6", [90000.5, 70000.5], [0.3, 0.6]),
        ("train_rmse train_r2 test_rmse test_r2\n69937.1 0.64 70001.2 0.6", [69937.1, 70001.2], [0.64, 0.6]),
        ("| Model | RMSE | R2 |\n|---|---:|---:|\n| linear | 69,937.1 | 0.62 |", [69937.1], [0.62]),
        ("| RMSE   | 69937.12 |\n| R2     | 0.6200 |", [69937.12], [0.62]),
        ("+---+------+----+\n|   | RMSE | R2 |\n+===+======+====+\n| a | 7.5  | .6 |\n+---+------+----+", [7.5], [0.6]),
        ("         train      test\nRMSE  69937.1  70001.2\nR2       0.64      0.60", [69937.1, 70001.2], [0.64, 0.6]),
        (RESULTS.to_string(), [69937.123, 70211.0], [0.641, 0.62]),
        (RESULTS.T.to_string(), [69937.123, 70211.0], [0.641, 0.62]),
        (RESULTS.rename_axis("split").to_string(), [69937.123, 70211.0], [0.641, 0.62]),
        (RESULTS.reset_index(drop=True).to_string(), [69937.123, 70211.0], [0.641, 0.62]),
        (RESULTS[["R2"]].to_string(), [], [0.641, 0.62]),
        (RESULTS.iloc[0].to_string(), [69937.123], [0.641]),
        (NAMED.to_string(), [69937.12, 61000.5], [0.64, 0.7]),
        (LONG.to_string(), [69937.12], [0.64]),
        # logs
        (
            "Epoch 1/2 - loss: 0.91 - rmse: 90000.5 - r2: 0.31\nEpoch 2/2 - loss: 0.52 - rmse: 70000.5 - r2: 0.61",
            [90000.5, 70000.5],
            [0.31, 0.61],
        ),
        ("epoch 10: R2 0.31 loss 0.25\nepoch 20: R2 0.61 loss 0.15", [], [0.31, 0.61]),
    ],
)
def test_both_metrics(text: str, rmse: list[float], r2: list[float]) -> None:
    assert claimed(text) == (rmse, r2)


@pytest.mark.parametrize(
    "label",
    [
        *(
            "R2",
            "r2",
            "R2 score",
            "R2_score",
            "r2score",
            "R2-score",
            "R^2",
            "R^{2}",
            "$R^2$",
            "R²",
            "R**2",
            "R 2",
            "Ｒ２",
        ),
        *(
            "R-squared",
            "R squared",
            "R_squared",
            "R Square",
            "R제곱",
            "R 제곱",
            "결정계수",
            "결정 계수",
            "결정계수(R2)",
        ),
        *("결정계수 (R²)", "R² (coefficient of determination)", "Coefficient of determination", "test_r2", "r2_test"),
        *("r2 (test)", "R2[test]", "testR2", "mlp_r2_score", "Test R2 score", "최종 R2", "R2(검증 데이터)"),
        *(
            "R2 (1 - SSE/SST)",
            "R2 score (0~1)",
            "R2 (3,000 rows)",
            "R2 after 500 epochs",
            "R2 of model 1",
            "model 2 R2",
        ),
    ],
)
@pytest.mark.parametrize("end", [": 0.62", " = 0.62", " : 0.6200"])
def test_labels_of_r2(label: str, end: str) -> None:
    assert claimed(label + end) == ([], [0.62])


@pytest.mark.parametrize(
    "label",
    [
        *("RMSE", "rmse", "RMSEs", "RMSE (test)", "rmse_train", "train_rmse", "trainRMSE", "RMSE[$]", "RMSE(달러)"),
        *(
            "Root Mean Squared Error",
            "root mean square error",
            "root_mean_squared_error",
            "RMSE (Root Mean Squared Error)",
        ),
        *(
            "평균 제곱근 오차",
            "평균제곱근오차(RMSE)",
            "평균 제곱근 편차",
            "평균 제곱 오차의 제곱근",
            "sqrt(MSE)",
            "√MSE",
            "Root MSE",
        ),
        *(
            "RMS error",
            "RMSE (3,000 rows)",
            "RMSE after 500 epochs",
            "RMSE on 17,000 rows",
            "RMSE (lr=0.01, epoch=500)",
        ),
        *("RMSE of model 1", "RMSE (root of the MSE)", "최종 RMSE", "RMSE at epoch 500", "RMSE n=3000"),
    ],
)
def test_labels_of_rmse(label: str) -> None:
    assert claimed(f"{label}: 69937.1") == ([69937.1], [])
    assert claimed(f"{label} = $69,937.1") == ([69937.1], [])


@pytest.mark.parametrize(
    ("written", "value"),
    [
        *(
            ("0.62", 0.62),
            (".62", 0.62),
            ("-0.35", -0.35),
            ("−0.35", -0.35),
            ("6.2e-01", 0.62),
            ("1.0", 1.0),
            ("0.0000", 0.0),
        ),
        *(
            ("62%", 0.62),
            ("62.1 %", 0.621),
            ("0.62.", 0.62),
            ("0.62입니다", 0.62),
            ("약0.62", 0.62),
            ("０．６２", 0.62),
        ),
        *(("np.float32(0.62)", 0.62), ("np.float64(-0.5)", -0.5), ("tensor(0.62)", 0.62), ("tensor([0.62])", 0.62)),
        *(("tensor(0.62, device='cuda:0', grad_fn=<RsubBackward1>)", 0.62), ("array(0.62, dtype=float32)", 0.62)),
        *(("[0.62]", 0.62), ("(0.62)", 0.62), ("0.62 ± 0.01", 0.62), ("0.62 (3.2 s)", 0.62), ("0.62, time 0.35", 0.62)),
        *(
            ("0.62, loss 0.35", 0.62),
            ("0.62 (20% validation)", 0.62),
            ("0.62 (> 0.5)", 0.62),
            ("> 0.5, in fact 0.62", 0.62),
        ),
    ],
)
def test_forms_of_numbers(written: str, value: float) -> None:
    assert claims(f"R2: {written}", "r2") == [pytest.approx(value)]
    assert claims(f"R2 {written}", "r2") == [pytest.approx(value)]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        *(("69937", 69937), ("69,937", 69937), ("1,069,937.5", 1069937.5), ("6.9937e+04", 69937), ("69937.", 69937)),
        *(
            ("$69,937", 69937),
            ("69937USD", None),
            ("69,937원", 69937),
            ("6.99만 달러", 6.99),
            ("31%", None),
            ("-5.0", None),
        ),
        *(
            ("0", None),
            ("inf", None),
            ("nan", None),
            ("1e999", None),
            ("9" * 5000, None),
            ("tensor(9.5, device='cuda:1')", 9.5),
        ),
    ],
)
def test_forms_of_an_rmse(written: str, value: float | None) -> None:
    assert claims(f"RMSE: {written}", "rmse") == ([] if value is None else [value])


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "R2",
            "R2 is a measure of fit",
            "we print RMSE and R2",
            "RMSE와 R2를 계산합니다.",
            "R2:",
            "R2: nan",
            "R2 = None",
        ),
        *("MSE: 0.4", "MAE: 0.5", "loss 0.5", "NRMSE: 0.3", "RMSLE: 0.3", "RMSELoss(0.5)", "0.62", "accuracy 0.9"),
        *(
            "R2D2 0.5",
            "sr2: 0.5",
            "FR2: 0.5",
            "R2.5 layer 0.3",
            "R 2.5",
            "Conv2: 0.5, layer 2 0.3, for 2 0.4",
            "3r2 0.5",
        ),
        *(
            "R2 with sklearn 1.4.2",
            "RMSE with torch 2.13.0",
            "R2: 12",
            "R2: 1",
            "R2: 1.5",
            "R2 > 0.5",
            "RMSE < 70000",
            "R2 ≥ 0.5",
        ),
        *(
            "RMSE and R2 of each epoch\nepoch 1 loss 0.5\nepoch 2 loss 0.4",
            "R2 계산 시작\nepoch 1 loss 0.5",
            "R2\nloss 0.5",
        ),
        *(
            "RMSE\n\n0.5 0.6 0.7",
            "RMSE, R2\n0.5",
            "R2\nlinear model\n\n0.5 to 0.6",
            "0.5 R2",
            "R2 as follows\n0.5 is good",
            "mse ** 0.5",
        ),
        *(
            "R2" + " word" * 40 + " 0.5",
            "평균 제곱 오차: 0.4",
            "mean_squared_error 0.4",
            "R2 | R2 | R2\n--- | --- | ---",
        ),
        "FutureWarning: 'squared' is deprecated in 1.4. Use 'root_mean_squared_error'.\n  warnings.warn(",
    ],
)
def test_what_claims_nothing(text: str) -> None:
    assert claimed(text) == ([], [])


def test_numbers_after_the_table_are_not_its_rows() -> None:
    table = "set  rmse  r2\na  7.5  0.6\n\ndone in 3.5 s\nb  8.5  0.7"
    assert claimed(table) == ([7.5], [0.6])
    assert claimed("R2: 0.62\n0.7\n0.8") == ([], [0.62])


@pytest.mark.parametrize(
    "text",
    [
        *("RMSE: " + "1" * 200_000, "RMSE: " + "1,2," * 50_000, "R2 " * 60_000, "R2\n" * 60_000, "RMSE  R2\n" * 20_000),
        *(
            "RMSE |" + " " * 200_000 + "b\nx",
            "R2(" * 60_000,
            "R2 " + "1." * 100_000,
            "R2 " + "<" * 200_000,
            "r " * 100_000,
        ),
        *("RMSE R2\na 1 2 3\n" * 10_000, "RMSE  R2\n" * 45 + "1.5  " * 39_000, "R2 " + "\t" * 200_000 + "x"),
    ],
)
def test_endless_outputs_come_to_an_end(text: str) -> None:
    rmse, r2 = claimed(text)
    assert all(np.isfinite([*rmse, *r2]))


# ---------------------------------------------------------------- what is under a cell


def result(source: str, shown: Any, output_type: str = "execute_result") -> dict[str, Any]:
    return {"source": source, "outputs": [{"output_type": output_type, "data": {"text/plain": shown}}]}


def stream(*texts: Any) -> dict[str, Any]:
    return {"source": "", "outputs": [{"output_type": "stream", "text": text} for text in texts]}


@pytest.mark.parametrize(
    ("source", "shown", "rmse", "r2"),
    [
        ("r2_score(y, p)", "0.62", [], [0.62]),
        ("x = 3\nr2_score(y[:100], p)  # R² on 100 rows\n\n", "np.float64(0.62)", [], [0.62]),
        ("r2_score(\n    y,\n    p,\n)", "0.62", [], [0.62]),
        ("r2_score(" + "y" * 300 + ")", "0.62", [], [0.62]),
        ("r2\n# done", "tensor(0.62)", [], [0.62]),
        ("rmse, r2", "(69937.1, 0.62)", [69937.1], [0.62]),
        ("(rmse(y, p), r2_score(y, p))", "(np.float64(69937.1), np.float64(0.62))", [69937.1], [0.62]),
        ("train_r2, test_r2", "(0.64, 0.62)", [], [0.64, 0.62]),
        ("results['r2']", "array([0.62])", [], [0.62]),
        ("np.sqrt(mean_squared_error(y, p))", "np.float64(69937.1)", [69937.1], []),
        ("mean_squared_error(y, p, squared=False)", "69937.1", [69937.1], []),
        ("mse ** 0.5", "69937.1", [69937.1], []),
        ("mean_squared_error(y, p)", "0.4", [], []),
        ("model.score(x, y)", "0.62", [], []),
        ("evaluate(mlp)", "{'rmse': 69937.1, 'r2': 0.62}", [69937.1], [0.62]),
        ("results", RESULTS.to_string(), [69937.123, 70211.0], [0.641, 0.62]),
        ("f'R2 {x}'", "'R2 0.62'", [], [0.62]),
        ("", "0.62", [], []),
    ],
)
def test_bare_last_expression(source: str, shown: str, rmse: list[float], r2: list[float]) -> None:
    assert claimed(text_of(result(source, shown))) == (rmse, r2)


def test_a_display_is_not_the_value_of_the_last_expression() -> None:
    assert claimed(text_of(result("display(loss)\nr2_score(y, p)", "0.62", "display_data"))) == ([], [])


def test_colours_and_progress_bars() -> None:
    text = text_of(stream("\x1b[1;31mRMSE\x1b[0m: \x1b[?25l69937.1\r\n", " 10%|█ | R2=0.3\r100%|██| R2=0.6\n"))
    assert "\x1b" not in text
    assert "\r" not in text
    assert claimed(text) == ([69937.1], [0.3, 0.6])


def test_markdown_is_preferred_to_its_source() -> None:
    data = {"text/plain": "<IPython.core.display.Markdown object>", "text/markdown": ["**R²**: 0.62\n", "끝"]}
    assert text_of({"outputs": [{"output_type": "display_data", "data": data}]}) == "**R²**: 0.62\n끝"


def test_outputs_of_any_shape() -> None:
    outputs: list[dict[str, Any]] = [
        {"output_type": "stream", "text": ["R2: ", "0.62\n"]},
        {"output_type": "stream"},
        {"output_type": "display_data", "data": None},
        {"output_type": "display_data", "data": {"image/png": "aGk="}},
        {"output_type": "execute_result", "data": {"text/plain": 7}},
        {"output_type": "error", "ename": "ValueError", "traceback": ["R2: 0.5"]},
        {},
    ]
    assert claimed(text_of({"outputs": outputs})) == ([], [0.62])
    assert text_of({"cell_type": "markdown", "source": "R2: 0.5"}) == ""


def test_the_end_of_a_long_output_counts() -> None:
    text = text_of(stream("R2: 0.11\n" + "epoch loss 0.5\n" * 20_000 + "R2: 0.62"))
    assert claimed(text) == ([], [0.62])
