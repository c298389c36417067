# %% [markdown]
# ## Homework 1

# %%
import pandas as pd
import torch
import torch.nn as nn
import torch.optim as optim
import matplotlib.pyplot as plt
from sklearn.metrics import r2_score

url = "https://raw.githubusercontent.com/some-book/handson-ml/master/datasets/housing/housing.csv"
housing = pd.read_csv(url)
housing = housing.dropna().select_dtypes(include="number")
X = housing.drop("median_house_value", axis=1)
y = housing["median_house_value"]

cut = int(len(X) * 0.8)
shuffled = X.sample(frac=1, random_state=5).index
train_id, test_id = shuffled[:cut], shuffled[cut:]
X_mean, X_std = X.loc[train_id].mean(), X.loc[train_id].std()

def tensor(frame):
    return torch.tensor(frame.to_numpy(), dtype=torch.float32)

X_train, X_test = tensor((X.loc[train_id] - X_mean) / X_std), tensor((X.loc[test_id] - X_mean) / X_std)
y_train, y_test = tensor(y.loc[train_id] / 1e5).view(-1, 1), tensor(y.loc[test_id] / 1e5).view(-1, 1)

# %%
linear = nn.Linear(8, 1)
optimizer = optim.Adam(linear.parameters(), lr=0.03)
losses = []
for i in range(500):
    loss = nn.MSELoss()(linear(X_train), y_train)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
plt.plot(losses)
plt.xlabel("iteration")
plt.ylabel("MSE loss")
plt.title("Linear regression")
plt.show()
pred = linear(X_test).detach()
print("RMSE =", ((pred - y_test) ** 2).mean().sqrt().item() * 1e5)
print("R^2 =", r2_score(y_test, pred))

# %%
network = nn.Sequential(nn.Linear(8, 64), nn.ReLU(), nn.Linear(64, 1))
optimizer = optim.Adam(network.parameters(), lr=0.02)
losses = []
for i in range(200):
    loss = nn.MSELoss()(network(X_train), y_train)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
plt.plot(losses)
plt.xlabel("iteration")
plt.ylabel("MSE loss")
plt.title("Network")
plt.show()
pred = network(X_test).detach()
print("RMSE =", ((pred - y_test) ** 2).mean().sqrt().item() * 1e5)
print("R^2 =", r2_score(y_test, pred))
