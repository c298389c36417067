# %% [markdown]
# # Homework of STUDENT_NAME

# %%
import matplotlib.pyplot as plt
import pandas as pd
import torch
from torch import nn

torch.manual_seed(0)
ITERATIONS = 200

# %%
train = pd.read_csv("sample_data/california_housing_train.csv")
TARGET = "median_house_value"
FEATURES = [name for name in train.columns if name != TARGET]
x_mean, x_std = train[FEATURES].mean(), train[FEATURES].std()
y_mean, y_std = train[TARGET].mean(), train[TARGET].std()


def to_inputs(df):
    return torch.tensor(((df[FEATURES] - x_mean) / x_std).to_numpy(), dtype=torch.float32)


def predict(model, df):
    model.eval()
    with torch.no_grad():
        return model(to_inputs(df)).squeeze(1).numpy() * y_std + y_mean


x = to_inputs(train)
y = torch.tensor(((train[TARGET] - y_mean) / y_std).to_numpy(), dtype=torch.float32).unsqueeze(1)


def fit(model, optimizer):
    losses = []
    for _ in range(ITERATIONS):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


# %% [markdown]
# ## P1.1

# %%
linear = nn.Linear(8, 1)
losses_linear = fit(linear, torch.optim.Adam(linear.parameters(), lr=0.05))


def predict_linear(df):
    return predict(linear, df)


# %%
plt.plot(losses_linear)
plt.xlabel("iteration")
plt.ylabel("MSE loss (standardised)")
plt.title("P1.1 linear regression")
plt.show()

# %%
plt.scatter(train[TARGET][::20], predict_linear(train)[::20], s=4)
plt.xlabel("value")
plt.ylabel("prediction")
plt.title("P1.1 predictions")
plt.show()

# %%
print("ran STUDENT_NAME linear", len(losses_linear), f"{losses_linear[-1]:.5f}")

# %% [markdown]
# ## P1.2

# %%
mlp = nn.Sequential(nn.Linear(8, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 1))
losses_mlp = fit(mlp, torch.optim.Adam(mlp.parameters(), lr=0.01))


def predict_mlp(df):
    return predict(mlp, df)


# %%
print("ran STUDENT_NAME mlp", len(losses_mlp), f"{losses_mlp[-1]:.5f}")
