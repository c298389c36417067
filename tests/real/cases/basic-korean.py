# %% [markdown]
# # 딥러닝 세미나 1주차 과제
# 20학번 컴퓨터공학과

# %%
import torch
import torch.nn as nn
import pandas as pd
import numpy as np
import matplotlib.pyplot as plt
import time

# %%
train_df = pd.read_csv('sample_data/california_housing_train.csv')
test_df = pd.read_csv('sample_data/california_housing_test.csv')
train_df.head()

# %%
x_data = train_df.drop(columns=['median_house_value'])
y_data = train_df['median_house_value']

# 정규화 (값의 범위가 너무 달라서 loss가 발산했음)
mu = x_data.mean()
sigma = x_data.std()
x_train = torch.FloatTensor(((x_data - mu) / sigma).values)
y_train = torch.FloatTensor(y_data.values).unsqueeze(1) / 100000  # 10만 달러 단위

x_test = torch.FloatTensor(((test_df.drop(columns=['median_house_value']) - mu) / sigma).values)
y_test = torch.FloatTensor(test_df['median_house_value'].values).unsqueeze(1) / 100000
print(x_train.shape, y_train.shape)

# %% [markdown]
# ## 1번. 선형 회귀

# %%
model = nn.Linear(8, 1)
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

loss_list = []
start = time.time()
for i in range(600):
    pred = model(x_train)
    loss = criterion(pred, y_train)

    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

    loss_list.append(loss.item())
    if i % 100 == 0:
        print(f'{i}번째 loss: {loss.item():.4f}')
print('CPU 학습 시간:', time.time() - start, '초')

# %%
plt.plot(loss_list)
plt.xlabel('iteration')
plt.ylabel('loss')
plt.title('Linear Regression Loss')
plt.show()

# %%
with torch.no_grad():
    pred = model(x_test)
    mse = ((pred - y_test) ** 2).mean()
    rmse = torch.sqrt(mse) * 100000
    r2 = 1 - ((y_test - pred) ** 2).sum() / ((y_test - y_test.mean()) ** 2).sum()
print('최종 RMSE:', rmse.item())
print('최종 R2:', r2.item())

# %% [markdown]
# CPU와 GPU 비교: 코랩에서 런타임을 GPU로 바꿔서 돌려봤는데 시간 차이가 거의 없었다. 데이터가 작고 모델이 단순해서 GPU로 옮기는 시간이 더 드는 것 같다.

# %% [markdown]
# ## 추가. R2를 더 올려보기 (MLP)

# %%
model2 = nn.Sequential(
    nn.Linear(8, 32),
    nn.ReLU(),
    nn.Linear(32, 16),
    nn.ReLU(),
    nn.Linear(16, 1)
)
optimizer = torch.optim.Adam(model2.parameters(), lr=0.01)
loss_list2 = []
for i in range(250):
    loss = criterion(model2(x_train), y_train)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    loss_list2.append(loss.item())

plt.plot(loss_list2, color='red')
plt.xlabel('iteration')
plt.ylabel('loss')
plt.title('MLP Loss')
plt.show()

# %%
with torch.no_grad():
    pred2 = model2(x_test)
    rmse2 = torch.sqrt(((pred2 - y_test) ** 2).mean()) * 100000
    r2_2 = 1 - ((y_test - pred2) ** 2).sum() / ((y_test - y_test.mean()) ** 2).sum()
print('MLP RMSE:', rmse2.item())
print('MLP R2:', r2_2.item())
