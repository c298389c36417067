# %%
import torch
import torch.nn as nn
import pandas as pd
import matplotlib.pyplot as plt
from torch.utils.data import DataLoader, TensorDataset

df = pd.read_csv('sample_data/california_housing_train.csv')
test = pd.read_csv('sample_data/california_housing_test.csv')
X = torch.tensor(df.drop(columns='median_house_value').values, dtype=torch.float32)
y = torch.tensor(df['median_house_value'].values, dtype=torch.float32).unsqueeze(1) / 1e5
Xt = torch.tensor(test.drop(columns='median_house_value').values, dtype=torch.float32)
yt = torch.tensor(test['median_house_value'].values, dtype=torch.float32).unsqueeze(1) / 1e5
loader = DataLoader(TensorDataset(X, y), batch_size=200, shuffle=True)

# %% [markdown]
# 정규화는 BatchNorm1d가 알아서 해 주므로 따로 하지 않았다. (affine=False: 학습되는 값 없음)

# %%
def train(model, epochs, lr):
    opt = torch.optim.Adam(model.parameters(), lr=lr)
    sched = torch.optim.lr_scheduler.ExponentialLR(opt, gamma=0.6)
    hist = []
    model.train()
    for ep in range(epochs):
        s, n = 0., 0
        for xb, yb in loader:
            loss = nn.functional.mse_loss(model(xb), yb)
            opt.zero_grad()
            loss.backward()
            opt.step()
            s += loss.item() * len(xb)
            n += len(xb)
        sched.step()
        hist.append(s / n)
    return hist

def test_model(model):
    model.eval()
    with torch.no_grad():
        p = model(Xt)
    r2 = 1 - ((p - yt) ** 2).mean() / yt.var(unbiased=False)
    rmse = ((p - yt) ** 2).mean().sqrt()
    return rmse.item() * 1e5, r2.item()

lin = nn.Sequential(nn.BatchNorm1d(8, affine=False), nn.Linear(8, 1))
hist1 = train(lin, 6, 0.03)
rmse, r2 = test_model(lin)
print('선형:', f'RMSE {rmse:.1f}', f'R2 {r2:.4f}')

# %%
mlp = nn.Sequential(nn.BatchNorm1d(8), nn.Linear(8, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, 1))
hist2 = train(mlp, 6, 0.003)
rmse, r2 = test_model(mlp)
print('MLP:', f'RMSE {rmse:.1f}', f'R2 {r2:.4f}')

# %%
plt.plot(hist1, label='linear')
plt.plot(hist2, label='mlp')
plt.xlabel('epoch')
plt.ylabel('loss')
plt.title('loss')
plt.legend()
plt.show()
# GPU(0.8s)가 CPU(0.7s)보다 느림
