# %%
import torch
import torch.nn as nn
import pandas as pd
import matplotlib.pyplot as plt
from sklearn.metrics import r2_score

df = pd.read_csv('sample_data/california_housing_train.csv')
X = df.drop('median_house_value', axis=1)
X = torch.tensor(((X - X.mean()) / X.std()).values).float()
y = torch.tensor(df['median_house_value'].values).float() / 100000


# %%
class LinearModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 1)

    def forward(self, x):
        return self.fc(x).squeeze(-1)


class MLPModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(8, 40)
        self.fc2 = nn.Linear(40, 1)

    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(x))).squeeze(-1)


def run(model, lr, epochs):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    loss_values = []
    for epoch in range(epochs):
        optimizer.zero_grad()
        loss = nn.L1Loss()(model(X), y)
        loss.backward()
        optimizer.step()
        loss_values.append(loss.item())
    return loss_values


# %%
linear_model = LinearModel()
lv = run(linear_model, 0.03, 500)
plt.plot(lv)
plt.xlabel("epoch")
plt.ylabel("L1 loss")
plt.title("linear model")
plt.show()
pred = linear_model(X).detach()
print("RMSE:", ((pred - y) ** 2).mean().sqrt().item() * 100000)
print("R2:", r2_score(y, pred))

# %%
mlp_model = MLPModel()
lv = run(mlp_model, 0.02, 250)
plt.plot(lv)
plt.xlabel("epoch")
plt.ylabel("L1 loss")
plt.title("mlp model")
plt.show()
pred = mlp_model(X).detach()
print("RMSE:", ((pred - y) ** 2).mean().sqrt().item() * 100000)
print("R2:", r2_score(y, pred))
