# %% [markdown]
# # 과제1 (Colab)

# %%
from google.colab import drive
drive.mount('/content/drive')

# %%
# !nvidia-smi
# !pip install torchmetrics

# %%
import time
import pandas as pd
import torch
import torch.nn as nn
import matplotlib.pyplot as plt

train = pd.read_csv('/content/drive/MyDrive/2024-1/세미나/california_housing_train.csv')
test = pd.read_csv('/content/sample_data/california_housing_test.csv')
mx, mn = train.max(), train.min()
tr = torch.tensor(((train - mn) / (mx - mn)).values, dtype=torch.float32).cuda()
te = torch.tensor(((test - mn) / (mx - mn)).values, dtype=torch.float32).cuda()

# %%
def learn(model, lr, epochs):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    torch.cuda.synchronize()
    s = time.time()
    for e in range(epochs):
        for b in torch.randperm(len(tr), device='cuda').split(500):
            loss = ((model(tr[b, :8]) - tr[b, 8:]) ** 2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    print('GPU', time.time() - s, '초')
    plt.plot(losses)
    plt.xlabel('iteration')
    plt.ylabel('loss')
    plt.title('loss')
    plt.show()
    with torch.no_grad():
        d = model(te[:, :8]) - te[:, 8:]
    print('RMSE', (d ** 2).mean().sqrt().item() * (mx['median_house_value'] - mn['median_house_value']))
    print('R2', 1 - ((d ** 2).mean() / te[:, 8].var(unbiased=False)).item())
    return losses

# %%
model = nn.Linear(8, 1).cuda()
losses = learn(model, 0.02, 20)

# %%
mlp = nn.Sequential(nn.Linear(8, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 1)).cuda()
losses2 = learn(mlp, 0.005, 12)

# %% [markdown]
# CPU로 돌리면 1.1초, GPU로 돌리면 2.3초. 모델이 작으면 GPU가 오히려 느리다.
