# %% [markdown]
# ### 과제 1번 K-Fold 교차검증으로 해봄

# %%
import numpy as np
import pandas as pd
import torch
import torch.nn as nn
import matplotlib.pyplot as plt
from sklearn.model_selection import KFold
from sklearn.preprocessing import StandardScaler
from sklearn.metrics import r2_score, mean_squared_error

df = pd.read_csv('sample_data/california_housing_train.csv')
test_df = pd.read_csv('sample_data/california_housing_test.csv')
X_all, y_all = df.values[:, :-1], df.values[:, -1] / 100000

def make(kind):
    if kind == 'linear':
        return nn.Linear(8, 1)
    return nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 1))

def train_model(kind, X, y, epochs):
    model = make(kind)
    opt = torch.optim.Adam(model.parameters(), lr=0.01)
    X, y = torch.tensor(X, dtype=torch.float32), torch.tensor(y, dtype=torch.float32).view(-1, 1)
    losses = []
    for _ in range(epochs):
        for b in torch.randperm(len(X)).split(512):
            loss = nn.functional.mse_loss(model(X[b]), y[b])
            opt.zero_grad()
            loss.backward()
            opt.step()
            losses.append(loss.item())
    return model, losses

# %%
def cross_validate(kind, epochs):
    scores = []
    for fold, (tr, va) in enumerate(KFold(n_splits=3, shuffle=True, random_state=0).split(X_all)):
        sc = StandardScaler().fit(X_all[tr])
        model, losses = train_model(kind, sc.transform(X_all[tr]), y_all[tr], epochs)
        p = model(torch.tensor(sc.transform(X_all[va]), dtype=torch.float32)).detach().numpy()
        scores.append(r2_score(y_all[va], p))
        print(f'{kind} fold {fold}: R2 = {scores[-1]:.4f}')
    print(f'{kind} 평균 R2 = {np.mean(scores):.4f}')

cross_validate('linear', 8)
cross_validate('mlp', 5)

# %% [markdown]
# 마지막으로 전체 데이터로 다시 학습하고 test 파일로 평가

# %%
scaler = StandardScaler().fit(X_all)
final_linear, loss_linear = train_model('linear', scaler.transform(X_all), y_all, 10)
final_mlp, loss_mlp = train_model('mlp', scaler.transform(X_all), y_all, 10)

for name, model, losses in [('linear', final_linear, loss_linear), ('mlp', final_mlp, loss_mlp)]:
    plt.plot(losses)
    plt.xlabel('iteration')
    plt.ylabel('MSE')
    plt.title(name)
    plt.show()
    p = model(torch.tensor(scaler.transform(test_df.values[:, :-1]), dtype=torch.float32)).detach().numpy().ravel() * 100000
    y = test_df.values[:, -1]
    print(name, 'RMSE:', np.sqrt(mean_squared_error(y, p)), 'R2:', r2_score(y, p))
