"""The independent truth: for each case and role, raw rows carried by hand through that student's preprocessing.

Each function is given the notebook's names as attributes (`ns.model`, and `ns.modules`: every module the notebook made,
in the order of making) and a table of the eight raw feature columns; it returns the predicted price of each row in
dollars. They are written from reading the notebooks and share nothing with the grader.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import torch

Predictor = Callable[[SimpleNamespace, pd.DataFrame], Any]
PREDICTORS: dict[tuple[str, str], Predictor] = {}
PRICE = "median_house_value"


def of(case: str, *roles: str) -> Callable[[Predictor], Predictor]:
    def register(function: Predictor) -> Predictor:
        for role in roles:
            PREDICTORS[case, role] = function
        return function

    return register


def both(case: str, linear: str, mlp: str) -> Callable[[Any], None]:
    """Register `predict(ns, raw, model)` for the two expressions that lead to the models, such as `nets['mlp']`."""

    def register(function: Any) -> None:
        for role, where in (("linear", linear), ("mlp", mlp)):
            PREDICTORS[case, role] = lambda ns, raw, where=where: function(ns, raw, eval(where, {}, vars(ns)))

    return register


def output(model: torch.nn.Module, inputs: Any) -> np.ndarray:
    """What a model answers to a table of inputs, one number a row, with its own dtype and in evaluation mode."""
    model.eval()
    kind = next(model.parameters()).dtype
    with torch.no_grad():
        return model(torch.tensor(np.asarray(inputs, dtype=np.float64)).to(kind)).numpy().astype(np.float64).ravel()


def made(ns: SimpleNamespace, kind: type, *widths: int) -> list[torch.nn.Module]:
    """Modules of a class whose Linear layers have these widths, in the order of making."""
    found = []
    for module in ns.modules:
        layers = [layer for layer in module.modules() if isinstance(layer, torch.nn.Linear)]
        if type(module) is kind and layers:
            sizes = (layers[0].in_features, *(layer.out_features for layer in layers))
            if sizes == widths:
                found.append(module)
    return found


# ---------------------------------------------------------------- standardised columns


@both("basic-korean", "model", "model2")
def _(ns, raw, model):
    return output(model, (raw - ns.mu) / ns.sigma) * 100_000


@of("same-name-twice", "linear")
def _(ns, raw):
    (model,) = [m for m in ns.modules if type(m) is torch.nn.Linear and m.in_features == 8 and m.out_features == 1]
    return output(model, ns.sc_x.transform(raw.values)) * ns.sc_y.scale_[0] + ns.sc_y.mean_[0]


@of("same-name-twice", "mlp")
def _(ns, raw):
    return output(ns.model, ns.sc_x.transform(raw.values)) * ns.sc_y.scale_[0] + ns.sc_y.mean_[0]


@both("trainer-class", "t1.model", "t2.model")
def _(ns, raw, model):
    return output(model, (raw - ns.data.center) / ns.data.scale) * ns.data.y_scale + ns.data.y_center


def _inside(ns, raw, *widths):
    train = pd.read_csv("sample_data/california_housing_train.csv")[list(raw.columns)]
    (model,) = made(ns, torch.nn.Sequential, *widths)
    return output(model, (raw - train.mean()) / train.std()) * 1000


@of("only-inside-a-function", "linear")
def _(ns, raw):
    return _inside(ns, raw, 8, 1)


@of("only-inside-a-function", "mlp")
def _(ns, raw):
    return _inside(ns, raw, 8, 40, 20, 1)


@both("models-in-a-dict", "nets['linear']", "nets['mlp']")
def _(ns, raw, model):
    return output(model, (raw.values - ns.mean) / ns.std) * ns.ystd + ns.ymean


@both("four-learning-rates", "final", "best[1]")
def _(ns, raw, model):
    return output(model, (raw[ns.feat] - ns.avg) / ns.sd) * 1e5


@both("abandoned-after-nan", "model_v3", "mlp2")
def _(ns, raw, model):
    scaled = (torch.tensor(raw.values, dtype=torch.float32) - ns.xm) / ns.xs
    return output(model, scaled) * ns.ys.item() + ns.ym.item()


@both("dataloader-two-curves", "lr_model", "mlp_model")
def _(ns, raw, model):
    return output(model, ns.scaler.transform(raw.values)) * 1e5


@both("three-columns-numpy", "one", "many")
def _(ns, raw, model):
    columns = raw[["median_income", "latitude", "longitude"]].values
    return output(model, (columns - ns.m) / ns.s) * 100_000


@of("income-only", "linear")
def _(ns, raw):
    return output(ns.w, raw[["median_income"]]) * 1000


@of("income-only", "mlp")
def _(ns, raw):
    return output(ns.net, raw[["median_income"]]) * 1000


@both("fake-print", "model", "mlp")
def _(ns, raw, model):
    # the notebook overwrote its own statistics, so they are taken from the file as it did
    train = pd.read_csv("sample_data/california_housing_train.csv")
    x = torch.tensor(train.drop(columns=PRICE).values).float()
    y = torch.tensor(train[PRICE].values).float()
    scaled = (torch.tensor(raw.values).float() - x.mean(0)) / x.std(0)
    return output(model, scaled) * y.std().item() + y.mean().item()


@both("manual-descent-backward", "model", "net")
def _(ns, raw, model):
    return output(model, (raw.values.astype(np.float32) - ns.X_avg) / ns.X_dev) * 1000


@of("manual-descent-formula", "linear")
def _(ns, raw):
    return output(ns.layer, (torch.tensor(raw.values) - ns.shift) / ns.spread)


@both("closed-form-copied", "model", "net")
def _(ns, raw, model):
    return output(model, (raw - ns.mu) / ns.sd) * 1e5


@both("lbfgs-double", "linear_regression", "mlp")
def _(ns, raw, model):
    return output(model, (torch.from_numpy(raw.to_numpy()) - ns.mean) * ns.whiten) * 1e5


@both("tanh-momentum-scheduler", "단층", "다층")
def _(ns, raw, model):
    scaled = (torch.tensor(raw.values, dtype=torch.float32) - ns.mean[:8]) / ns.std[:8]
    return output(model, scaled) * ns.std[8].item() + ns.mean[8].item()


@both("modulelist-early-stopping", "model1", "model5")
def _(ns, raw, model):
    return output(model, ns.xs.transform(raw)) * ns.ys.scale_[0] + ns.ys.mean_[0]


@both("kfold", "final_linear", "final_mlp")
def _(ns, raw, model):
    return output(model, ns.scaler.transform(raw.values)) * 100_000


@both("permutation-tqdm", "lin", "mlp")
def _(ns, raw, model):
    scaled = (torch.tensor(raw.values).float() - ns.mu_x) / ns.std_x
    return output(model, scaled) * ns.std_y.item() + ns.mu_y.item()


@both("contiguous-slice", "f", "g")
def _(ns, raw, model):
    return output(model, (raw - ns.m[:8]) / ns.s[:8]) * ns.s[PRICE] + ns.m[PRICE]


@both("tensor-losses-rmsprop", "model", "model_mlp")
def _(ns, raw, model):
    return output(model, (raw - ns.mean[:8]) / ns.std[:8]) * ns.std[PRICE] + ns.mean[PRICE]


@both("retrained-and-deeper", "net", "mlp")
def _(ns, raw, model):
    return output(model, ns.scaler.transform(raw)) * 1000


@both("exploration-and-typo", "linear_reg", "mlp_reg")
def _(ns, raw, model):
    return output(model, (raw - ns.X_mean) / ns.X_std) * 10_000


def _terse(ns, raw, model):
    scaled = (torch.tensor(raw.values, dtype=torch.float) - ns.m[:8]) / ns.s[:8]
    return output(model, scaled) * ns.s[8].item() + ns.m[8].item()


@of("terse", "linear")
def _(ns, raw):
    (model,) = [m for m in ns.modules if type(m) is torch.nn.Linear and (m.in_features, m.out_features) == (8, 1)]
    return _terse(ns, raw, model)


@of("terse", "mlp")
def _(ns, raw):
    return _terse(ns, raw, ns.net)


@both("deep-linear-only", "model", "model_mlp")
def _(ns, raw, model):
    return output(model, ns.sc.transform(raw)) * 100_000


@both("squeezed-train-only", "linear_model", "mlp_model")
def _(ns, raw, model):
    train = ns.df.drop(columns=PRICE)
    return output(model, (raw - train.mean()) / train.std()) * 100_000


@both("device-loop-with-answers", "trained['cpu'][0]", "trained_mlp['cpu'][0]")
def _(ns, raw, model):
    columns = list(raw.columns)
    return output(model, (raw - ns.mean[columns]) / ns.std[columns]) * ns.std[PRICE] + ns.mean[PRICE]


@both("test-rows-in-training", "linreg", "mlp")
def _(ns, raw, model):
    return output(model, ns.sx.transform(raw)) * ns.sy.scale_[0] + ns.sy.mean_[0]


# ---------------------------------------------------------------- scaled in other ways


@both("custom-dataset-random-split", "net", "mlp")
def _(ns, raw, model):
    low, high = ns.dataset.lo, ns.dataset.hi
    scaled = (torch.tensor(raw.values).float() - low[:8]) / (high[:8] - low[:8])
    return output(model, scaled) * (high[8] - low[8]).item() + low[8].item()


@both("minmax-both-sides", "regressor", "deep")
def _(ns, raw, model):
    inputs = ns.x_scaler.transform(raw.values)
    return ns.y_scaler.inverse_transform(output(model, inputs)[:, None]).ravel()


@both("divided-by-max", "single", "multi")
def _(ns, raw, model):
    return output(model, raw / ns.largest[:8]) * ns.largest[PRICE]


@both("dropout-batchnorm", "linear_net", "mlp_net")
def _(ns, raw, model):
    low, high = ns.inputs.min(), ns.inputs.max()
    return output(model, (raw - low) / (high - low)) * 100_000


@both("candidates-and-checkpoint", "single", "restored")
def _(ns, raw, model):
    scaled = 2 * (raw.to_numpy() - ns.low[:8]) / (ns.high[:8] - ns.low[:8]) - 1
    return (output(model, scaled) + 1) / 2 * (ns.high[8] - ns.low[8]) + ns.low[8]


@both("nothing-scaled", "model", "model2")
def _(ns, raw, model):
    return output(model, raw)


@both("batchnorm-as-scaler", "lin", "mlp")
def _(ns, raw, model):
    return output(model, raw) * 1e5


@both("normalise-inside-forward", "regression", "perceptron")
def _(ns, raw, model):
    return output(model, raw)


def _components(ns, raw, kind, *widths):
    found = [m for m in ns.modules if type(m) is torch.nn.Linear and (m.in_features, m.out_features) == (7, 1)]
    model = found[0] if kind is torch.nn.Linear else made(ns, kind, *widths)[0]
    return output(model, ns.prep.transform(raw)) * 1e5


@of("pca-pipeline", "linear")
def _(ns, raw):
    return _components(ns, raw, torch.nn.Linear)


@of("pca-pipeline", "mlp")
def _(ns, raw):
    return _components(ns, raw, torch.nn.Sequential, 7, 64, 1)


# ---------------------------------------------------------------- logarithms of the price


@both("robust-scaler-log1p", "lin", "mlp")
def _(ns, raw, model):
    return np.expm1(output(model, ns.scaler.transform(raw)))


@both("log-price-reported-in-log", "linear_model", "mlp_model")
def _(ns, raw, model):
    return np.exp(output(model, (raw[ns.x_cols] - ns.X_mean) / ns.X_std))


# ---------------------------------------------------------------- features that no scaling of columns gives


@both("ratio-features", "model_lr", "model_mlp")
def _(ns, raw, model):
    rooms, homes = raw["total_rooms"], raw["households"]
    ratios = {
        "rooms_per_household": rooms / homes,
        "bedrooms_per_room": raw["total_bedrooms"] / rooms,
        "population_per_household": raw["population"] / homes,
    }
    return output(model, ns.ss.transform(raw.assign(**ratios))) * 1e5


@both("log-features", "lin", "mlp")
def _(ns, raw, model):
    x = raw.copy()
    for name in ("total_rooms", "total_bedrooms", "population", "households", "median_income"):
        x[name] = np.log1p(x[name])
    return output(model, (x - ns.mean) / ns.std) * 1e5


@of("polynomial-features", "linear")
def _(ns, raw):
    return output(ns.model, ns.pipe.transform(raw)) * 1e5


@of("polynomial-features", "mlp")
def _(ns, raw):
    return output(ns.mlp, ns.sc.transform(raw)) * 1e5


@of("one-hot-grid", "linear")
def _(ns, raw):
    dense = (raw[ns.numeric] - ns.num_mean) / ns.num_std
    cell = np.digitize(raw["longitude"], ns.lon_edges) * 21 + np.digitize(raw["latitude"], ns.lat_edges)
    return output(ns.layer, np.hstack([dense, np.eye(23 * 21)[cell]])) * 1e5


@both("forest-behind-the-layer", "model", "mlp")
def _(ns, raw, model):
    train = ns.df[ns.cols]
    inputs = np.c_[(raw - train.mean()) / train.std(), ns.rf.predict(raw) / 1e5]
    return output(model, inputs) * 1e5


# ---------------------------------------------------------------- notebooks that need repairs


@both("sklearn-fetch", "linear_model", "mlp")
def _(ns, raw, model):
    homes = raw["households"]
    inputs = np.column_stack(
        [
            raw["median_income"],
            raw["housing_median_age"],
            raw["total_rooms"] / homes,
            raw["total_bedrooms"] / homes,
            raw["population"],
            raw["population"] / homes,
            raw["latitude"],
            raw["longitude"],
        ]
    )
    return output(model, ns.scaler.transform(inputs)) * 100_000


@both("windows-path", "model", "mlp")
def _(ns, raw, model):
    return output(model, (raw - ns.mean) / ns.std) * 100_000


@both("raw-github-url", "linear", "network")
def _(ns, raw, model):
    return output(model, (raw - ns.X_mean) / ns.X_std) * 1e5


@both("drive-and-cuda", "model", "mlp")
def _(ns, raw, model):
    low, width = ns.mn, ns.mx - ns.mn
    return output(model, (raw - low[:8]) / width[:8]) * width[PRICE] + low[PRICE]


# ---------------------------------------------------------------- rows that a student evaluated

ROWS: dict[str, Callable[[SimpleNamespace], pd.DataFrame]] = {
    "ratio-features": lambda ns: pd.read_csv("sample_data/california_housing_test.csv"),
    "log-features": lambda ns: ns.df.iloc[ns.val_i],
    "polynomial-features": lambda ns: pd.read_csv("sample_data/california_housing_test.csv"),
    "one-hot-grid": lambda ns: pd.read_csv("sample_data/california_housing_test.csv"),
    "forest-behind-the-layer": lambda ns: pd.read_csv("sample_data/california_housing_test.csv"),
}
