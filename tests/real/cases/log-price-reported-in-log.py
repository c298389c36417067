# %% [markdown]
# # 과제1
# ## 1. 데이터 준비

# %%
import numpy as np
import pandas as pd
import torch
import torch.nn as nn
import matplotlib.pyplot as plt

train = pd.read_csv('sample_data/california_housing_train.csv')
test = pd.read_csv('sample_data/california_housing_test.csv')

# 집값에 로그를 취하면 분포가 정규분포에 가까워진다
train['log_price'] = np.log(train['median_house_value'])
test['log_price'] = np.log(test['median_house_value'])
x_cols = ['longitude', 'latitude', 'housing_median_age', 'total_rooms', 'total_bedrooms', 'population', 'households', 'median_income']
X_mean = train[x_cols].mean()
X_std = train[x_cols].std()

X = torch.tensor(((train[x_cols] - X_mean) / X_std).values, dtype=torch.float32)
Y = torch.tensor(train['log_price'].values, dtype=torch.float32).view(-1, 1)
Xt = torch.tensor(((test[x_cols] - X_mean) / X_std).values, dtype=torch.float32)
Yt = torch.tensor(test['log_price'].values, dtype=torch.float32).view(-1, 1)

# %% [markdown]
# ## 2. 선형 회귀 모델

# %%
linear_model = nn.Sequential(nn.Linear(8, 1))
opt = torch.optim.Adam(linear_model.parameters(), lr=0.05)
cost_list = []
for epoch in range(800):
    H = linear_model(X)
    cost = nn.functional.mse_loss(H, Y)
    opt.zero_grad()
    cost.backward()
    opt.step()
    cost_list.append(cost.item())

plt.plot(cost_list)
plt.title('Cost')
plt.xlabel('epoch')
plt.ylabel('cost')
plt.show()

# %%
def get_r2(y, p):
    return 1 - torch.sum((y - p) ** 2) / torch.sum((y - y.mean()) ** 2)

with torch.no_grad():
    P = linear_model(Xt)
print('RMSE(log):', torch.sqrt(nn.functional.mse_loss(P, Yt)).item())
print('R2:', get_r2(Yt, P).item())

# %% [markdown]
# ## 3. MLP

# %%
mlp_model = nn.Sequential(nn.Linear(8, 30), nn.Tanh(), nn.Linear(30, 1))
mlp_model[2].bias.data.fill_(12.)
opt = torch.optim.Adam(mlp_model.parameters(), lr=0.02)
cost_list_mlp = []
for epoch in range(200):
    H = mlp_model(X)
    cost = nn.functional.mse_loss(H, Y)
    opt.zero_grad()
    cost.backward()
    opt.step()
    cost_list_mlp.append(cost.item())

plt.plot(cost_list_mlp)
plt.title('Cost (MLP)')
plt.xlabel('epoch')
plt.ylabel('cost')
plt.show()

with torch.no_grad():
    P = mlp_model(Xt)
print('RMSE(log):', torch.sqrt(nn.functional.mse_loss(P, Yt)).item())
print('R2:', get_r2(Yt, P).item())

# %% [markdown]
# ## 4. CPU와 GPU
# GPU는 병렬 연산에 유리하지만 이번 과제는 연산량이 적어 시간 차이가 거의 나지 않았다.
