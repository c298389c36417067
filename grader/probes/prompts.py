"""`input()` and `getpass()`, where nobody can type."""

import functools

from IPython import get_ipython

from .helps import note

_MOST_PROMPTS = 200  # a loop that waits for a certain word would go on for ever


def install():
    kernel = getattr(get_ipython(), "kernel", None)
    asked = [0]
    for name in ("raw_input", "getpass"):
        original = getattr(kernel, name, None)
        if original is not None:
            setattr(kernel, name, _unanswered(original, "getpass" if name == "getpass" else "input", asked))


def _unanswered(original, name, asked):
    @functools.wraps(original)
    def answer(prompt="", *args, **kwargs):
        __tracebackhide__ = True
        try:
            return original(prompt, *args, **kwargs)
        except NotImplementedError:
            asked[0] += 1
            if asked[0] > _MOST_PROMPTS:
                raise
        print(prompt)
        note("input", f"{name}({str(prompt)[:80]!r})" if prompt else f"{name}()")
        return ""

    return answer
