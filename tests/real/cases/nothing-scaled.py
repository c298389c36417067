# %%
import torch
import pandas as pd
import matplotlib.pyplot as plt

df = pd.read_csv('sample_data/california_housing_train.csv')
x = torch.tensor(df.values[:, 0:8], dtype=torch.float32)
y = torch.tensor(df.values[:, 8], dtype=torch.float32).reshape(-1, 1)

# %%
model = torch.nn.Linear(8, 1)
loss_fn = torch.nn.MSELoss()
# lr을 크게 하면 nan이 나와서 아주 작게 함
optimizer = torch.optim.SGD(model.parameters(), lr=1e-8)
losses = []
for t in range(1000):
    loss = loss_fn(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
plt.plot(losses)
plt.xlabel('iter')
plt.ylabel('loss')
plt.title('loss')
plt.show()

# %%
te = pd.read_csv('sample_data/california_housing_test.csv')
xt = torch.tensor(te.values[:, 0:8], dtype=torch.float32)
yt = torch.tensor(te.values[:, 8], dtype=torch.float32).reshape(-1, 1)
p = model(xt)
print('RMSE', torch.sqrt(loss_fn(p, yt)).item())
print('R2', (1 - ((yt - p) ** 2).sum() / ((yt - yt.mean()) ** 2).sum()).item())

# %%
model2 = torch.nn.Sequential(torch.nn.Linear(8, 64), torch.nn.ReLU(), torch.nn.Linear(64, 1))
optimizer = torch.optim.Adam(model2.parameters(), lr=0.05)
losses2 = []
for t in range(150):
    loss = loss_fn(model2(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses2.append(loss.item())
plt.plot(losses2)
plt.xlabel('iter')
plt.ylabel('loss')
plt.title('loss')
plt.show()
p = model2(xt)
print('RMSE', torch.sqrt(loss_fn(p, yt)).item())
print('R2', (1 - ((yt - p) ** 2).sum() / ((yt - yt.mean()) ** 2).sum()).item())
# R2가 별로 안 좋다... 왜 그런지 모르겠다
