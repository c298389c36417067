# %% [markdown]
# # PyTorch 세미나 과제 1
# 2022-12345 김하늘

# %% [markdown]
# ## 1번

# %%
import time
import torch
import torch.nn as nn
import pandas as pd
import matplotlib.pyplot as plt

train = pd.read_csv('sample_data/california_housing_train.csv')
test = pd.read_csv('sample_data/california_housing_test.csv')
target = 'median_house_value'
mean, std = train.mean(), train.std()

def split(df):
    z = (df - mean) / std
    return torch.tensor(z.drop(columns=target).values, dtype=torch.float32), torch.tensor(z[[target]].values, dtype=torch.float32)

devices = ['cpu'] + (['cuda'] if torch.cuda.is_available() else [])

def train_on(device, build, lr, iters):
    torch.manual_seed(0)
    model = build().to(device)
    x, y = (t.to(device) for t in split(train))
    opt = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    begin = time.time()
    for _ in range(iters):
        loss = nn.functional.mse_loss(model(x), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
        losses.append(loss.item())
    print(f'{device}: {time.time() - begin:.3f}초')
    return model.cpu(), losses

def 결과(model, losses, 제목):
    plt.plot(losses)
    plt.xlabel('iteration')
    plt.ylabel('loss')
    plt.title(제목)
    plt.show()
    x, y = split(test)
    with torch.no_grad():
        p = model(x)
    mse = ((p - y) ** 2).mean()
    print('RMSE(달러):', (mse.sqrt() * std[target]).item())
    print('R²:', (1 - mse / y.var(unbiased=False)).item())

# %%
trained = {}
for d in devices:
    trained[d] = train_on(d, lambda: nn.Linear(8, 1), 0.03, 400)
결과(*trained['cpu'], 'Linear')

# %%
trained_mlp = {}
for d in devices:
    trained_mlp[d] = train_on(d, lambda: nn.Sequential(nn.Linear(8, 64), nn.Mish(), nn.Linear(64, 1)), 0.02, 150)
결과(*trained_mlp['cpu'], 'MLP')

# %% [markdown]
# ## 2번. sigmoid 대신 ReLU
# sigmoid는 입력이 크거나 작으면 기울기가 0에 가까워져서, 층이 깊어질수록 앞쪽 층으로 갈수록 기울기 소실이 일어난다.
# ReLU는 양수에서 기울기가 1이라 그대로 전달된다. 또 max(0, x)만 계산하면 되므로 계산이 간단하다.

# %% [markdown]
# ## 3번
# (1) 이미지는 주변 픽셀끼리 관련이 있는데 FC는 1차원으로 펴기 때문에 공간 정보를 잃는다. CNN은 커널을 공유하므로 파라미터 수가 적다.
#
# (2) 패딩은 가장자리 정보를 살리고 출력 크기를 유지하기 위해, 풀링은 특징 맵의 크기를 줄여 계산량을 줄이고 중요한 특징만 남겨 과적합을 줄이기 위해 사용한다.
