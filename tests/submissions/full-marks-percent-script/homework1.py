# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#       jupytext_version: 1.16.1
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 과제 1

# %%
import numpy as np
import pandas as pd
import torch
from torch import nn
import matplotlib.pyplot as plt

torch.manual_seed(2021)

df = pd.read_csv("sample_data/california_housing_train.csv")
df_test = pd.read_csv("sample_data/california_housing_test.csv")
Y = "median_house_value"
XS = list(df.columns[:-1])

# %% [markdown]
# ## P1.1

# %%
mu = df[XS].to_numpy().mean(axis=0)
sigma = df[XS].to_numpy().std(axis=0)


def prep(d):
    return torch.from_numpy(((d[XS].to_numpy() - mu) / sigma).astype("float32"))


x_all = prep(df)
y_all = torch.from_numpy(df[[Y]].to_numpy().astype("float32")) / 100_000

linear = nn.Linear(8, 1)
opt = torch.optim.SGD(linear.parameters(), lr=0.1, momentum=0.9)
losses_linear = []
for it in range(300):
    opt.zero_grad()
    loss = ((linear(x_all) - y_all) ** 2).mean()
    loss.backward()
    opt.step()
    losses_linear.append(float(loss))

# %%
def predict_linear(d):
    with torch.no_grad():
        return (linear(prep(d)) * 100_000).squeeze(1).numpy()


def scores(predict, d):
    err = d[Y].to_numpy() - predict(d)
    return (err**2).mean() ** 0.5, 1 - (err**2).mean() / d[Y].to_numpy().var()


print("train RMSE %.0f, R^2 %.3f" % scores(predict_linear, df))
print("test  RMSE %.0f, R^2 %.3f" % scores(predict_linear, df_test))

# %%
plt.figure()
plt.plot(range(1, 301), losses_linear, lw=1)
plt.xlabel("iteration")
plt.ylabel("loss (MSE, 10만 달러 단위)")
plt.title("P1.1 learning curve")
plt.show()

# %% [markdown]
# GPU로도 돌려 보았는데 이 크기에서는 CPU 0.3초, GPU 0.4초로 시간 차이가 거의 없었다.

# %% [markdown]
# ## P1.2

# %%
mlp = nn.Sequential(
    nn.Linear(8, 40), nn.ReLU(),
    nn.Linear(40, 20), nn.ReLU(),
    nn.Linear(20, 1),
)
opt = torch.optim.Adam(mlp.parameters(), lr=0.02)
losses_mlp = []
for it in range(130):
    opt.zero_grad()
    loss = ((mlp(x_all) - y_all) ** 2).mean()
    loss.backward()
    opt.step()
    losses_mlp.append(float(loss))


def predict_mlp(d):
    with torch.no_grad():
        return (mlp(prep(d)) * 100_000).squeeze(1).numpy()


print("train RMSE %.0f, R^2 %.3f" % scores(predict_mlp, df))
print("test  RMSE %.0f, R^2 %.3f" % scores(predict_mlp, df_test))

plt.figure()
plt.plot(range(1, 131), losses_mlp, lw=1)
plt.xlabel("iteration")
plt.ylabel("loss")
plt.title("P1.2 learning curve")
plt.show()

# %% [markdown]
# ## P2
#
# 은닉층이 많은 신경망에서 시그모이드를 쓰면 입력층 쪽으로 갈수록 기울기가 사라진다(기울기 소실).
# 시그모이드는 |x|가 커지면 포화되어 미분값이 0에 가깝고, 0 근처에서도 0.25를 넘지 못하기 때문이다.
# ReLU는 x > 0 에서 미분값이 항상 1이므로 층이 많아도 오차 신호가 앞쪽까지 그대로 간다.
# 또 max(0, x) 하나만 계산하면 되어서 exp 연산과 나눗셈이 있는 시그모이드보다 계산 비용이 낮다.
# 음수에서는 0이 나오므로 은닉층의 출력이 희소(sparse)해진다.
#
# 아래에서 첫 층과 마지막 층의 기울기 크기를 비교해 확인했다.

# %%
def deep(act, depth=10, width=32, seed=53):
    torch.manual_seed(seed)
    layers = []
    for _ in range(depth - 1):
        layers += [nn.Linear(width, width), act()]
    net = nn.Sequential(*layers, nn.Linear(width, width))
    for m in net:
        if isinstance(m, nn.Linear) and act is nn.ReLU:
            nn.init.kaiming_normal_(m.weight, nonlinearity="relu")  # He 초기화
            nn.init.zeros_(m.bias)
    return net


deep_sigmoid = deep(nn.Sigmoid)
deep_relu = deep(nn.ReLU)
noise = torch.randn(256, 32)

for name, net in [("sigmoid", deep_sigmoid), ("relu", deep_relu)]:
    net(noise).pow(2).mean().backward()
    first, last = net[0].weight.grad.norm(), net[-1].weight.grad.norm()
    print(f"{name:8s} first {first:.2e}  last {last:.2e}  ratio {first / last:.1e}")

# %% [markdown]
# ## P3.1
#
# 합성곱은 커널이 덮는 범위, 즉 한 픽셀과 인접한 픽셀들을 묶어서 보기 때문에 이미지의 공간 정보를 살린다.
# FC는 전부 일렬로 펴 버려서 그런 정보가 없어진다.
# 그리고 커널 하나의 가중치를 모든 위치가 공유하므로 파라미터가 매우 적다. FC는 H x W에 비례해 늘어난다.
# FC는 다른 크기의 이미지를 못 받지만 합성곱은 이미지 크기에 관계없이 적용된다.
# 물체의 위치가 달라져도 같은 커널이 같은 반응을 낸다.

# %%
conv_block = nn.Sequential(
    nn.Conv2d(3, 8, kernel_size=3, padding=1),
    nn.ReLU(),
    nn.MaxPool2d(2),
)
n_conv = sum(p.numel() for p in conv_block.parameters())
for s in (16, 32, 64):
    out = conv_block(torch.rand(1, 3, s, s))
    print(s, tuple(out.shape), "conv params:", n_conv, "fc params:", 3 * s * s * out[0].numel())

# %% [markdown]
# ## P3.2
#
# 패딩의 이유
# - 이미지 가장자리의 픽셀도 안쪽 픽셀만큼 쓰이게 해서 정보 손실을 줄인다.
# - 합성곱을 통과한 뒤에도 입력과 같은 크기의 특징 맵을 얻는다.
#
# 풀링의 이유
# - 특징 맵을 절반으로 다운샘플링해 다음 층의 계산량이 줄어든다.
# - max pooling은 구역 안의 두드러진 특징만 골라내고, average pooling은 잡음을 줄인다.
# - 세부적인 것에 덜 민감해져서 과적합이 덜 일어난다.
