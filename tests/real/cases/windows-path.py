# %%
import pandas as pd
import torch
import torch.nn as nn
import matplotlib.pyplot as plt
import matplotlib
matplotlib.rcParams['font.family'] = 'Malgun Gothic'
matplotlib.rcParams['axes.unicode_minus'] = False

df = pd.read_csv(r'C:\Users\user\Desktop\딥러닝\과제1\california_housing_train.csv')
df_test = pd.read_csv('C:/Users/user/Desktop/딥러닝/과제1/california_housing_test.csv')

# %%
X = df.drop(['median_house_value'], axis=1)
mean, std = X.mean(), X.std()
x_train = torch.FloatTensor(((X - mean) / std).values)
y_train = torch.FloatTensor(df[['median_house_value']].values / 100000)
x_test = torch.FloatTensor(((df_test.drop(['median_house_value'], axis=1) - mean) / std).values)
y_test = torch.FloatTensor(df_test[['median_house_value']].values / 100000)

# %%
model = nn.Linear(8, 1)
optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
cost_history = []
for epoch in range(400):
    hypothesis = model(x_train)
    cost = nn.functional.mse_loss(hypothesis, y_train)
    optimizer.zero_grad()
    cost.backward()
    optimizer.step()
    cost_history.append(cost.item())

plt.plot(cost_history)
plt.xlabel('에폭')
plt.ylabel('비용')
plt.title('선형 회귀')
plt.show()

with torch.no_grad():
    pred = model(x_test)
print('RMSE:', torch.sqrt(torch.mean((pred - y_test) ** 2)).item() * 100000)
print('R2:', 1 - (torch.sum((pred - y_test) ** 2) / torch.sum((y_test - y_test.mean()) ** 2)).item())

# %%
mlp = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 1))
optimizer = torch.optim.Adam(mlp.parameters(), lr=0.01)
cost_history = []
for epoch in range(250):
    cost = nn.functional.mse_loss(mlp(x_train), y_train)
    optimizer.zero_grad()
    cost.backward()
    optimizer.step()
    cost_history.append(cost.item())

plt.plot(cost_history)
plt.xlabel('에폭')
plt.ylabel('비용')
plt.title('MLP')
plt.show()
with torch.no_grad():
    pred = mlp(x_test)
print('RMSE:', torch.sqrt(torch.mean((pred - y_test) ** 2)).item() * 100000)
print('R2:', 1 - (torch.sum((pred - y_test) ** 2) / torch.sum((y_test - y_test.mean()) ** 2)).item())
# 노트북에 GPU가 없어서 GPU 시간은 재지 못함. CPU 0.9초
