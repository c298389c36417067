# %%
import torch
import torch.nn as nn
import pandas as pd
import numpy as np
import matplotlib.pyplot as plt

# %%
train = pd.read_csv('sample_data/california_housing_train.csv')
test = pd.read_csv('sample_data/california_housing_test.csv')
train = (train - train.mean()) / train.std()
test = (test - test.mean()) / test.std()

x_train = torch.tensor(train.iloc[:, 1:].values, dtype=torch.float32)   # 위도부터 끝까지
y_train = torch.tensor(train['median_house_value'].values, dtype=torch.float32).view(-1, 1)
x_test = torch.tensor(test.iloc[:, 1:].values, dtype=torch.float32)
y_test = torch.tensor(test['median_house_value'].values, dtype=torch.float32).view(-1, 1)
x_train.shape

# %%
model = nn.Linear(8, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
losses = []
for epoch in range(300):
    y_hat = model(x_train)
    loss = ((y_hat - y_train) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())

plt.plot(losses)
plt.title('loss')
plt.xlabel('epoch')
plt.ylabel('MSE')
plt.show()

# %%
y_pred = model(x_test)
rmse = torch.sqrt(((y_pred - y_test) ** 2).mean())
r2 = 1 - ((y_pred - y_test) ** 2).sum() / ((y_test - y_test.mean()) ** 2).sum()
print('RMSE :', rmse.item())
print('R2 :', r2.item())   # 아주 잘 나옴!

# %%
model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
losses = []
for epoch in range(150):
    loss = ((model(x_train) - y_train) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
plt.plot(losses)
plt.title('loss (MLP)')
plt.xlabel('epoch')
plt.ylabel('MSE')
plt.show()
y_pred = model(x_test)
print('RMSE :', torch.sqrt(((y_pred - y_test) ** 2).mean()).item())
print('R2 :', (1 - ((y_pred - y_test) ** 2).sum() / ((y_test - y_test.mean()) ** 2).sum()).item())

# %% [markdown]
# CPU에서 0.2초, GPU에서 0.3초로 별 차이가 없었습니다.
