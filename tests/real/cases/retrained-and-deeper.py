# %%
import pandas as pd
import torch
import torch.nn as nn
import torch.optim as optim
import matplotlib.pyplot as plt
from sklearn import preprocessing
from sklearn.metrics import r2_score, mean_squared_error

train_df = pd.read_csv("sample_data/california_housing_train.csv")
test_df = pd.read_csv("sample_data/california_housing_test.csv")
scaler = preprocessing.StandardScaler()
X = torch.Tensor(scaler.fit_transform(train_df.iloc[:, :8]))
X_test = torch.Tensor(scaler.transform(test_df.iloc[:, :8]))
y = torch.Tensor(train_df.iloc[:, 8:].values) / 1000
y_test = test_df.iloc[:, 8].values / 1000
criterion = nn.MSELoss()

# %%
net = nn.Linear(8, 1)
optimizer = optim.SGD(net.parameters(), lr=0.05)
losses = []
for i in range(100):
    optimizer.zero_grad()
    loss = criterion(net(X), y)
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
print(r2_score(y_test, net(X_test).detach()))

# %% [markdown]
# Not converged yet, train some more (same network):

# %%
optimizer = optim.Adam(net.parameters(), lr=1.0)
for i in range(180):
    optimizer.zero_grad()
    loss = criterion(net(X), y)
    loss.backward()
    optimizer.step()
    losses.append(loss.item())

plt.plot(losses)
plt.xlabel("iteration")
plt.ylabel("loss")
plt.title("net: 100 SGD + 180 Adam iterations")
plt.show()
p = net(X_test).detach()
print("RMSE (k$)", mean_squared_error(y_test, p) ** 0.5, "R2", r2_score(y_test, p))

# %% [markdown]
# # MLP
# attempt 1: very deep

# %%
deep = nn.Sequential(*[m for _ in range(6) for m in (nn.LazyLinear(8), nn.Sigmoid())], nn.LazyLinear(1))
optimizer = optim.SGD(deep.parameters(), lr=1e-4)
dl = []
for i in range(20):
    optimizer.zero_grad()
    loss = criterion(deep(X), y)
    loss.backward()
    optimizer.step()
    dl.append(loss.item())
print("R2", r2_score(y_test, deep(X_test).detach()), "(does not learn -> gave up)")

# %% [markdown]
# attempt 2

# %%
mlp = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 1))
optimizer = optim.Adam(mlp.parameters(), lr=0.02)
mlp_losses = []
for i in range(180):
    optimizer.zero_grad()
    loss = criterion(mlp(X), y)
    loss.backward()
    optimizer.step()
    mlp_losses.append(loss.item())
plt.plot(mlp_losses)
plt.xlabel("iteration")
plt.ylabel("loss")
plt.title("mlp")
plt.show()
p = mlp(X_test).detach()
print("RMSE (k$)", mean_squared_error(y_test, p) ** 0.5, "R2", r2_score(y_test, p))

# %% [markdown]
# On the GPU it took 0.9 s instead of 1.3 s, on such a small problem this hardly matters.
