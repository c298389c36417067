"""Write handout.ipynb, the notebook that students get.

    python make_handout.py            write it
    python make_handout.py --check    exit 1 if the file differs from what this script makes

Cell ids are written out and not random, so that making it again changes nothing. The questions must not hold any
phrase of the rubric's concepts, and the code cells hold comments only: handed in as it is, the notebook earns 0.
"""

import json
import sys
from pathlib import Path
from typing import Any

HANDOUT = Path(__file__).parent / "handout.ipynb"
PLACEHOLDER = "*여기에 답을 쓰세요 / Write your answer here*"

INTRODUCTION = """\
# PyTorch 세미나 과제 1 / PyTorch seminar, homework 1

이 노트북을 채워서 그대로 제출하세요 (`.ipynb`, 또는 `# %%`로 셀을 나눈 `.py`). 답은 한국어나 영어로 씁니다.

Fill in this notebook and hand it in as it is (`.ipynb`, or a `.py` with `# %%` cells).
Answers may be in Korean or English.

## 규칙 / Rules

- 제목 `## P1.1` … `## P3.2`와 셀 태그를 지우지 마세요. 채점기는 이것으로 문항을 찾습니다. 셀은 더해도 됩니다.
- 노트북은 새 커널에서 위에서부터 차례로 실행됩니다. 인터넷과 GPU는 없을 수 있습니다.
  전체 실행 시간은 5분, 셀 하나는 90초까지입니다.
- 데이터는 Colab과 같은 자리에 있습니다:
  `sample_data/california_housing_train.csv`, `sample_data/california_housing_test.csv`.
  점수는 여러분에게 없는 다른 행으로 다시 계산합니다.

- Keep the headings `## P1.1` … `## P3.2` and the cell tags: the grader finds your answers by them.
  Add as many cells as you like.
- The notebook is run from top to bottom in a fresh kernel, possibly without internet and without a GPU,
  within 5 minutes, and 90 seconds for one cell.
- The data are where Colab has them (the two paths above). Scores are recomputed on other rows, which you do not have.

## 이름 약속 / Names

채점기는 아래 이름을 찾습니다. 이름이 다르면 점수를 줄 수 없습니다.
The grader looks for the names below and cannot score others.

| | P1.1 | P1.2 |
|---|---|---|
| 모델 / model | `linear` | `mlp` |
| 예측 / prediction | `predict_linear(df)` | `predict_mlp(df)` |
| 기록 / record | `losses_linear` | `losses_mlp` |

- **모델**: 학습된 `nn.Module`. 특성 8개인 N행을 받아 `(N, 1)`을 출력합니다.
- **예측**: 특성 열 8개를 파일에 있는 값 그대로 가진 DataFrame을 받아, 행마다 예측 집값을 **달러**로 돌려줍니다.
  학습 때와 같은 전처리를 이 함수 안에서 합니다. 행의 수와 순서가 어떻든 같은 행에는 같은 값이 나와야 합니다.
- **기록**: 학습하는 동안 매 반복의 loss를 담은 `float` 리스트.

- **Model**: the trained `nn.Module`; N rows of 8 features in, `(N, 1)` out.
- **Prediction**: takes a DataFrame with the 8 feature columns as they are in the file and returns one price per row,
  in **dollars**. The preprocessing of your training belongs inside this function. The same row gets the same price
  whatever the number and the order of the rows.
- **Record**: a list of `float`, the loss of every iteration of the training.

```python
def predict_linear(df):
    # df: longitude, latitude, housing_median_age, total_rooms,
    #     total_bedrooms, population, households, median_income
    ...
    return dollars  # 길이 N / length N
```

선택 (보너스): 글로 쓴 답을 코드로 뒷받침하면 그 문항 안에서 점수를 더 얻을 수 있습니다.
Optional (bonus): backing a written answer with code can earn points within that item.

- P2: `deep_sigmoid`, `deep_relu` – 같은 너비의 `nn.Linear` 약 10개를 쌓은, 학습하지 않은 두 모델.
  활성화 함수만 다릅니다. / Two untrained models, each of about 10 `nn.Linear` layers of one width, that differ in the
  activation function.
- P3.1, P3.2: `conv_block` – CNN의 한 단계. 합성곱 하나, 활성화 함수 하나, 풀링 하나로 된 `nn.Sequential`.
  / One stage of a CNN: an `nn.Sequential` of one convolution, one activation function and one pooling.
"""

SETUP = """\
# 공통 준비: import, 데이터 읽기 등
# Shared preparation: imports, reading the data and so on
"""

P1_1 = """\
## P1.1

`nn.Linear` **하나**로 `median_house_value`를 예측하는 선형 회귀 모델을 만들고 학습하세요.
반복 횟수와 learning rate는 자유입니다.

1. 매 반복의 loss를 기록하고 matplotlib으로 그리세요 (xlabel, ylabel, title).
2. 최종 RMSE(달러)와 R²를 `RMSE (test): …`, `R2 (test): …`처럼 출력하세요.
3. CPU로 학습할 때와 GPU로 학습할 때 걸린 시간에 차이가 있었나요?

Build and train a linear regression model with **one** `nn.Linear` that predicts `median_house_value`.
The number of iterations and the learning rate are your choice.

1. Record the loss of every iteration and plot it with matplotlib (xlabel, ylabel, title).
2. Print the final RMSE (in dollars) and R², for example `RMSE (test): …`, `R2 (test): …`.
3. Did training on a CPU and on a GPU differ in time?
"""

P1_2 = """\
## P1.2

이번에는 `nn.Linear` 층이 2개 이상 5개 이하인 MLP로 같은 문제를 푸세요.
P1.1처럼 loss를 그리고 RMSE와 R²를 출력하세요.

Now solve the same problem with an MLP of at least 2 and at most 5 `nn.Linear` layers.
As in P1.1, plot the loss and print RMSE and R².
"""

P2 = """\
## P2

활성화 함수로 시그모이드보다 ReLU를 더 많이 쓰는 이유는 무엇인가요? 이유를 여러 가지 쓰세요.

Why is ReLU preferred to sigmoid as an activation function? Give several reasons.
"""

P3_1 = """\
## P3.1

이미지의 특징을 뽑을 때 FC 층(fully connected layer)이 아니라 합성곱 층을 쓰는 이유는 무엇인가요?

Why use a convolution layer rather than a fully connected layer to extract features of an image?
"""

P3_2 = """\
## P3.2

CNN에서 패딩과 풀링을 쓰는 이유는 각각 무엇인가요?

Why does a CNN use padding, and why pooling?
"""

CODE = "# 여기에 코드를 쓰세요 / Write your code here"
OPTIONAL_CODE = "# 선택: 답을 뒷받침하는 코드 / Optional: code that backs your answer"


def cell(kind: str, cell_id: str, source: str, item: str | None = None) -> dict[str, Any]:
    made: dict[str, Any] = {
        "cell_type": kind,
        "id": cell_id,
        "metadata": {"tags": [item]} if item else {},
        "source": source.strip().splitlines(keepends=True),
    }
    return made | {"execution_count": None, "outputs": []} if kind == "code" else made


def item_cells(item: str, question: str, code: str, answer: bool = True) -> list[dict[str, Any]]:
    """A question, a cell for code and, where words are asked for, a cell for them."""
    stem = item.lower().replace(".", "-")
    cells = [cell("markdown", f"{stem}-question", question, item), cell("code", f"{stem}-code", code, item)]
    if answer:
        cells.append(cell("markdown", f"{stem}-answer", PLACEHOLDER, item))
    return cells


def notebook() -> dict[str, Any]:
    return {
        "cells": [
            cell("markdown", "introduction", INTRODUCTION),
            cell("code", "setup", SETUP),
            *item_cells("P1.1", P1_1, CODE),
            *item_cells("P1.2", P1_2, CODE, answer=False),
            *item_cells("P2", P2, OPTIONAL_CODE),
            *item_cells("P3.1", P3_1, OPTIONAL_CODE),
            *item_cells("P3.2", P3_2, OPTIONAL_CODE),
        ],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def main() -> int:
    text = json.dumps(notebook(), ensure_ascii=False, indent=1) + "\n"
    if "--check" in sys.argv[1:]:
        same = HANDOUT.is_file() and HANDOUT.read_text(encoding="utf-8") == text
        print(f"{HANDOUT.name}: {'same' if same else 'DIFFERENT'}")
        return 0 if same else 1
    HANDOUT.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
