# %% [markdown]
# ## PyTorch 과제 1
# ### Problem 1

# %%
import copy
import time
import torch
import torch.nn as nn
import pandas as pd
import matplotlib.pyplot as plt

device = torch.device('cuda' if torch.cuda.is_available() else 'cpu')
print(device)

# %%
train = pd.read_csv('./sample_data/california_housing_train.csv')
train = train.sample(frac=1, random_state=1)
val = train[-3000:]
train = train[:-3000]

label = 'median_house_value'
feat = train.columns.drop(label)
avg, sd = train[feat].mean(), train[feat].std()

def prep(d):
    return torch.tensor(((d[feat] - avg) / sd).values, dtype=torch.float, device=device), torch.tensor(d[[label]].values / 1e5, dtype=torch.float, device=device)

xt, yt = prep(train)
xv, yv = prep(val)

# %% [markdown]
# learning rate를 네 개 정도 바꿔 가면서 실험함. 1.0은 발산했다.

# %%
results = {}
best_loss, best_state, best_lr = float('inf'), None, None
for lr in [1.0, 0.1, 0.01, 0.001]:
    torch.manual_seed(0)
    m = nn.Linear(len(feat), 1).to(device)
    opt = torch.optim.SGD(m.parameters(), lr=lr)
    ls = []
    for it in range(400):
        loss = nn.MSELoss()(m(xt), yt)
        opt.zero_grad()
        loss.backward()
        opt.step()
        ls.append(loss.item())
    with torch.no_grad():
        v = nn.MSELoss()(m(xv), yv).item()
    results[lr] = ls
    print(f'lr={lr}: val mse {v:.4f}')
    if v < best_loss:
        best_loss, best_state, best_lr = v, copy.deepcopy(m.state_dict()), lr

final = nn.Linear(len(feat), 1).to(device)
final.load_state_dict(best_state)
print('best lr', best_lr)

# %%
for lr, ls in results.items():
    if lr < 1:
        plt.plot(ls, label=f'lr={lr}')
plt.legend()
plt.xlabel('iteration')
plt.ylabel('MSE loss')
plt.title('loss by learning rate')
plt.show()

# %%
with torch.no_grad():
    p = final(xv)
sse = ((p - yv) ** 2).sum()
print('RMSE', (sse / len(yv)).sqrt().item() * 1e5, '$')
print('R2', (1 - sse / ((yv - yv.mean()) ** 2).sum()).item())

# %% [markdown]
# MLP도 lr 두 개로 비교

# %%
class Net(nn.Module):
    def __init__(self):
        super(Net, self).__init__()
        self.fc1 = nn.Linear(8, 50)
        self.fc2 = nn.Linear(50, 50)
        self.fc3 = nn.Linear(50, 1)
        self.act = nn.ReLU()

    def forward(self, x):
        x = self.act(self.fc1(x))
        x = self.act(self.fc2(x))
        return self.fc3(x)

best = None
for lr in [0.0001, 0.005]:
    net = Net().to(device)
    opt = torch.optim.Adam(net.parameters(), lr=lr)
    s = time.time()
    ls = []
    for epoch in range(12):
        for i in range(0, len(xt), 500):
            loss = nn.MSELoss()(net(xt[i:i+500]), yt[i:i+500])
            opt.zero_grad(); loss.backward(); opt.step()
            ls.append(loss.item())
    with torch.no_grad():
        r2 = 1 - ((net(xv) - yv) ** 2).sum() / ((yv - yv.mean()) ** 2).sum()
        rmse = ((net(xv) - yv) ** 2).mean().sqrt() * 1e5
    print(f'{device} lr={lr} R2={r2:.4f} RMSE={rmse:.1f} time={time.time()-s:.2f}s')
    if best is None or r2 > best[0]:
        best = (r2, net, ls)

plt.plot(best[2])
plt.xlabel('iteration')
plt.ylabel('MSE loss')
plt.title('MLP loss')
plt.show()
