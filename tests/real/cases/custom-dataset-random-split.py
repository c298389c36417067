# %%
import torch, csv, time
import torch.nn as nn
import torch.optim as optim
import matplotlib.pyplot as plt
from torch.utils.data import Dataset, DataLoader, random_split


# %%
class CaliforniaDataset(Dataset):
    """csv 파일을 읽어서 min-max 로 정규화하는 데이터셋"""

    def __init__(self, filename):
        with open(filename) as f:
            reader = csv.reader(f)
            self.header = next(reader)
            rows = [[float(v) for v in row] for row in reader]
        data = torch.tensor(rows)
        self.lo = data.min(dim=0).values
        self.hi = data.max(dim=0).values
        data = (data - self.lo) / (self.hi - self.lo)
        self.x = data[:, :-1]
        self.y = data[:, -1:]

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        return self.x[i], self.y[i]


dataset = CaliforniaDataset('sample_data/california_housing_train.csv')
trainset, testset = random_split(dataset, [15000, 2000], generator=torch.Generator().manual_seed(2024))
trainloader = DataLoader(trainset, batch_size=500, shuffle=True)
testloader = DataLoader(testset, batch_size=2000)
len(trainset), len(testset)

# %% [markdown]
# ### nn.Linear

# %%
net = nn.Linear(8, 1)
optimizer = optim.Adam(net.parameters(), lr=0.03)
criterion = nn.MSELoss()
losses = []
tic = time.time()
for epoch in range(10):
    for x, y in trainloader:
        optimizer.zero_grad()
        loss = criterion(net(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
toc = time.time()
print('time on cpu: ', toc - tic)

# %%
plt.plot(losses)
plt.xlabel('iteration')
plt.ylabel('MSE')
plt.title('MSE loss of nn.Linear')
plt.yscale('log')
plt.show()

# %%
def score(net):
    net.eval()
    x, y = next(iter(testloader))
    with torch.no_grad():
        p = net(x)
    width = dataset.hi[-1] - dataset.lo[-1]
    p, y = p * width + dataset.lo[-1], y * width + dataset.lo[-1]
    rmse = (p - y).pow(2).mean().sqrt().item()
    r2 = 1 - (p - y).pow(2).sum().item() / (y - y.mean()).pow(2).sum().item()
    print('rmse =', rmse)
    print('r2 =', r2)

score(net)

# %% [markdown]
# ### MLP

# %%
mlp = nn.Sequential(
    nn.Linear(8, 32), nn.LeakyReLU(),
    nn.Linear(32, 32), nn.LeakyReLU(),
    nn.Linear(32, 1),
)
optimizer = optim.Adam(mlp.parameters(), lr=0.005)
losses2 = []
for epoch in range(10):
    for x, y in trainloader:
        optimizer.zero_grad()
        loss = criterion(mlp(x), y)
        loss.backward()
        optimizer.step()
        losses2.append(loss.item())
plt.plot(losses2)
plt.xlabel('iteration')
plt.ylabel('MSE')
plt.title('MSE loss of MLP')
plt.yscale('log')
plt.show()
score(mlp)

# %% [markdown]
# cpu와 gpu 시간 차이: 없음. (gpu에서 2.1초, cpu에서 1.8초. 병목이 DataLoader라서 그런 것 같음)
