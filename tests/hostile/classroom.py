"""A class of light notebooks with hostile ones among them, for tests and for the benchmark."""

from __future__ import annotations

from pathlib import Path

from build import notebook

HONEST = (
    """
    import numpy as np, pandas as pd, torch
    from torch import nn
    torch.manual_seed({seed})
    table = pd.read_csv('sample_data/train.csv')
    x = torch.tensor(table[['a', 'b']].to_numpy(), dtype=torch.float32)
    y = torch.tensor(table[['price']].to_numpy(), dtype=torch.float32)
    """,
    """
    linear = nn.Linear(2, 1)
    optimizer = torch.optim.Adam(linear.parameters(), lr=0.2)
    for _ in range({steps}):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(linear(x), y)
        loss.backward()
        optimizer.step()
    """,
    """
    def predict(df):
        with torch.no_grad():
            return linear(torch.tensor(df[['a', 'b']].to_numpy(), dtype=torch.float32)).numpy().ravel()
    print(loss.item())
    """,
)
# each costs its limit or its life, whatever walls there are; the last two have to be waited for
HOSTILE = {
    "hangs": "while True: pass",
    "eats": "import os\nkept = []\nwhile True: kept.append(bytearray(os.urandom(1) * 20_000_000))",
    "multiplies": (
        "import os, time\nend = time.monotonic() + 2\n"
        "for _ in range(60):\n    if os.fork() == 0:\n        while time.monotonic() < end: pass\n        os._exit(0)\n"
        "time.sleep(2)\nraise RuntimeError('done')"
    ),
    "fills": (
        "for number in range(100):\n    with open(f'{number}.bin', 'wb', buffering=0) as file:\n"
        "        for _ in range(2): file.write(bytes(10_000_000))\nraise RuntimeError('done')"
    ),
    "dies": "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
    "turns": "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\nos.kill(0, signal.SIGKILL)",
    "floods": "while True: print('x' * 10_000)",
    "crashes": "import ctypes\nctypes.string_at(0)",
    "ignores": "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\nwhile True: pass",
    "stops": "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)",
}


def lay_out(folder: Path, honest: int, hostile: int, steps: int = 200) -> list[str]:
    """Write the class, one notebook for each student; hostile ones are spread evenly. Returns the students' names."""
    attacks = list(HOSTILE.items())
    names = []
    for number in range(honest):
        cells = [cell.replace("{seed}", str(number)).replace("{steps}", str(steps)) for cell in HONEST]
        names.append(f"student-{number:03}")
        notebook(folder / f"{names[-1]}.ipynb", *cells)
    for number in range(hostile):
        kind, attack = attacks[number % len(attacks)]
        after = number * max(honest, 1) // hostile
        names.append(f"student-{after:03}-{kind}")  # sorted, it comes right after an honest one
        notebook(folder / f"{names[-1]}.ipynb", attack, "print('after')")
    return names
