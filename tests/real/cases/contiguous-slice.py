# %%
import torch, pandas as pd, matplotlib.pyplot as plt
df=pd.read_csv('sample_data/california_housing_train.csv')
tr=df[:14000]; va=df[14000:]
m=tr.mean(); s=tr.std()
tr=(tr-m)/s; va_n=(va-m)/s
X=torch.tensor(tr.values[:,:8]).float(); Y=torch.tensor(tr.values[:,8:]).float()
Xv=torch.tensor(va_n.values[:,:8]).float(); Yv=torch.tensor(va_n.values[:,8:]).float()
# %%
f=torch.nn.Linear(8,1)
o=torch.optim.Adam(f.parameters(),lr=.02)
L=[];V=[]
for e in range(500):
    l=((f(X)-Y)**2).mean(); o.zero_grad(); l.backward(); o.step()
    L.append(l.item())
    with torch.no_grad(): V.append(((f(Xv)-Yv)**2).mean().item())
plt.plot(L,label='train'); plt.plot(V,label='val'); plt.legend()
plt.xlabel('epoch'); plt.ylabel('loss'); plt.title('linear'); plt.show()
r2=lambda y,p:1-((y-p)**2).sum().item()/((y-y.mean())**2).sum().item()
print('train R2',r2(Y,f(X)),'val R2',r2(Yv,f(Xv)))
print('RMSE',((f(Xv)-Yv)**2).mean().sqrt().item()*s.iloc[8])
# %%
g=torch.nn.Sequential(torch.nn.Linear(8,50),torch.nn.ReLU(),torch.nn.Linear(50,1))
o=torch.optim.Adam(g.parameters(),lr=.01)
L=[];V=[]
for e in range(200):
    l=((g(X)-Y)**2).mean(); o.zero_grad(); l.backward(); o.step()
    L.append(l.item())
    with torch.no_grad(): V.append(((g(Xv)-Yv)**2).mean().item())
plt.plot(L,label='train'); plt.plot(V,label='val'); plt.legend()
plt.xlabel('epoch'); plt.ylabel('loss'); plt.title('mlp'); plt.show()
print('train R2',r2(Y,g(X)),'val R2',r2(Yv,g(Xv)))
print('RMSE',((g(Xv)-Yv)**2).mean().sqrt().item()*s.iloc[8])
# MLP의 val R2가 train보다 낮은 이유: 데이터가 경도 순으로 정렬되어 있어서 val이 전부 서쪽 지역임
