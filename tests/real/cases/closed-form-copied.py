# %% [markdown]
# ## P1 선형 회귀

# %%
import numpy as np
import pandas as pd
import torch
import torch.nn as nn
import matplotlib.pyplot as plt

df = pd.read_csv('sample_data/california_housing_train.csv')
te = pd.read_csv('sample_data/california_housing_test.csv')
mu, sd = df.iloc[:, :8].mean(), df.iloc[:, :8].std()
X = ((df.iloc[:, :8] - mu) / sd).values
y = df.iloc[:, 8].values / 1e5
Xt = ((te.iloc[:, :8] - mu) / sd).values
yt = te.iloc[:, 8].values / 1e5

# %% [markdown]
# 경사하강법 대신 정규방정식으로 해를 구해서 nn.Linear에 넣었다.

# %%
A = np.c_[X, np.ones(len(X))]
theta = np.linalg.solve(A.T @ A, A.T @ y)

model = nn.Linear(8, 1)
with torch.no_grad():
    model.weight.copy_(torch.tensor(theta[:8], dtype=torch.float32).unsqueeze(0))
    model.bias.copy_(torch.tensor(theta[8:], dtype=torch.float32))

# %%
tx, ty = torch.tensor(X, dtype=torch.float32), torch.tensor(y, dtype=torch.float32).unsqueeze(1)
losses = []
for i in range(30):
    loss = nn.MSELoss()(model(tx), ty)
    losses.append(loss.item())
plt.plot(losses)
plt.xlabel('iteration')
plt.ylabel('loss')
plt.title('Loss')
plt.show()

# %%
p = model(torch.tensor(Xt, dtype=torch.float32)).detach().numpy().ravel()
print('RMSE =', np.sqrt(np.mean((p - yt) ** 2)) * 1e5)
print('R2 =', 1 - np.sum((p - yt) ** 2) / np.sum((yt - yt.mean()) ** 2))

# %% [markdown]
# ## MLP

# %%
net = nn.Sequential(nn.Linear(8, 24), nn.ReLU(), nn.Linear(24, 1))
opt = torch.optim.Adam(net.parameters(), lr=0.02)
mlp_losses = []
for i in range(200):
    loss = nn.MSELoss()(net(tx), ty)
    opt.zero_grad()
    loss.backward()
    opt.step()
    mlp_losses.append(loss.item())
plt.plot(mlp_losses)
plt.xlabel('iteration')
plt.ylabel('loss')
plt.title('Loss of MLP')
plt.show()
p = net(torch.tensor(Xt, dtype=torch.float32)).detach().numpy().ravel()
print('RMSE =', np.sqrt(np.mean((p - yt) ** 2)) * 1e5)
print('R2 =', 1 - np.sum((p - yt) ** 2) / np.sum((yt - yt.mean()) ** 2))
