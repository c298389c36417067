# %%
import pandas as pd, torch
from torch import nn
from matplotlib import pyplot as plt
a, b = (torch.tensor(pd.read_csv(f"sample_data/california_housing_{n}.csv").values, dtype=torch.float) for n in ("train", "test"))
m, s = a.mean(0), a.std(0)
a, b = (a - m) / s, (b - m) / s
for net, lr, n in ((nn.Linear(8, 1), 0.05, 300), (nn.Sequential(nn.Linear(8, 64), nn.ReLU(), nn.Linear(64, 1)), 0.01, 200)):
    opt, l = torch.optim.Adam(net.parameters(), lr), []
    for _ in range(n):
        loss = (net(a[:, :8]) - a[:, 8:]).pow(2).mean()
        opt.zero_grad(), loss.backward(), opt.step(), l.append(loss.item())
    e = (net(b[:, :8]) - b[:, 8:]).pow(2).mean()
    print(net, "RMSE", (e.sqrt() * s[8]).item(), "R2", (1 - e / b[:, 8].var(correction=0)).item())
    plt.plot(l), plt.xlabel("iteration"), plt.ylabel("loss"), plt.title(str(net)), plt.show()
