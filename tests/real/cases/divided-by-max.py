# %% [markdown]
# # Week 1 homework
# Simple normalisation: divide every column by its largest absolute value.

# %%
import pandas as pd
import torch
import torch.nn as nn
import torch.nn.functional as F
import matplotlib.pyplot as plt
from time import perf_counter

train = pd.read_csv("sample_data/california_housing_train.csv").astype("float32")
test = pd.read_csv("sample_data/california_housing_test.csv").astype("float32")
largest = train.abs().max()
train_n, test_n = train / largest, test / largest
x, y = torch.tensor(train_n.values[:, :-1]), torch.tensor(train_n.values[:, -1:])
xt, yt = torch.tensor(test_n.values[:, :-1]), torch.tensor(test_n.values[:, -1:])


# %%
class Single(nn.Module):
    def __init__(self):
        super().__init__()
        self.out = nn.Linear(8, 1)

    def forward(self, x):
        return self.out(x)


class Multi(nn.Module):
    def __init__(self, width=64):
        super().__init__()
        self.a = nn.Linear(8, width)
        self.b = nn.Linear(width, width // 2)
        self.out = nn.Linear(width // 2, 1)

    def forward(self, x):
        x = F.leaky_relu(self.a(x), 0.2)
        x = F.leaky_relu(self.b(x), 0.2)
        return self.out(x)


def learn(model, lr, epochs):
    opt = torch.optim.Adam(model.parameters(), lr=lr)
    losses, begin = [], perf_counter()
    for _ in range(epochs):
        order = torch.randperm(x.size(0))
        for i in range(0, x.size(0), 250):
            loss = F.mse_loss(model(x[order[i : i + 250]]), y[order[i : i + 250]])
            opt.zero_grad()
            loss.backward()
            opt.step()
            losses.append(loss.item())
    print(f"{perf_counter() - begin:.2f} s")
    return losses


def final_score(model):
    with torch.no_grad():
        diff = (model(xt) - yt) * largest["median_house_value"]
    variance = (yt * largest["median_house_value"]).var(unbiased=False)
    print(f"RMSE {diff.pow(2).mean().sqrt():.0f} R2 {1 - diff.pow(2).mean() / variance:.4f}")


# %%
single = Single()
losses_single = learn(single, 0.02, 25)
final_score(single)

# %%
multi = Multi()
losses_multi = learn(multi, 0.005, 15)
final_score(multi)

# %%
plt.figure(figsize=(10, 4))
plt.subplot(1, 2, 1)
plt.plot(losses_single)
plt.title("Single layer")
plt.xlabel("iteration")
plt.ylabel("MSE")
plt.subplot(1, 2, 2)
plt.plot(losses_multi)
plt.title("Three layers")
plt.xlabel("iteration")
plt.ylabel("MSE")
plt.show()

# %% [markdown]
# CPU and GPU take the same time here because one step is very small.
