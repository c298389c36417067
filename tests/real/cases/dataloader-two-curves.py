# %% [markdown]
# # [딥러닝 세미나] HW1
# **학번**: 2021xxxxx  **이름**: 홍길동

# %%
# %matplotlib inline
import os, random, time
import numpy as np
import pandas as pd
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import TensorDataset, DataLoader
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
import matplotlib.pyplot as plt

def seed_everything(seed=1234):
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    os.environ['PYTHONHASHSEED'] = str(seed)

seed_everything()

# %%
DATA_PATH = 'sample_data/california_housing_train.csv'
TEST_PATH = 'sample_data/california_housing_test.csv'

df = pd.read_csv(DATA_PATH)
df_test = pd.read_csv(TEST_PATH)
df.info()

# %%
X, y = df.drop('median_house_value', axis=1).values, df['median_house_value'].values / 1e5
X_test, y_test = df_test.drop('median_house_value', axis=1).values, df_test['median_house_value'].values / 1e5
X_train, X_valid, y_train, y_valid = train_test_split(X, y, test_size=0.1, shuffle=True, random_state=1234)

scaler = StandardScaler().fit(X_train)
def make_loader(X, y, shuffle):
    ds = TensorDataset(torch.FloatTensor(scaler.transform(X)), torch.FloatTensor(y).view(-1, 1))
    return DataLoader(ds, batch_size=128, shuffle=shuffle)

train_loader = make_loader(X_train, y_train, True)
valid_loader = make_loader(X_valid, y_valid, False)
test_loader = make_loader(X_test, y_test, False)

# %%
def train_one_epoch(model, loader, optimizer):
    model.train()
    total = 0
    for x, y in loader:
        optimizer.zero_grad()
        loss = F.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(x)
    return total / len(loader.dataset)

@torch.no_grad()
def evaluate(model, loader):
    model.eval()
    preds, trues = [], []
    for x, y in loader:
        preds.append(model(x))
        trues.append(y)
    preds, trues = torch.cat(preds), torch.cat(trues)
    mse = F.mse_loss(preds, trues).item()
    r2 = 1 - ((trues - preds) ** 2).sum().item() / ((trues - trues.mean()) ** 2).sum().item()
    return mse, r2

def run(model, lr, epochs):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train_hist, valid_hist = [], []
    start = time.time()
    for epoch in range(1, epochs + 1):
        tr = train_one_epoch(model, train_loader, optimizer)
        va, r2 = evaluate(model, valid_loader)
        train_hist.append(tr)
        valid_hist.append(va)
        print(f'[{epoch:02d}/{epochs}] train {tr:.4f} valid {va:.4f} R2 {r2:.4f}')
    print(f'걸린 시간(CPU): {time.time() - start:.2f}s')
    return train_hist, valid_hist

# %% [markdown]
# ## 1) Linear Regression

# %%
class LR(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(8, 1)

    def forward(self, x):
        return self.linear(x)

lr_model = LR()
tr_h, va_h = run(lr_model, 5e-3, 6)

plt.plot(tr_h, label='train')
plt.plot(va_h, label='valid')
plt.xlabel('epoch'); plt.ylabel('loss'); plt.title('Linear Regression'); plt.legend()
plt.show()

mse, r2 = evaluate(lr_model, test_loader)
print(f'[Test] RMSE: {mse ** 0.5 * 1e5:.2f}  R2: {r2:.4f}')

# %% [markdown]
# ## 2) MLP

# %%
mlp_model = nn.Sequential(nn.Linear(8, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 1))
tr_h2, va_h2 = run(mlp_model, 2e-3, 6)

plt.plot(tr_h2, label='train')
plt.plot(va_h2, label='valid')
plt.xlabel('epoch'); plt.ylabel('loss'); plt.title('MLP'); plt.legend()
plt.show()

mse, r2 = evaluate(mlp_model, test_loader)
print(f'[Test] RMSE: {mse ** 0.5 * 1e5:.2f}  R2: {r2:.4f}')

# %% [markdown]
# ## 3) CPU vs GPU
# GPU(T4)에서도 돌려 보았지만 CPU보다 오히려 느렸습니다(약 1.3배). 배치마다 데이터를 GPU로 복사하는 비용이 계산보다 크기 때문입니다.
