# %% [markdown]
# # CSE Deep Learning Seminar HW1
# ## P1

# %%
import pandas as pd
import torch
import torch.nn as nn
from tqdm import tqdm, trange
import matplotlib.pyplot as plt

df = pd.read_csv('sample_data/california_housing_train.csv')
data = torch.tensor(df.values).float()
perm = torch.randperm(len(data), generator=torch.Generator().manual_seed(3))
n_train = int(0.8 * len(data))
train_data, test_data = data[perm[:n_train]], data[perm[n_train:]]
x_train, y_train = train_data[:, :-1], train_data[:, -1:]
x_test, y_test = test_data[:, :-1], test_data[:, -1:]

mu_x, std_x = x_train.mean(0), x_train.std(0)
mu_y, std_y = y_train.mean(), y_train.std()
nx = (x_train - mu_x) / std_x
ny = (y_train - mu_y) / std_y

# %%
def fit(net, lr, steps, bs):
    history = {'loss': [], 'test_loss': [], 'r2': []}
    opt = torch.optim.Adam(net.parameters(), lr=lr)
    bar = trange(steps, mininterval=1.0)
    for step in bar:
        i = torch.randint(0, len(nx), (bs,))
        loss = nn.functional.mse_loss(net(nx[i]), ny[i])
        opt.zero_grad()
        loss.backward()
        opt.step()
        history['loss'].append(loss.item())
        if step % 50 == 49:
            with torch.no_grad():
                p = net((x_test - mu_x) / std_x) * std_y + mu_y
                mse = ((p - y_test) ** 2).mean()
                history['test_loss'].append((mse / std_y ** 2).item())
                history['r2'].append((1 - mse / y_test.var(correction=0)).item())
            bar.set_postfix(r2=history['r2'][-1])
    print('RMSE', mse.sqrt().item(), 'R2', history['r2'][-1])
    return history

# %%
lin = nn.Linear(8, 1)
h_lin = fit(lin, 0.02, 600, 500)

# %%
mlp = nn.Sequential(nn.Linear(8, 80), nn.ReLU(), nn.Linear(80, 40), nn.ReLU(), nn.Linear(40, 1))
h_mlp = fit(mlp, 0.005, 600, 500)

# %%
fig, axs = plt.subplots(2, 2, figsize=(11, 8))
for row, (h, name) in enumerate([(h_lin, 'linear'), (h_mlp, 'mlp')]):
    axs[row, 0].plot(h['loss'])
    axs[row, 0].set_title(f'{name}: training loss')
    axs[row, 0].set_xlabel('iteration')
    axs[row, 0].set_ylabel('MSE')
    axs[row, 1].plot(h['r2'])
    axs[row, 1].set_title(f'{name}: R2 on test split')
    axs[row, 1].set_xlabel('every 50 iterations')
    axs[row, 1].set_ylabel('R2')
plt.tight_layout()
plt.show()

# %% [markdown]
# CPU: 1.1 s. GPU: 1.6 s. There was no benefit from the GPU.
