# %%
import pandas as pd
import numpy as np
import torch
import torch.nn as nn
import matplotlib.pyplot as plt
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.model_selection import train_test_split
from sklearn.metrics import r2_score, mean_squared_error

df = pd.read_csv("sample_data/california_housing_train.csv")
X, y = df.drop(columns="median_house_value"), df["median_house_value"] / 1e5
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)

# the four "count" columns are almost collinear -> replace them by two principal components
counts = ["total_rooms", "total_bedrooms", "population", "households"]
rest = ["longitude", "latitude", "housing_median_age", "median_income"]
prep = ColumnTransformer([
    ("counts", Pipeline([("scale", StandardScaler()), ("pca", PCA(n_components=3, whiten=True))]), counts),
    ("rest", StandardScaler(), rest),
])
A = torch.tensor(prep.fit_transform(X_train), dtype=torch.float32)
B = torch.tensor(prep.transform(X_test), dtype=torch.float32)
t = torch.tensor(y_train.to_numpy(), dtype=torch.float32).unsqueeze(1)


# %%
def train(net, lr, n):
    opt = torch.optim.Adam(net.parameters(), lr=lr)
    losses = []
    for _ in range(n):
        loss = ((net(A) - t) ** 2).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
        losses.append(loss.item())
    return net, losses


def summary(net, losses, title):
    plt.plot(losses)
    plt.title(title)
    plt.xlabel("iteration")
    plt.ylabel("MSE")
    plt.show()
    with torch.no_grad():
        p = net(B).numpy()
    print(f"{title}: R2={r2_score(y_test, p):.4f}, RMSE={mean_squared_error(y_test, p) ** 0.5 * 1e5:.0f}")


summary(*train(nn.Linear(7, 1), 0.05, 300), "nn.Linear")
summary(*train(nn.Sequential(nn.Linear(7, 64), nn.ReLU(), nn.Linear(64, 1)), 0.02, 200), "MLP")
