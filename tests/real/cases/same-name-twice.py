# %% [markdown]
# HW1
#
# P1

# %%
import pandas as pd
import torch
from torch import nn, optim
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from sklearn.metrics import mean_squared_error, r2_score
import matplotlib.pyplot as plt
import numpy as np
import time

df = pd.read_csv("sample_data/california_housing_train.csv")
X = df.iloc[:, :-1].values
y = df.iloc[:, -1].values.reshape(-1, 1)

X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=42)
sc_x = StandardScaler()
sc_y = StandardScaler()
X_train = sc_x.fit_transform(X_train)
X_test = sc_x.transform(X_test)
y_train = sc_y.fit_transform(y_train)

X_train = torch.tensor(X_train, dtype=torch.float32)
X_test = torch.tensor(X_test, dtype=torch.float32)
y_train = torch.tensor(y_train, dtype=torch.float32)

# %%
model = nn.Linear(8, 1)
loss_fn = nn.MSELoss()
optimizer = optim.Adam(model.parameters(), lr=0.02)
losses = []
t0 = time.time()
for epoch in range(400):
    optimizer.zero_grad()
    out = model(X_train)
    loss = loss_fn(out, y_train)
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
print("cpu time", time.time() - t0)

plt.figure(figsize=(8, 4))
plt.plot(range(len(losses)), losses)
plt.title("training loss (nn.Linear)")
plt.xlabel("epoch")
plt.ylabel("MSE")
plt.grid()
plt.show()

pred = sc_y.inverse_transform(model(X_test).detach().numpy())
print("RMSE", np.sqrt(mean_squared_error(y_test, pred)))
print("R2", r2_score(y_test, pred))

# %% [markdown]
# R2 is about 0.6. Let's use more layers.

# %%
model = nn.Sequential(nn.Linear(8, 64), nn.ReLU(), nn.Linear(64, 1))
optimizer = optim.Adam(model.parameters(), lr=0.01)
losses = []
for epoch in range(250):
    optimizer.zero_grad()
    out = model(X_train)
    loss = loss_fn(out, y_train)
    loss.backward()
    optimizer.step()
    losses.append(loss.item())

plt.figure(figsize=(8, 4))
plt.plot(range(len(losses)), losses)
plt.title("training loss (MLP)")
plt.xlabel("epoch")
plt.ylabel("MSE")
plt.grid()
plt.show()

pred = sc_y.inverse_transform(model(X_test).detach().numpy())
print("RMSE", np.sqrt(mean_squared_error(y_test, pred)))
print("R2", r2_score(y_test, pred))

# %% [markdown]
# GPU time: I tried T4, 0.9 s on GPU and 0.7 s on CPU, so GPU is not faster for this small model.
