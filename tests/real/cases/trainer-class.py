# %% [markdown]
# # Homework 1 – Regression on California Housing
#
# I wrapped the training loop into a class so that I can reuse it for the follow-up question.

# %%
import time
from dataclasses import dataclass, field

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(7)
np.random.seed(7)


# %%
class HousingData:
    target = "median_house_value"

    def __init__(self, path, valid_fraction=0.15):
        frame = pd.read_csv(path).sample(frac=1.0, random_state=7).reset_index(drop=True)
        n_valid = int(len(frame) * valid_fraction)
        self.valid, self.train = frame[:n_valid], frame[n_valid:]
        features = self.train.drop(columns=self.target)
        self.center, self.scale = features.mean(), features.std(ddof=0)
        self.y_center, self.y_scale = self.train[self.target].mean(), self.train[self.target].std(ddof=0)

    def tensors(self, part):
        x = (part.drop(columns=self.target) - self.center) / self.scale
        y = (part[self.target] - self.y_center) / self.y_scale
        return torch.tensor(x.values).float(), torch.tensor(y.values).float().view(-1, 1)


data = HousingData("sample_data/california_housing_train.csv")


# %%
class LinearRegression(nn.Module):
    def __init__(self, n_in):
        super().__init__()
        self.fc = nn.Linear(n_in, 1)

    def forward(self, x):
        return self.fc(x)


class MLP(nn.Module):
    def __init__(self, n_in, hidden=(48, 24)):
        super().__init__()
        layers, width = [], n_in
        for h in hidden:
            layers += [nn.Linear(width, h), nn.LeakyReLU(0.1)]
            width = h
        self.body = nn.Sequential(*layers)
        self.head = nn.Linear(width, 1)

    def forward(self, x):
        return self.head(self.body(x))


class Trainer:
    def __init__(self, model, data, lr, batch_size=256, device="cpu"):
        self.model = model.to(device)
        self.data = data
        self.device = device
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=lr, weight_decay=1e-4)
        self.loader = DataLoader(TensorDataset(*data.tensors(data.train)), batch_size=batch_size, shuffle=True)
        self.history = {"loss": [], "valid": []}

    def fit(self, epochs):
        started = time.perf_counter()
        x_valid, y_valid = self.data.tensors(self.data.valid)
        for _ in range(epochs):
            self.model.train()
            for xb, yb in self.loader:
                xb, yb = xb.to(self.device), yb.to(self.device)
                loss = nn.functional.mse_loss(self.model(xb), yb)
                self.optimizer.zero_grad()
                loss.backward()
                self.optimizer.step()
                self.history["loss"].append(loss.item())
            self.model.eval()
            with torch.no_grad():
                self.history["valid"].append(nn.functional.mse_loss(self.model(x_valid.to(self.device)), y_valid.to(self.device)).item())
        self.seconds = time.perf_counter() - started
        return self

    @torch.no_grad()
    def evaluate(self):
        self.model.eval()
        x, y = self.data.tensors(self.data.valid)
        predicted = self.model(x.to(self.device)).cpu() * self.data.y_scale + self.data.y_center
        actual = y * self.data.y_scale + self.data.y_center
        residual = ((actual - predicted) ** 2).sum()
        total = ((actual - actual.mean()) ** 2).sum()
        return {"RMSE": (residual / len(y)).sqrt().item(), "R2": (1 - residual / total).item()}

    def plot(self, title):
        fig, ax = plt.subplots(figsize=(7, 4))
        ax.plot(self.history["loss"])
        ax.set_xlabel("iteration")
        ax.set_ylabel("MSE (standardized)")
        ax.set_title(title)
        plt.show()


# %% [markdown]
# ## Single layer

# %%
t1 = Trainer(LinearRegression(8), data, lr=0.01).fit(5)
t1.plot("Loss of the linear model")
print(t1.evaluate())

# %% [markdown]
# ## MLP

# %%
t2 = Trainer(MLP(8), data, lr=0.004).fit(8)
t2.plot("Loss of the MLP")
print(t2.evaluate())

# %%
for device in ["cpu", "cuda"]:
    if device == "cuda" and not torch.cuda.is_available():
        print("no GPU in this runtime, so only the CPU time:", round(t1.seconds, 2), "s")
        continue
    print(device, Trainer(LinearRegression(8), data, lr=0.01, device=device).fit(1).seconds)
