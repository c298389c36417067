# %%
import numpy as np
import torch
import torch.nn as nn
import matplotlib.pyplot as plt

arr = np.loadtxt('sample_data/california_housing_train.csv', delimiter=',', skiprows=1)
arr_test = np.loadtxt('sample_data/california_housing_test.csv', delimiter=',', skiprows=1)

use = [7, 1, 0]  # income, latitude, longitude
Xa, ya = arr[:, use], arr[:, 8]
Xb, yb = arr_test[:, use], arr_test[:, 8]

m = np.mean(Xa, axis=0)
s = np.std(Xa, axis=0, ddof=1)
Xa = (Xa - m) / s
Xb = (Xb - m) / s

# %%
def to_tensor(a):
    return torch.tensor(a, dtype=torch.float32)

class Model(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(i, o) for i, o in zip(sizes, sizes[1:])])

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = torch.sigmoid(layer(x))
        return self.layers[-1](x)

def train(model, epochs, lr, bs=340):
    opt = torch.optim.RMSprop(model.parameters(), lr=lr)
    X, y = to_tensor(Xa), to_tensor(ya / 100000).unsqueeze(-1)
    log = []
    for e in range(epochs):
        order = np.random.permutation(len(X))
        epoch_loss = 0.0
        for start in range(0, len(X), bs):
            i = order[start:start + bs]
            loss = torch.mean((model(X[i]) - y[i]) ** 2)
            opt.zero_grad()
            loss.backward()
            opt.step()
            epoch_loss += loss.item()
        log.append(epoch_loss / (len(X) / bs))
    return log

def r2_and_rmse(model):
    p = model(to_tensor(Xb)).detach().numpy()[:, 0] * 100000
    ss_res = np.sum((yb - p) ** 2)
    ss_tot = np.sum((yb - np.mean(yb)) ** 2)
    return 1 - ss_res / ss_tot, np.sqrt(ss_res / len(yb))

# %%
one = Model([3, 1])
log1 = train(one, 15, 0.01)
print("R2 = %.3f, RMSE = %.0f" % r2_and_rmse(one))

# %%
many = Model([3, 30, 30, 1])
log2 = train(many, 25, 0.005)
print("R2 = %.3f, RMSE = %.0f" % r2_and_rmse(many))

# %%
plt.plot(log1, 'o-', label='1 layer')
plt.plot(log2, 's-', label='3 layers (sigmoid)')
plt.legend()
plt.xlabel('epoch')
plt.ylabel('loss')
plt.title('training loss')
plt.show()
