# %% [markdown]
# # HW1 (week 1)

# %%
import torch
import pandas as pd
import numpy as np
from torch import nn
import matplotlib.pyplot as plt

df = pd.read_csv('sample_data/california_housing_train.csv')
x = torch.tensor(df.iloc[:, 0:8].values, dtype=torch.float32)
y = torch.tensor(df.iloc[:, 8:9].values, dtype=torch.float32)

# %% [markdown]
# first try

# %%
model = nn.Linear(8, 1)
opt = torch.optim.SGD(model.parameters(), lr=0.01)
hist = []
for i in range(50):
    loss = nn.MSELoss()(model(x), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
    hist.append(loss.item())
print(hist[:6], hist[-1])

# %% [markdown]
# loss is nan!! Searching on Google: I have to normalize the data first.

# %%
df_test = pd.read_csv('sample_data/california_housing_test.csv')
xm, xs = x.mean(0, keepdim=True), x.std(0, keepdim=True)
ym, ys = y.mean(), y.std()
xn, yn = (x - xm) / xs, (y - ym) / ys
xtest = (torch.tensor(df_test.iloc[:, 0:8].values, dtype=torch.float32) - xm) / xs
ytest = torch.tensor(df_test.iloc[:, 8:9].values, dtype=torch.float32)

# %%
model_v2 = nn.Linear(8, 1)
opt = torch.optim.SGD(model_v2.parameters(), lr=0.001)
hist2 = []
for i in range(100):
    loss = nn.MSELoss()(model_v2(xn), yn)
    opt.zero_grad()
    loss.backward()
    opt.step()
    hist2.append(loss.item())
print('too slow', hist2[-1])

# %%
model_v3 = nn.Linear(8, 1)
opt = torch.optim.SGD(model_v3.parameters(), lr=0.1, momentum=0.9)
hist3 = []
for i in range(400):
    loss = nn.MSELoss()(model_v3(xn), yn)
    opt.zero_grad()
    loss.backward()
    opt.step()
    hist3.append(loss.item())

plt.plot(hist3)
plt.xlabel('iterations')
plt.ylabel('loss')
plt.title('loss (third try)')
plt.show()

# %%
p = model_v3(xtest).detach() * ys + ym
rmse = torch.sqrt(torch.mean((p - ytest) ** 2))
r2 = 1 - torch.sum((ytest - p) ** 2) / torch.sum((ytest - torch.mean(ytest)) ** 2)
print("RMSE: %.2f" % rmse)
print("R2 score: %.4f" % r2)

# %% [markdown]
# ### with hidden layers
# the GPU was a bit slower than the CPU for me (1.1s vs 0.6s)

# %%
mlp = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 1))
opt = torch.optim.SGD(mlp.parameters(), lr=10.0)
h = []
for i in range(20):
    loss = nn.MSELoss()(mlp(xn), yn)
    opt.zero_grad()
    loss.backward()
    opt.step()
    h.append(loss.item())
print(h[-1])  # nan again, lr too big

# %%
mlp2 = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 1))
opt = torch.optim.SGD(mlp2.parameters(), lr=0.1, momentum=0.9)
h2 = []
for i in range(200):
    loss = nn.MSELoss()(mlp2(xn), yn)
    opt.zero_grad()
    loss.backward()
    opt.step()
    h2.append(loss.item())
plt.plot(h2)
plt.xlabel('iterations')
plt.ylabel('loss')
plt.title('MLP loss')
plt.show()

p = mlp2(xtest).detach() * ys + ym
print("RMSE: %.2f" % torch.sqrt(torch.mean((p - ytest) ** 2)))
print("R2 score: %.4f" % (1 - torch.sum((ytest - p) ** 2) / torch.sum((ytest - torch.mean(ytest)) ** 2)))
