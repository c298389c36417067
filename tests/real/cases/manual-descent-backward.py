# %% [markdown]
# # P1. nn.Linear로 선형 회귀
# optimizer를 쓰지 않고 직접 경사하강법을 구현해 보았습니다.

# %%
import numpy as np
import pandas as pd
import torch
import torch.nn as nn
import matplotlib.pyplot as plt
import time

train = pd.read_csv('sample_data/california_housing_train.csv')
test = pd.read_csv('sample_data/california_housing_test.csv')

Xtr = train.values[:, :8].astype(np.float32)
Ytr = train.values[:, 8:].astype(np.float32) / 1000.
Xte = test.values[:, :8].astype(np.float32)
Yte = test.values[:, 8:].astype(np.float32) / 1000.

X_avg = Xtr.mean(axis=0)
X_dev = Xtr.std(axis=0)
Xtr_s = (Xtr - X_avg) / X_dev
Xte_s = (Xte - X_avg) / X_dev

# %%
model = nn.Linear(8, 1)
lr = 0.1
x, y = torch.from_numpy(Xtr_s), torch.from_numpy(Ytr)
losses = []
start = time.time()
for step in range(500):
    y_pred = model(x)
    loss = (y_pred - y).pow(2).mean()
    model.zero_grad()
    loss.backward()
    with torch.no_grad():
        for param in model.parameters():
            param -= lr * param.grad
    losses.append(loss.item())
print(f'{time.time() - start:.3f} sec (CPU)')

plt.plot(losses)
plt.xlabel('step')
plt.ylabel('MSE loss')
plt.title('Gradient descent by hand')
plt.show()

# %%
# 학습한 가중치를 꺼내서 numpy로 예측
W = model.weight.detach().numpy()
b = model.bias.detach().numpy()
Y_hat = Xte_s @ W.T + b
rmse = np.sqrt(np.mean((Y_hat - Yte) ** 2)) * 1000
r2 = 1 - np.sum((Y_hat - Yte) ** 2) / np.sum((Yte - Yte.mean()) ** 2)
print('RMSE', rmse)
print('R2', r2)

# %% [markdown]
# GPU에서는 0.9초 정도로 CPU보다 조금 더 걸렸습니다.

# %% [markdown]
# ## MLP도 같은 방법으로

# %%
net = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 1))
net[2].bias.data.fill_(float(Ytr.mean()))
velocity = [torch.zeros_like(p) for p in net.parameters()]
net_losses = []
for step in range(300):
    loss = ((net(x) - y) / 100).pow(2).mean()
    grads = torch.autograd.grad(loss, list(net.parameters()))
    with torch.no_grad():
        for p, v, g in zip(net.parameters(), velocity, grads):
            v.mul_(0.9).add_(g)
            p.sub_(v * 5.0)
    net_losses.append(loss.item())

plt.plot(net_losses)
plt.xlabel('step')
plt.ylabel('MSE loss')
plt.title('MLP by hand')
plt.show()
Y_hat = net(torch.from_numpy(Xte_s)).detach().numpy()
print('RMSE', np.sqrt(np.mean((Y_hat - Yte) ** 2)) * 1000)
print('R2', 1 - np.sum((Y_hat - Yte) ** 2) / np.sum((Yte - Yte.mean()) ** 2))
