"""What an answer may say: terms, claims made of them, and concepts that earn points."""

from __future__ import annotations

from pydantic import Field

from grader.model.nouns import Noun


class Term(Noun):
    """A thing that is said in many words; claims name it. Words of any language, Korean verbs in dictionary form."""

    name: str
    words: tuple[str, ...] = Field(description="ways to say it")
    turns: bool = Field(False, description="saying it of something denies that, as `prevent` and `lose` do")
    covers: bool = Field(False, description="no other term is read within it")
    doubts: bool = Field(False, description="what a sentence says that names it may be said of something else")


class Claim(Noun):
    """Who does what in which direction, in terms of the rubric."""

    says: str = Field(description="terms that stand together, `a + b | c`: a and (b or c), in any order")
    of: tuple[str, ...] = Field((), description="terms of whom it is true; an answer that names nobody means them")
    unlike: tuple[str, ...] = Field((), description="terms of whom the opposite is true, which is as good an answer")
    not_of: tuple[str, ...] = Field((), description="terms of whom it is wrong; that it is not so says nothing")
    apart_from: tuple[str, ...] = Field((), description="terms of whom it is another matter")
    unless: tuple[str, ...] = Field((), description="terms that void it where they are said with it")
    not_where: tuple[str, ...] = Field((), description="terms of a place where it is wrong: `음수에서`, `below zero`")
    denied: bool = Field(False, description="it is true that this is not so; `not: true` in a rubric")
    half: bool = Field(False, description="a vague form, which earns half of the points")

    @property
    def worth(self) -> float:
        return 0.5 if self.half else 1.0


class Concept(Noun):
    """What a criterion asks for: claims that express it, or simply phrases of which any one does.

    Where there are claims, the phrases earn nothing by themselves; they tell what an answer is about.
    """

    id: str
    ko: tuple[str, ...] = ()
    en: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()
