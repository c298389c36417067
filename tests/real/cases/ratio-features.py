# %% [markdown]
# # 과제 1 – 캘리포니아 집값
# 방 개수 같은 값은 총합이라서 가구 수로 나눈 변수를 추가해 보았다.

# %%
import time
import pandas as pd
import torch
import torch.nn as nn
import matplotlib.pyplot as plt
from sklearn.preprocessing import StandardScaler
from sklearn.metrics import r2_score, mean_squared_error

def add_features(df):
    df = df.copy()
    df['rooms_per_household'] = df['total_rooms'] / df['households']
    df['bedrooms_per_room'] = df['total_bedrooms'] / df['total_rooms']
    df['population_per_household'] = df['population'] / df['households']
    return df

train = add_features(pd.read_csv('sample_data/california_housing_train.csv'))
test = add_features(pd.read_csv('sample_data/california_housing_test.csv'))
train.head()

# %%
X_train = train.drop(columns='median_house_value')
X_test = test.drop(columns='median_house_value')
ss = StandardScaler()
X_train = torch.tensor(ss.fit_transform(X_train), dtype=torch.float32)
X_test = torch.tensor(ss.transform(X_test), dtype=torch.float32)
y_train = torch.tensor(train[['median_house_value']].values / 1e5, dtype=torch.float32)
y_test = test['median_house_value'].values

# %%
model_lr = nn.Linear(11, 1)
optimizer = torch.optim.Adam(model_lr.parameters(), lr=0.03)
loss_lr = []
t = time.time()
for i in range(500):
    loss = nn.MSELoss()(model_lr(X_train), y_train)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    loss_lr.append(loss.item())
print('CPU:', round(time.time() - t, 3), 's')
if torch.cuda.is_available():
    print('GPU:', torch.cuda.get_device_name(0))

plt.plot(loss_lr)
plt.xlabel('Iteration')
plt.ylabel('Loss')
plt.title('Linear')
plt.show()

pred_lr = model_lr(X_test).detach().numpy().ravel() * 1e5
print('RMSE =', mean_squared_error(y_test, pred_lr) ** 0.5)
print('R2 =', r2_score(y_test, pred_lr))

# %%
model_mlp = nn.Sequential(nn.Linear(11, 64), nn.ReLU(), nn.Linear(64, 1))
optimizer = torch.optim.Adam(model_mlp.parameters(), lr=0.01)
loss_mlp = []
for i in range(120):
    loss = nn.MSELoss()(model_mlp(X_train), y_train)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    loss_mlp.append(loss.item())

plt.plot(loss_mlp)
plt.xlabel('Iteration')
plt.ylabel('Loss')
plt.title('MLP')
plt.show()

pred_mlp = model_mlp(X_test).detach().numpy().ravel() * 1e5
print('RMSE =', mean_squared_error(y_test, pred_mlp) ** 0.5)
print('R2 =', r2_score(y_test, pred_mlp))
