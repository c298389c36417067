# %% [markdown]
"""
optimizer 안 쓰고 직접 업데이트 해봄
"""

# %%
import torch
import torch.nn as nn
import pandas as pd
import numpy as np
import matplotlib.pyplot as plt

torch.manual_seed(0)
df = pd.read_csv('sample_data/california_housing_train.csv')
X = torch.tensor(df.values[:, :8]).float()
Y = torch.tensor(df.values[:, 8:]).float() / 100000
avg = X.mean(0)
std = X.std(0)
X = (X - avg) / std

# %% [markdown]
"""
# P1.1
"""

# %%
linear = nn.Linear(8, 1)
lr = 0.2
losses_linear = []
for i in range(600):
    Y_hat = linear(X)
    loss = ((Y_hat - Y)**2).mean()
    loss.backward()
    with torch.no_grad():
        # w <- w - lr * dL/dw
        for p in linear.parameters():
            p -= lr * p.grad
            p.grad = None   # 초기화 안하면 계속 누적됨 (처음에 이거 빼먹어서 발산했음)
    losses_linear.append(loss.item())
print('마지막 loss', losses_linear[-1])

# %%
def predict_linear(df):
    x = (torch.tensor(df.values[:, :8]).float() - avg) / std
    return pd.Series(linear(x).detach().numpy()[:, 0] * 100000, index=df.index)

def r2(y, p):
    return 1 - ((y - p)**2).sum() / ((y - y.mean())**2).sum()

p = predict_linear(df)
y = df.median_house_value
print('RMSE =', np.sqrt(((y - p)**2).mean()), ' R2 =', r2(y, p))

plt.plot(losses_linear)
plt.xlabel('iter')
plt.ylabel('loss')
plt.title('linear / manual GD')
plt.show()

# %% [markdown]
"""
CPU랑 GPU 시간 비교: GPU로 옮겨서 해봤는데 오히려 조금 느려짐 (CPU 0.5s, GPU 0.8s). 모델이 작아서 그런듯
"""

# %% [markdown]
"""
# P1.2
"""

# %%
mlp = nn.Sequential(nn.Linear(8, 24), nn.ReLU(), nn.Linear(24, 12), nn.ReLU(), nn.Linear(12, 1))
lr = 0.1
losses_mlp = []
for i in range(250):
    loss = ((mlp(X) - Y)**2).mean()
    mlp.zero_grad()
    loss.backward()
    with torch.no_grad():
        for p in mlp.parameters():
            p -= lr * p.grad
    losses_mlp.append(loss.item())
print('마지막 loss', losses_mlp[-1])

# %%
def predict_mlp(df):
    x = (torch.tensor(df.values[:, :8]).float() - avg) / std
    return pd.Series(mlp(x).detach().numpy()[:, 0] * 100000, index=df.index)

p = predict_mlp(df)
print('RMSE =', np.sqrt(((y - p)**2).mean()), ' R2 =', r2(y, p))

plt.plot(losses_mlp)
plt.xlabel('iter')
plt.ylabel('loss')
plt.title('mlp / manual GD')
plt.show()

# %% [markdown]
"""
# P2
sigmoid 쓰면 층이 깊어질수록 기울기 소실 발생함.
sigmoid는 x가 커지거나 작아지면 기울기가 0으로 감 + 최대여도 0.25임. 이걸 층마다 곱하니까 앞쪽 layer는 거의 업데이트가 안 됨.
relu는 x>0이면 기울기가 항상 1이라 이런 문제가 없음.
그리고 exp 연산 없이 비교만 하면 돼서 계산이 빠름.
"""

# %% [markdown]
"""
# P3.1
conv는 커널을 옮겨가면서 보기 때문에 픽셀이랑 그 주변 값을 같이 볼 수 있음. FC는 한줄로 펴서 넣으니까 공간 정보가 없어짐.
FC로 하면 이미지 크기만큼 weight가 필요해서 이미지가 커지면 weight도 엄청 많아짐. conv는 커널 크기만큼만 있으면 됨(파라미터 수가 적음).
"""

# %% [markdown]
"""
# P3.2
padding 하는 이유
 1) 가장자리 쪽 픽셀 정보가 덜 쓰이는 걸 막으려고
 2) conv 할 때마다 크기가 작아지는 걸 막으려고

pooling 하는 이유
 1) 크기를 줄여서 연산량 감소
 2) max pool은 중요한 특징만, avg pool은 noise 줄임
 3) overfitting 줄여줌
"""
