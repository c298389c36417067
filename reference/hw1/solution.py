# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # PyTorch 세미나 과제 1

# %%
import time

import matplotlib.pyplot as plt
import pandas as pd
import torch
from torch import nn

torch.manual_seed(0)

# %% [markdown]
# 모든 모델이 같은 데이터와 같은 학습 함수를 쓴다.
# 입력과 정답은 학습 데이터의 평균과 표준편차로 표준화하고, 예측은 달러로 되돌려 보고한다.
# 파일이 경도 순으로 정렬되어 있으므로 미니배치는 매번 섞어서 만든다.

# %%
train = pd.read_csv("sample_data/california_housing_train.csv")
test = pd.read_csv("sample_data/california_housing_test.csv")

TARGET = "median_house_value"
FEATURES = [name for name in train.columns if name != TARGET]
x_mean, x_std = train[FEATURES].mean(), train[FEATURES].std()
y_mean, y_std = train[TARGET].mean(), train[TARGET].std()


def to_inputs(df):
    return torch.tensor(((df[FEATURES] - x_mean) / x_std).to_numpy(), dtype=torch.float32)


def to_dollars(output):
    return output.squeeze(1).numpy() * y_std + y_mean


x_train = to_inputs(train)
y_train = torch.tensor(((train[TARGET] - y_mean) / y_std).to_numpy(), dtype=torch.float32).unsqueeze(1)


# %%
def fit(model, optimizer, epochs, batch_size=500, device="cpu"):
    """Train in place; return the loss of every iteration and the seconds it took."""
    model.to(device).train()
    x, y = x_train.to(device), y_train.to(device)
    losses = []
    start = time.perf_counter()
    for _ in range(epochs):
        for batch in torch.randperm(len(x)).split(batch_size):
            loss = nn.functional.mse_loss(model(x[batch]), y[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses, time.perf_counter() - start


def report(predict):
    for name, df in (("train", train), ("test", test)):
        error = df[TARGET].to_numpy() - predict(df[FEATURES])
        rmse = (error**2).mean() ** 0.5
        r2 = 1 - (error**2).mean() / df[TARGET].var(ddof=0)
        print(f"RMSE ({name}): {rmse:.1f}")
        print(f"R2 ({name}): {r2:.4f}")


# %% [markdown]
# ## P1.1
#
# 특성 8개를 입력받는 `nn.Linear` 하나로 집값을 예측한다.

# %%
linear = nn.Linear(8, 1)
optimizer = torch.optim.SGD(linear.parameters(), lr=0.02, momentum=0.9)
losses_linear, seconds = fit(linear, optimizer, epochs=20)
print(f"CPU: {seconds:.2f} s")


def predict_linear(df):
    linear.eval()
    with torch.no_grad():
        return to_dollars(linear(to_inputs(df)))


report(predict_linear)

# %%
plt.plot(losses_linear)
plt.xlabel("iteration")
plt.ylabel("MSE loss (standardised)")
plt.title("P1.1 linear regression")
plt.show()

# %%
if torch.cuda.is_available():
    copy = nn.Linear(8, 1).to("cuda")
    optimizer = torch.optim.SGD(copy.parameters(), lr=0.02, momentum=0.9)
    print(f"GPU: {fit(copy, optimizer, epochs=20, device='cuda')[1]:.2f} s")
else:
    print("GPU: 이 컴퓨터에는 없음")

# %% [markdown]
# CPU와 GPU의 학습 시간을 비교하면 거의 차이가 없다.
# 모델이 작아서 데이터를 옮기고 연산을 시작시키는 데 드는 시간이 대부분이기 때문이다.

# %% [markdown]
# ## P1.2
#
# 은닉층 두 개와 ReLU를 둔 MLP로 같은 문제를 푼다.

# %%
mlp = nn.Sequential(
    nn.Linear(8, 64),
    nn.ReLU(),
    nn.Linear(64, 64),
    nn.ReLU(),
    nn.Linear(64, 1),
)
optimizer = torch.optim.Adam(mlp.parameters(), lr=3e-3)
losses_mlp, seconds = fit(mlp, optimizer, epochs=30)
print(f"CPU: {seconds:.2f} s")


def predict_mlp(df):
    mlp.eval()
    with torch.no_grad():
        return to_dollars(mlp(to_inputs(df)))


report(predict_mlp)

# %%
plt.plot(losses_mlp)
plt.xlabel("iteration")
plt.ylabel("MSE loss (standardised)")
plt.title("P1.2 MLP")
plt.show()

# %% [markdown]
# ## P2
#
# 너비가 같은 층을 쌓아 깊이를 바꿔 가며, 학습하지 않은 모델의 첫 층과 마지막 층을 비교한다.

# %%
WIDTH = 32


def deep_network(activation, depth):
    """`depth` Linear layers of one width, initialised as is usual for the activation."""
    layers = []
    for _ in range(depth):
        linear_layer = nn.Linear(WIDTH, WIDTH)
        if activation is nn.ReLU:
            nn.init.kaiming_normal_(linear_layer.weight, nonlinearity="relu")
        else:
            nn.init.xavier_normal_(linear_layer.weight)
        nn.init.zeros_(linear_layer.bias)
        layers += [linear_layer, activation()]
    return nn.Sequential(*layers[:-1])


def first_and_last_gradient(model):
    model.zero_grad()
    model(torch.randn(64, WIDTH)).square().mean().backward()
    norms = [layer.weight.grad.norm().item() for layer in model if isinstance(layer, nn.Linear)]
    model.zero_grad()
    return norms[0], norms[-1]


depths = range(2, 13)
for activation in (nn.Sigmoid, nn.ReLU):
    name = activation.__name__
    first, last = zip(*(first_and_last_gradient(deep_network(activation, depth)) for depth in depths), strict=True)
    plt.semilogy(depths, first, marker="o", label=f"{name}, first layer")
    plt.semilogy(depths, last, linestyle="--", label=f"{name}, last layer")
plt.xlabel("number of Linear layers")
plt.ylabel("gradient norm")
plt.title("P2 gradient norm against depth")
plt.legend()
plt.show()

# %%
deep_sigmoid = deep_network(nn.Sigmoid, depth=10)
deep_relu = deep_network(nn.ReLU, depth=10)
for name, model in (("sigmoid", deep_sigmoid), ("ReLU", deep_relu)):
    first, last = first_and_last_gradient(model)
    print(f"{name}: first {first:.2e}, last {last:.2e}, first/last {first / last:.2e}")

# %% [markdown]
# 시그모이드를 활성화 함수로 쓰는 층을 깊이 쌓으면 역전파에서 기울기 소실 문제가 생긴다.
# 시그모이드는 입력이 아주 크거나 작을 때 미분값이 0에 가까우므로 입력 쪽 층의 학습이 거의 멈춘다.
# 반면 ReLU는 x > 0에서 미분값이 항상 1이므로 뒤에서 온 신호가 온전히 앞 층까지 전해진다.
# 또 시그모이드에는 지수 함수가 필요하지만 ReLU는 0과 비교하기만 하면 되어 계산이 더 간단하다.
# 그리고 ReLU는 음수 입력에 0을 내보내므로 한 번에 켜지는 뉴런이 적은 희소한 표현을 만든다.

# %% [markdown]
# ## P3.1
#
# 이미지의 한 변을 늘려 가며, 같은 모양의 출력을 내는 합성곱 층과 FC 층이 학습할 값의 개수를 센다.

# %%
conv_block = nn.Sequential(
    nn.Conv2d(3, 8, kernel_size=3, padding=1),
    nn.ReLU(),
    nn.MaxPool2d(2),
)


def count_parameters(model):
    return sum(parameter.numel() for parameter in model.parameters())


for side in (8, 16, 32, 64):
    # The meta device counts without allocating: the last FC layer alone would need 1.6 GB.
    fc = nn.Linear(3 * side**2, 8 * side**2, device="meta")
    print(f"{side} x {side}: convolution {count_parameters(conv_block):,}, FC {count_parameters(fc):,}")

# %% [markdown]
# 이번에는 그림 속의 무늬를 옮기고, 출력도 같은 만큼 옮겨지는지 확인한다.

# %%
image = torch.zeros(1, 3, 32, 32)
image[:, :, 8:16, 8:16] = torch.rand(1, 3, 8, 8)
moved = image.roll((4, 6), dims=(2, 3))
convolution = conv_block[0]
fc = nn.Linear(image.numel(), 32 * 32)
with torch.no_grad():
    conv_difference = convolution(moved) - convolution(image).roll((4, 6), dims=(2, 3))
    fc_difference = fc(moved.flatten(1)) - fc(image.flatten(1)).view(1, 32, 32).roll((4, 6), dims=(1, 2)).flatten(1)
print(f"largest difference, convolution: {conv_difference.abs().max():.1e}")
print(f"largest difference, FC: {fc_difference.abs().max():.1e}")

# %% [markdown]
# 합성곱 층은 커널을 움직이며 한 픽셀을 주변 픽셀과 함께 보므로, FC 층과 달리 이미지의 공간 구조를 살린다.
# 이미지가 커질수록 FC 층은 가중치가 많아지지만, 합성곱 층은 작은 커널 하나를 공유하므로 파라미터가 훨씬 적다.
# FC 층은 입력의 크기가 고정되지만 합성곱 층은 이미지의 크기에 상관없이 쓸 수 있다.
# 합성곱은 물체가 옮겨 가면 출력도 같은 만큼 옮겨 가는 평행이동 등변성을 갖는다.

# %% [markdown]
# ## P3.2
#
# 같은 층을 세 번 거치는 동안 출력의 모양이 어떻게 바뀌는지 패딩과 풀링이 있을 때와 없을 때를 비교한다.

# %%
for padding in (0, 1):
    for pooling in (False, True):
        x = torch.randn(1, 8, 32, 32)
        shapes = []
        for _ in range(3):
            x = nn.functional.conv2d(x, torch.randn(8, 8, 3, 3), padding=padding)
            x = nn.functional.max_pool2d(x, 2) if pooling else x
            shapes.append("x".join(map(str, x.shape[2:])))
        print(f"padding {padding}, pooling {pooling}: 32x32 -> {' -> '.join(shapes)}")

x = torch.randn(1, 3, 32, 32)
print("conv_block:", " -> ".join(str(tuple(conv_block[:n](x).shape)) for n in range(4)))

# %% [markdown]
# 패딩이 없으면 이미지 가장자리의 픽셀은 커널에 적게 들어가므로, 패딩은 그곳의 정보 손실을 막는다.
# 패딩을 하면 합성곱을 여러 번 거쳐도 특징 맵의 크기가 그대로 유지된다.
# 풀링은 특징 맵을 서브 샘플링하여 다음 층의 연산량을 줄인다.
# 최대 풀링은 가장 두드러진 특징을 남기고 평균 풀링은 잡음을 누그러뜨린다.
# 또 풀링은 세세한 차이를 무시하게 하여 과적합을 막아 주는데, 이는 경험으로 알려진 효과이다.
