# %%
import numpy as np, pandas as pd, torch, torch.nn as nn, matplotlib.pyplot as plt

# %%
df = pd.read_csv("sample_data/california_housing_train.csv")
skewed = ["total_rooms", "total_bedrooms", "population", "households", "median_income"]
X = df.drop(columns=["median_house_value"])
X[skewed] = np.log1p(X[skewed])
y = df.median_house_value

split = torch.utils.data.random_split(range(len(df)), [0.8, 0.2])
train_i, val_i = list(split[0]), list(split[1])
mean, std = X.iloc[train_i].mean(), X.iloc[train_i].std()
Xn = torch.tensor(((X - mean) / std).to_numpy(dtype=np.float32))
yn = torch.tensor(y.to_numpy(dtype=np.float32) / 1e5).reshape(-1, 1)

# %%
def fit(net, lr, epochs):
    o = torch.optim.AdamW(net.parameters(), lr=lr)
    sched = torch.optim.lr_scheduler.CosineAnnealingLR(o, epochs)
    out = []
    for _ in range(epochs):
        for b in torch.tensor(train_i)[torch.randperm(len(train_i))].split(400):
            o.zero_grad()
            l = nn.functional.mse_loss(net(Xn[b]), yn[b])
            l.backward()
            o.step()
            out.append(l.item())
        sched.step()
    return out


def val(net):
    net.eval()
    with torch.no_grad():
        e = (net(Xn[val_i]) - yn[val_i]) * 1e5
    return (e.pow(2).mean().sqrt().item(), 1 - (e.pow(2).mean() / (yn[val_i] * 1e5).var(unbiased=False)).item())


# %%
lin = nn.Linear(8, 1)
c1 = fit(lin, 0.03, 15)
print("linear  RMSE %.1f  R2 %.4f" % val(lin))

mlp = nn.Sequential(nn.Linear(8, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 1))
c2 = fit(mlp, 0.005, 15)
print("mlp     RMSE %.1f  R2 %.4f" % val(mlp))

# %%
for c, t in ((c1, "linear"), (c2, "mlp")):
    plt.figure()
    plt.plot(c)
    plt.title(t)
    plt.xlabel("iteration")
    plt.ylabel("mse")
    plt.show()
