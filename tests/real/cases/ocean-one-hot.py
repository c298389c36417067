# %% [markdown]
# ### Homework 1 (Kaggle data)

# %%
import pandas as pd
import numpy as np
import torch
import torch.nn as nn
import matplotlib.pyplot as plt
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from sklearn.metrics import r2_score, mean_squared_error

data = pd.read_csv("../input/california-housing-prices/housing.csv")
data["total_bedrooms"] = data["total_bedrooms"].fillna(data["total_bedrooms"].median())
data = pd.get_dummies(data, columns=["ocean_proximity"], dtype=float)
X = data.drop(columns=["median_house_value"]).values
y = data["median_house_value"].values.reshape(-1, 1)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=1)
sx, sy = StandardScaler(), StandardScaler()
X_train, X_test = sx.fit_transform(X_train), sx.transform(X_test)
y_train_s = sy.fit_transform(y_train)
xt, yt = torch.tensor(X_train).float(), torch.tensor(y_train_s).float()


# %%
def go(net, lr, n, name):
    opt = torch.optim.Adam(net.parameters(), lr=lr)
    ls = []
    for _ in range(n):
        opt.zero_grad()
        loss = nn.functional.mse_loss(net(xt), yt)
        loss.backward()
        opt.step()
        ls.append(loss.item())
    plt.plot(ls)
    plt.xlabel("iteration")
    plt.ylabel("loss")
    plt.title(name)
    plt.show()
    p = sy.inverse_transform(net(torch.tensor(X_test).float()).detach().numpy())
    print(name, "RMSE", np.sqrt(mean_squared_error(y_test, p)), "R2", r2_score(y_test, p))


linear_net = nn.Linear(X.shape[1], 1)
go(linear_net, 0.02, 400, "linear")

# %%
mlp_net = nn.Sequential(nn.Linear(X.shape[1], 64), nn.ReLU(), nn.Linear(64, 1))
go(mlp_net, 0.02, 200, "mlp")

# %% [markdown]
# Running time on CPU and GPU was the same.
