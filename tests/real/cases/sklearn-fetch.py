# %% [markdown]
# # California Housing — PyTorch

# %%
import torch
import torch.nn as nn
import numpy as np
import matplotlib.pyplot as plt
from sklearn.datasets import fetch_california_housing
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from sklearn.metrics import r2_score

housing = fetch_california_housing()
print(housing.feature_names)
X_train, X_test, y_train, y_test = train_test_split(housing.data, housing.target, test_size=0.2, random_state=42)
scaler = StandardScaler()
X_train = torch.tensor(scaler.fit_transform(X_train), dtype=torch.float32)
X_test = torch.tensor(scaler.transform(X_test), dtype=torch.float32)
y_train = torch.tensor(y_train, dtype=torch.float32).view(-1, 1)
y_test = torch.tensor(y_test, dtype=torch.float32).view(-1, 1)


# %%
def train(model, lr, epochs):
    criterion = nn.MSELoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        optimizer.zero_grad()
        loss = criterion(model(X_train), y_train)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


linear_model = nn.Linear(X_train.shape[1], 1)
losses = train(linear_model, 0.03, 400)
plt.plot(losses)
plt.xlabel("Iteration")
plt.ylabel("Loss")
plt.title("Linear Regression Training Loss")
plt.show()
with torch.no_grad():
    y_pred = linear_model(X_test)
print("RMSE:", torch.sqrt(nn.MSELoss()(y_pred, y_test)).item(), "(x $100,000)")
print("R2:", r2_score(y_test, y_pred))

# %%
mlp = nn.Sequential(nn.Linear(X_train.shape[1], 64), nn.ReLU(), nn.Linear(64, 1))
losses_mlp = train(mlp, 0.02, 200)
plt.plot(losses_mlp)
plt.xlabel("Iteration")
plt.ylabel("Loss")
plt.title("MLP Training Loss")
plt.show()
with torch.no_grad():
    y_pred = mlp(X_test)
print("RMSE:", torch.sqrt(nn.MSELoss()(y_pred, y_test)).item(), "(x $100,000)")
print("R2:", r2_score(y_test, y_pred))

# %% [markdown]
# GPU vs CPU: no difference in time for such a small model.
