# %% [markdown]
# P1

# %%
import numpy as np
import pandas as pd
import torch
from torch import nn
from torch.utils.data import TensorDataset, DataLoader
import matplotlib.pyplot as plt

df = pd.read_csv('sample_data/california_housing_train.csv')
df_te = pd.read_csv('sample_data/california_housing_test.csv')
mean, std = df.mean(), df.std()
norm = lambda d: torch.as_tensor(((d - mean) / std).to_numpy(), dtype=torch.float32)
tr, te = norm(df), norm(df_te)
dl = DataLoader(TensorDataset(tr[:, :8], tr[:, 8]), batch_size=200, shuffle=True)

# %%
model = nn.Linear(8, 1)
optimizer = torch.optim.RMSprop(model.parameters(), lr=0.003)
scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=2)
history = []
for epoch in range(8):
    epoch_losses = []
    for xb, yb in dl:
        loss = ((model(xb).squeeze() - yb) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        epoch_losses.append(loss.detach())
    history.append(torch.stack(epoch_losses).mean())
    scheduler.step(history[-1])

plt.plot(torch.stack(history))
plt.xlabel('epoch')
plt.ylabel('loss')
plt.title('Linear regression loss per epoch')
plt.show()

# %%
price_mean, price_std = mean['median_house_value'], std['median_house_value']
y_true = df_te['median_house_value']
y_hat = model(te[:, :8]).detach().squeeze().numpy() * price_std + price_mean
print('RMSE  :', np.sqrt(np.mean((y_true - y_hat) ** 2)))
print('R2    :', 1 - np.sum((y_true - y_hat) ** 2) / np.sum((y_true - np.mean(y_true)) ** 2))

# %%
model_mlp = nn.Sequential(nn.Linear(8, 64), nn.ELU(), nn.Linear(64, 16), nn.ELU(), nn.Linear(16, 1))
optimizer = torch.optim.RMSprop(model_mlp.parameters(), lr=0.002)
scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=1, factor=0.3)
history_mlp = []
for epoch in range(8):
    epoch_losses = []
    for xb, yb in dl:
        loss = ((model_mlp(xb).squeeze() - yb) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        epoch_losses.append(loss.detach())
    history_mlp.append(torch.stack(epoch_losses).mean())
    scheduler.step(history_mlp[-1])
plt.plot(torch.stack(history_mlp))
plt.xlabel('epoch')
plt.ylabel('loss')
plt.title('MLP loss per epoch')
plt.show()
y_hat = model_mlp(te[:, :8]).detach().squeeze().numpy() * price_std + price_mean
print('RMSE  :', np.sqrt(np.mean((y_true - y_hat) ** 2)))
print('R2    :', 1 - np.sum((y_true - y_hat) ** 2) / np.sum((y_true - np.mean(y_true)) ** 2))
