"""`input()` and `getpass()`, where nobody can type."""

import functools
import re

from IPython import get_ipython

from .helps import note

_MOST_PROMPTS = 200  # a loop that waits for a certain word would go on for ever
_NUMBER = r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"
# a number that the prompt itself proposes: `epochs [100]:`, `lr (default 0.01)`, `기본값: 64`, `예) 0.1`
_PROPOSED = re.compile(
    r"(?:default|e\.?g\.?|for example|기본(?:값)?|예(?:시|를 들어)?|권장|추천)[\s:=).,는은]*"
    rf"({_NUMBER})|[\[(]\s*({_NUMBER})\s*[\])]",
    re.IGNORECASE,
)
# what prompts of this trade ask for, and a number in use for it; by the first word that the prompt holds
_USUAL = (
    (r"\blr\b|learning.?rate|학습률|\balpha\b", 0.01),
    (r"momentum|모멘텀|드롭|dropout|\brate\b|ratio|비율", 0.5),
    (r"epoch|에폭|에포크|iter|반복|\bsteps?\b", 100),
    (r"batch|배치", 64),
    (r"hidden|은닉|units?\b|neurons?|뉴런|nodes?\b|노드", 32),
    (r"seed|시드", 0),
)


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
        told = f"{name}({str(prompt)[:80]!r})" if prompt else f"{name}()"
        number = _number_for(str(prompt))
        if number is not None:
            note("number", told, number)
            return number
        note("input", told)
        return _Answer(told)

    return answer


def _number_for(prompt):
    """The number, as text, that the prompt proposes or that is in use for what it asks; None if it tells of none."""
    if found := _PROPOSED.search(prompt):
        return found[1] or found[2]
    return next((str(value) for words, value in _USUAL if re.search(words, prompt, re.IGNORECASE)), None)


class _Answer(str):
    """Empty text, which is a number where the notebook makes one of it: `int(input())`."""

    def __new__(cls, told):
        made = super().__new__(cls)
        made._told = told
        return made

    def __int__(self):
        note("number", self._told, "1", review=True)
        return 1

    def __float__(self):
        return float(int(self))

    def isdigit(self):
        return True

    isdecimal = isnumeric = isdigit

    def _same(self, *args, **kwargs):
        return self

    strip = lstrip = rstrip = lower = upper = casefold = replace = removeprefix = removesuffix = _same

    def split(self, *args, **kwargs):
        """One word, which is a number too."""
        return [self]

    def __reduce__(self):
        return str, ()
