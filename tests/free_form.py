"""Homework 1 as students write it who follow no names: cells, and a class of such notebooks graded by the command."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from build import Cell, code, document

START = code(
    """
import pandas as pd, torch, torch.nn as nn, matplotlib.pyplot as plt
df = pd.read_csv("sample_data/california_housing_train.csv")
te = pd.read_csv("sample_data/california_housing_test.csv")
f = df.columns[:-1]
m, s = df[f].mean(), df[f].std()
def prepared(t):
    y = torch.tensor(t[["median_house_value"]].values / 1e5, dtype=torch.float32)
    return torch.tensor(((t[f] - m) / s).values, dtype=torch.float32), y
X, y = prepared(df)
Xt, yt = prepared(te)
"""
)
SIGMOID = (
    "시그모이드를 깊게 쌓으면 기울기 소실이 생긴다. 양 끝에서 포화되기 때문이다."
    " ReLU는 x>0에서 기울기가 항상 1이고 계산이 간단하다."
)
CONVOLUTION = "합성곱 층은 주변 픽셀을 함께 보고, 가중치를 공유하므로 파라미터 수가 적다."
POOLING = (
    "패딩이 없으면 가장자리 정보가 덜 쓰인다. 패딩은 크기를 유지한다."
    " 풀링은 연산량을 줄이고 중요한 특징을 남기며 과적합을 막는다."
)

Report = dict[str, Any]
Command = Callable[..., Any]


def training(model: str, losses: str = "hist", steps: int = 200, x: str = "X", y: str = "y") -> Cell:
    return code(
        f"""
opt = torch.optim.Adam({model}.parameters(), lr=0.05)
{losses} = []
for i in range({steps}):
    opt.zero_grad()
    l = nn.functional.mse_loss({model}({x}), {y})
    l.backward()
    opt.step()
    {losses}.append(l.item())
plt.plot({losses}); plt.xlabel("step"); plt.ylabel("loss"); plt.title("loss"); plt.show()
"""
    )


def evaluation(model: str) -> Cell:
    return code(
        f"""
with torch.no_grad():
    p = {model}(Xt)
sse = ((p - yt) ** 2).sum().item()
print("RMSE", (sse / len(yt)) ** 0.5 * 1e5, "R2", 1 - sse / ((yt - yt.mean()) ** 2).sum().item())
"""
    )


SINGLE = (code("model = nn.Linear(8, 1)"), training("model"), evaluation("model"))
NETWORK = (
    code("net = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 1))"),
    training("net"),
    evaluation("net"),
)


def write(file: Path, *cells: Cell) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(document(*cells), ensure_ascii=False), encoding="utf-8")


def graded(grader: Command, folder: Path, out: Path, language: str = "en") -> dict[str, Report]:
    """Reports by student, from `grader grade`."""
    done = grader("grade", folder, "-o", out, "--lang", language)
    assert done.returncode == 0, done.stdout + done.stderr
    return {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in (out / "reports").glob("*.json")}


def item(report: Report, name: str) -> dict[str, Any]:
    return next(score for score in report["scores"] if score["item"] == name)


def finding(report: Report, name: str, criterion: str) -> dict[str, Any]:
    return next(found for found in item(report, name)["findings"] if found["criterion"] == criterion)


def said(report: Report) -> str:
    """All that the student is told."""
    return "\n".join(f["feedback"] or "" for score in report["scores"] for f in score["findings"])
