# %% [markdown]
# 과제 1 제출합니다.

# %%
def load():
    import pandas as pd
    import torch
    tr = pd.read_csv('sample_data/california_housing_train.csv')
    te = pd.read_csv('sample_data/california_housing_test.csv')
    cols = [c for c in tr.columns if c != 'median_house_value']
    m, s = tr[cols].mean(), tr[cols].std()
    to_t = lambda d: (torch.tensor(((d[cols] - m) / s).to_numpy(), dtype=torch.float32),
                      torch.tensor(d[['median_house_value']].to_numpy() / 1000, dtype=torch.float32))
    return to_t(tr), to_t(te)


def experiment(hidden, lr, epochs, title):
    """hidden이 비어 있으면 선형회귀, 아니면 MLP"""
    import time
    import torch
    import matplotlib.pyplot as plt
    (x, y), (xt, yt) = load()
    sizes = [x.shape[1]] + list(hidden) + [1]
    layers = []
    for a, b in zip(sizes[:-1], sizes[1:]):
        layers.append(torch.nn.Linear(a, b))
        layers.append(torch.nn.ReLU())
    net = torch.nn.Sequential(*layers[:-1])
    with torch.no_grad():
        net[-1].bias.fill_(y.mean().item())
    opt = torch.optim.Adam(net.parameters(), lr=lr)
    hist = []
    begin = time.time()
    for _ in range(epochs):
        for idx in torch.randperm(len(x)).split(1000):
            loss = torch.nn.functional.mse_loss(net(x[idx]), y[idx])
            opt.zero_grad()
            loss.backward()
            opt.step()
            hist.append(loss.item())
    sec = time.time() - begin
    plt.plot(hist)
    plt.xlabel('반복 횟수')
    plt.ylabel('손실')
    plt.title(title)
    plt.show()
    with torch.no_grad():
        p = net(xt)
    sse = ((p - yt) ** 2).sum()
    sst = ((yt - yt.mean()) ** 2).sum()
    return (sse / len(yt)).sqrt().item() * 1000, (1 - sse / sst).item(), sec


# %% [markdown]
# ### P1 단층

# %%
rmse, r2, sec = experiment([], lr=1.0, epochs=30, title='선형 회귀 손실')
print(f'RMSE = {rmse:.0f} 달러, R² = {r2:.3f}, CPU {sec:.2f}초')

# %% [markdown]
# ### P1 심화 다층

# %%
rmse, r2, sec = experiment([40, 20], lr=0.01, epochs=30, title='MLP 손실')
print(f'RMSE = {rmse:.0f} 달러, R² = {r2:.3f}, CPU {sec:.2f}초')
