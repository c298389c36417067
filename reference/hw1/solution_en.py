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
# # PyTorch seminar, homework 1
#
# The written answers in English; the code is in `solution.py`.

# %% [markdown]
# ## P1.1
#
# Training on the CPU and on the GPU took about the same time.
# The model is so small that moving data and launching operations takes most of it.

# %% [markdown]
# ## P2
#
# A deep network of sigmoid layers suffers from the vanishing gradient problem.
# The sigmoid saturates: its slope is close to zero for large inputs, so the layers near the input hardly learn.
# ReLU's derivative is 1 for every x > 0, so the error signal reaches the early layers at full strength.
# ReLU is also cheaper to compute, because the sigmoid needs an exponential and ReLU a comparison with zero.
# Since ReLU returns 0 for negative inputs, its activations are sparse.

# %% [markdown]
# ## P3.1
#
# A convolution sees a pixel together with its neighbouring pixels, but an FC layer ignores the spatial structure.
# An FC layer grows with the image, while a convolution reuses one small kernel and has far fewer parameters.
# An FC layer works for a fixed input size only, but a convolution accepts images of any size.
# A convolution is translation equivariant: when the object moves, the output moves with it.

# %% [markdown]
# ## P3.2
#
# Without padding the pixels at the edges enter fewer windows, so padding protects the information there.
# With padding, the output of a convolution has the same size as its input, however many layers there are.
# Pooling subsamples the feature map and so saves the next layer computation.
# Max pooling picks the most salient features and average pooling smooths out noise.
# Pooling also makes overfitting less likely, although this is known from experience rather than proven.
