"""What is said where nothing was found for a name of the rubric: in its own terms to who does not follow its names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from grader.checks import claims
from grader.finding.roles import Role, roles
from grader.model import Assignment, Text

_MANY = 100  # layers; a rubric that allows more sets no limit
_MOST_NAMED = 6


class Notebook(NamedTuple):
    """What the kernel's evidence says of a notebook whose models were looked for."""

    assignment: Assignment
    evidence: Mapping[str, Any]

    @property
    def rest(self) -> dict[str, Any]:
        """What belongs to no item: see grader/finding/conversation.py."""
        rest = self.evidence.get("found:")
        return rest if isinstance(rest, dict) else {}

    @property
    def own_names(self) -> bool:
        """Whether it follows none of the rubric's names. `linear` and `mlp` are names that anybody may come upon."""
        named = self.rest.get("named")
        agreed = {name for role in roles(self.assignment) for name in (role.predict, role.losses)}
        return isinstance(named, list) and not agreed.intersection(map(str, named))

    def role(self, name: str) -> Role | None:
        return next((role for role in roles(self.assignment) if name in role.names), None)

    def called(self, name: str) -> Text:
        """What to call the thing that the rubric calls `name`."""
        role = self.role(name)
        if role is None or not self.own_names or f"found:{role.model}" in self.evidence:
            return Text(ko=f"`{name}`", en=f"`{name}`")
        kind, what = _kind(role), _WHAT[_part(role, name)]
        return Text(ko=what.ko.format(kind.ko), en=what.en.format(kind.en))

    def sentence(self, probe: str, name: str) -> Text:
        """For the student, that nothing is there."""
        if not self.own_names:
            return define(probe, name)
        found, called = self._models(), self.called(name)
        role = self.role(name)
        if role is None:
            return _BY_NAME.filled(name, found.ko, found.en)
        asked = role.model if name == role.predict else name
        return _LOOKED_FOR.filled(called.ko, called.en, found.ko, found.en, asked)

    def unexplained(self, name: str, elsewhere: frozenset[str], *, bonus: bool) -> Text | None:
        """What may be meant by a name that is missing: trainings and modules that answer nothing that was asked.

        Those under the heading of an item in `elsewhere` are not.
        """
        others, items = self.rest.get("others", []), self.rest.get("items", [])
        items = items if len(items) == len(others) else [None] * len(others)
        told = [claims.words(one) for one, item in zip(others, items, strict=True) if item not in elsewhere]
        if told:
            return Text(ko=", ".join(told), en=", ".join(told))
        if bonus:
            return None
        role = self.role(name)
        unused = self.rest.get("unused")
        idle = unused.get(role.model, []) if role is not None and isinstance(unused, dict) else []
        if idle:
            return _NEVER_CALLED.filled(", ".join(map(claims.words, idle[:_MOST_NAMED])))
        if self.rest.get("odd"):
            return _SEVERAL_INPUTS
        return _NO_MODULE if self.rest.get("loose_losses") else None

    def _models(self) -> Text:
        chosen = [e.get("chosen") for key, e in self.evidence.items() if key.startswith("found:") and key != "found:"]
        told = [claims.words(one) for one in [*chosen, *self.rest.get("others", [])] if one][:_MOST_NAMED]
        return Text(ko=", ".join(told), en=", ".join(told)) if told else _NONE


def _part(role: Role, name: str) -> str:
    return "losses" if name == role.losses else "predictions" if name == role.predict else "model"


def _kind(role: Role) -> Text:
    if role.most == 1:
        return _SINGLE
    if role.most > _MANY:
        return _ANY.filled(role.fewest)
    return _SEVERAL.filled(role.fewest, role.most)


def define(probe: str, name: str) -> Text:
    """For who follows the rubric's names."""
    return _DEFINE.get(probe, _DEFINE_MODULE).filled(name)


_DEFINE = {
    "predictions": Text(
        ko="`{0}(df)` 함수를 정의하세요. 원래 특성 열의 DataFrame을 받아 달러 단위 예측을 돌려줍니다.",
        en="define `{0}(df)`: a DataFrame of the raw feature columns in, dollars out",
    ),
    "series": Text(
        ko="`{0}`에 매 반복의 손실을 float 리스트로 남겨 두세요.",
        en="keep the loss of every iteration in `{0}`, a list of floats",
    ),
}
_DEFINE_MODULE = Text(ko="`{0}` 이름으로 torch.nn.Module을 정의하세요.", en="define `{0}`, a torch.nn.Module")
_SINGLE = Text(ko="nn.Linear 하나로 된 학습된 모델", en="a trained model of a single nn.Linear")
_SEVERAL = Text(
    ko="nn.Linear {0}~{1}개와 그 사이의 비선형 함수로 된 학습된 모델",
    en="a trained model of {0} to {1} nn.Linear layers with a non-linearity between",
)
_ANY = Text(ko="nn.Linear {0}개 이상으로 된 학습된 모델", en="a trained model of {0} or more nn.Linear layers")
_WHAT = {
    "model": Text(ko="{0}", en="{0}"),
    "losses": Text(ko="{0}의 매 반복 손실", en="the losses of every iteration of {0}"),
    "predictions": Text(ko="예측을 확인할 {0}", en="{0} whose predictions can be checked"),
}
_LOOKED_FOR = Text(
    ko="찾은 것은 {0}인데 보이지 않습니다. 노트북에서 찾은 모델: {2}. 있다면 `{4}`(이)라는 이름을 붙여 주세요.",
    en="looked for {1}, which is not there; models found in the notebook: {3}. If you have it, call it `{4}`",
)
_BY_NAME = Text(
    ko="이 부분은 `{0}`(이)라는 이름으로 찾는데 그런 것이 없습니다. 노트북에서 찾은 모델: {1}.",
    en="this part is looked for by the name `{0}`, which is not there; models found in the notebook: {2}",
)
_NONE = Text(ko="없음", en="none")
_NEVER_CALLED = Text(ko="한 번도 호출되지 않은 {0}", en="{0}, which was never called")
_SEVERAL_INPUTS = Text(ko="입력을 여럿 받는 모델", en="a model that takes several inputs")
_NO_MODULE = Text(ko="모듈 없이 한 학습", en="a training without a module")
