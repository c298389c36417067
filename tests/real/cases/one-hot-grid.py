# %% [markdown]
# Homework 1, problem 1. I bin the map into a grid and one-hot encode the cells, because price depends on the place.

# %%
import numpy as np
import pandas as pd
import torch
import matplotlib.pyplot as plt

train = pd.read_csv("sample_data/california_housing_train.csv")
test = pd.read_csv("sample_data/california_housing_test.csv")
lon_edges = np.linspace(-124.5, -114.0, 22)
lat_edges = np.linspace(32.5, 42.0, 20)
numeric = ["housing_median_age", "total_rooms", "total_bedrooms", "population", "households", "median_income"]
num_mean, num_std = train[numeric].mean(), train[numeric].std()


def encode(frame):
    a = np.digitize(frame["longitude"], lon_edges)
    b = np.digitize(frame["latitude"], lat_edges)
    cell = torch.tensor(a * 21 + b)
    onehot = torch.nn.functional.one_hot(cell, 23 * 21).float()
    dense = torch.tensor(((frame[numeric] - num_mean) / num_std).values).float()
    return torch.cat([dense, onehot], dim=1)


x, x_test = encode(train), encode(test)
y = torch.tensor(train["median_house_value"].values / 1e5).float()[:, None]
y_test = torch.tensor(test["median_house_value"].values / 1e5).float()[:, None]

# %%
layer = torch.nn.Linear(x.shape[1], 1)
opt = torch.optim.Adam(layer.parameters(), lr=0.05)
losses = []
for _ in range(8):
    for i in torch.randperm(len(x)).split(1000):
        loss = torch.nn.functional.mse_loss(layer(x[i]), y[i])
        opt.zero_grad()
        loss.backward()
        opt.step()
        losses.append(loss.item())

plt.plot(losses)
plt.xlabel("iteration")
plt.ylabel("loss")
plt.title("one layer on one-hot cells")
plt.show()

# %%
with torch.no_grad():
    error = layer(x_test) - y_test
print("RMSE", error.square().mean().sqrt().item() * 1e5)
print("R2", 1 - (error.square().sum() / (y_test - y_test.mean()).square().sum()).item())
