# %% [markdown]
# 가장 상관관계가 높은 변수 하나만 사용했습니다 (median_income)

# %%
import pandas as pd
import torch
import matplotlib.pyplot as plt
df = pd.read_csv('sample_data/california_housing_train.csv')
print(df.corr()['median_house_value'].sort_values())

# %%
x = torch.tensor(df['median_income'].values, dtype=torch.float32).unsqueeze(1)
y = torch.tensor(df['median_house_value'].values, dtype=torch.float32).unsqueeze(1) / 1000

w = torch.nn.Linear(1, 1)
opt = torch.optim.SGD(w.parameters(), lr=0.02)
L = []
for i in range(1000):
    loss = torch.nn.functional.mse_loss(w(x), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
    L.append(loss.item())
plt.plot(L)
plt.xlabel('iteration')
plt.ylabel('MSE (천 달러)')
plt.title('loss')
plt.show()

# %%
plt.scatter(x, y, s=2, alpha=0.3)
plt.plot(x, w(x).detach(), color='r')
plt.xlabel('median income')
plt.ylabel('price')
plt.show()

# %%
te = pd.read_csv('sample_data/california_housing_test.csv')
xt = torch.tensor(te['median_income'].values, dtype=torch.float32).unsqueeze(1)
yt = torch.tensor(te['median_house_value'].values, dtype=torch.float32).unsqueeze(1) / 1000
p = w(xt).detach()
print('RMSE: ', ((p - yt) ** 2).mean().sqrt().item(), '(단위: 천 달러)')
print('R2: ', 1 - (((p - yt) ** 2).sum() / ((yt - yt.mean()) ** 2).sum()).item())

# %% [markdown]
# MLP로 바꾸면?

# %%
net = torch.nn.Sequential(torch.nn.Linear(1, 20), torch.nn.ReLU(), torch.nn.Linear(20, 1))
opt = torch.optim.Adam(net.parameters(), lr=0.05)
L2 = []
for i in range(300):
    loss = torch.nn.functional.mse_loss(net(x), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
    L2.append(loss.item())
plt.plot(L2)
plt.xlabel('iteration')
plt.ylabel('MSE (천 달러)')
plt.title('loss (MLP)')
plt.show()
p = net(xt).detach()
print('RMSE: ', ((p - yt) ** 2).mean().sqrt().item(), '(단위: 천 달러)')
print('R2: ', 1 - (((p - yt) ** 2).sum() / ((yt - yt.mean()) ** 2).sum()).item())
# 변수가 하나라서 MLP를 써도 R2가 별로 올라가지 않음
