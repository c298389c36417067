# %% [markdown]
# # 1번 과제

# %%
import torch
import torch.nn as nn
import pandas as pd
import matplotlib.pyplot as plt
from sklearn.preprocessing import StandardScaler
from sklearn.metrics import r2_score, mean_squared_error

train = pd.read_csv('sample_data/california_housing_train.csv')
test = pd.read_csv('sample_data/california_housing_test.csv')
sc = StandardScaler()
X = torch.tensor(sc.fit_transform(train.iloc[:, :8]), dtype=torch.float32)
y = torch.tensor(train.iloc[:, 8].values / 100000, dtype=torch.float32).reshape(-1, 1)
Xt = torch.tensor(sc.transform(test.iloc[:, :8]), dtype=torch.float32)
yt = test.iloc[:, 8].values

def fit(model, lr, n):
    opt = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(n):
        loss = nn.functional.mse_loss(model(X), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
        losses.append(loss.item())
    plt.plot(losses)
    plt.xlabel('iteration')
    plt.ylabel('loss')
    plt.title(type(model).__name__)
    plt.show()
    p = model(Xt).detach().numpy().ravel() * 100000
    print('RMSE:', mean_squared_error(yt, p) ** 0.5)
    print('R2:', r2_score(yt, p))
    return losses

# %%
class LinearRegressionModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(8, 1)
    def forward(self, x):
        return self.linear(x)

model = LinearRegressionModel()
losses = fit(model, 0.03, 500)

# %% [markdown]
# MLP (층을 여러 개 쌓음)

# %%
class MultiLayerModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear1 = nn.Linear(8, 32)
        self.linear2 = nn.Linear(32, 16)
        self.linear3 = nn.Linear(16, 1)
    def forward(self, x):
        return self.linear3(self.linear2(self.linear1(x)))

model_mlp = MultiLayerModel()
losses_m = fit(model_mlp, 0.01, 200)
# MLP인데 R2가 왜 똑같지??

# %% [markdown]
# CPU와 GPU의 학습 시간은 비슷하다.
