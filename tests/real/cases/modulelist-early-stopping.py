# %% [markdown]
# # hw1_final_v3(진짜최종)

# %%
import copy
import torch
import torch.nn as nn
import torch.nn.functional as F
import pandas as pd
import numpy as np
import matplotlib.pyplot as plt
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from sklearn.metrics import r2_score

dataset = pd.read_csv('sample_data/california_housing_train.csv')
y_all = dataset.pop('median_house_value')
X_tr, X_tmp, y_tr, y_tmp = train_test_split(dataset, y_all, test_size=0.3, random_state=123)
X_va, X_te, y_va, y_te = train_test_split(X_tmp, y_tmp, test_size=0.5, random_state=123)

xs = StandardScaler().fit(X_tr)
ys = StandardScaler().fit(y_tr.to_frame())
T = lambda a: torch.tensor(np.asarray(a), dtype=torch.float32)
Xtr, Xva, Xte = T(xs.transform(X_tr)), T(xs.transform(X_va)), T(xs.transform(X_te))
Ytr, Yva = T(ys.transform(y_tr.to_frame())), T(ys.transform(y_va.to_frame()))

# %%
class MyModel(nn.Module):
    def __init__(self, dims):
        super().__init__()
        self.fcs = nn.ModuleList()
        for i in range(len(dims) - 1):
            self.fcs.append(nn.Linear(dims[i], dims[i + 1]))

    def forward(self, x):
        for i, fc in enumerate(self.fcs):
            x = fc(x)
            if i < len(self.fcs) - 1:
                x = F.relu(x)
        return x


def fit(model, lr=1e-3, max_epoch=30, patience=5, batch=256):
    opt = torch.optim.Adam(model.parameters(), lr=lr)
    best, wait, best_w = np.inf, 0, None
    tr_losses, va_losses = [], []
    for epoch in range(max_epoch):
        model.train()
        ep = []
        for idx in np.array_split(np.random.permutation(len(Xtr)), len(Xtr) // batch):
            opt.zero_grad()
            loss = F.mse_loss(model(Xtr[idx]), Ytr[idx])
            loss.backward()
            opt.step()
            ep.append(loss.item())
        tr_losses.append(np.mean(ep))
        model.eval()
        with torch.no_grad():
            va = F.mse_loss(model(Xva), Yva).item()
        va_losses.append(va)
        if va < best - 1e-4:
            best, wait, best_w = va, 0, copy.deepcopy(model.state_dict())
        else:
            wait += 1
            if wait >= patience:
                print('early stopping at', epoch)
                break
    model.load_state_dict(best_w)
    return tr_losses, va_losses


def draw(tr, va, title):
    plt.figure(figsize=(6, 4))
    plt.plot(tr, label='train loss')
    plt.plot(va, label='val loss')
    plt.xlabel('Epoch')
    plt.ylabel('Loss')
    plt.title(title)
    plt.legend()
    plt.show()


def show_score(model):
    p = ys.inverse_transform(model(Xte).detach().numpy()).squeeze()
    print('RMSE: ', ((p - y_te) ** 2).mean() ** 0.5)
    print('R2: ', r2_score(y_te, p))


# %% [markdown]
# P1 (1)

# %%
model1 = MyModel([8, 1])
draw(*fit(model1, lr=1e-2, max_epoch=20), 'single layer')
show_score(model1)

# %% [markdown]
# P1 (2) MLP, 5 layers

# %%
model5 = MyModel([8, 64, 64, 32, 16, 1])
draw(*fit(model5, lr=3e-3, max_epoch=16), '5 layer MLP')
show_score(model5)

# %% [markdown]
# 훈련 시간: CPU 3.5초 / GPU 5초. 큰 차이 없음.
