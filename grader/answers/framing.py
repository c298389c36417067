"""Words that take back, doubt or only report what an answer says, in whatever sentence they stand.

A claim is read within its clause; what a neighbouring sentence does to it is for a person. The cues are few and plain:
they would rather miss a retraction than doubt honest prose.
"""

from __future__ import annotations

import re

_CUES = re.compile(
    # it is taken back
    r"\b(?:that|this|which|it|they|these|those|neither|none of (?:it|this|these|that))\s(?:is|are|was|were)\s"
    r"(?:all\s|both\s|simply\s|just\s)?(?:false|wrong|untrue|mistaken|incorrect|nonsense|not (?:true|so|the case))"
    r"|\b(?:it is|it's|it would be) (?:wrong|false|incorrect|a mistake) to (?:say|think|claim|believe)"
    r"|\bmisconception|\bmisunderstanding|\bfallacy|\bmyth\b|\b(?:just )?kidding\b|\bjoking\b|\bdoes neither\b"
    r"|\bit does (?:not|neither)\b\s*(?:[.!]|$)"
    r"|\bbut (?:actually|in fact|in reality|in truth)\b|\bfails? to\b\s*(?:[.!]|$)|\bfortunately it (?:is|does)\b"
    r"|\b(?:that|it|this)['’]s (?:all |simply |just )?"
    r"(?:false|wrong|untrue|mistaken|incorrect|nonsense|not (?:true|so|the case))"
    r"|\b(?:claim|idea|belief|statement|notion|assumption|argument|view)s?\b[^.]{0,90}"
    r"\b(?:is|are|was|were|has been|have been) (?:\w+ )?"
    r"(?:false|wrong|untrue|mistaken|incorrect|refuted|disproved|disproven|debunked|rejected|unfounded|baseless)\b"
    r"|\b(?:he|she|you|people|those) (?:is|are|was|were) (?:\w+ )?(?:wrong|mistaken|incorrect)\b"
    r"|\b(?:i|we) (?:do not|don['’]t|cannot|can['’]t) (?:really |quite |fully )?(?:think|believe|agree|accept)\b"
    r"|\b(?:i|we) (?:doubt|disagree|dispute|deny)\b|\breasons? (?:[a-z]+ ){0,8}(?:is|are|was) not that\b"
    # it is only reported, or supposed
    r"|\bcontrary to (?:what|(?:popular|common|general) (?:belief|opinion|wisdom))"
    r"|\b[a-z]+ (?:insist|claim|allege|assert|contend)s? that\b"
    r"|\b(?:some|many|most)(?: people)? (?:think|say|believe|claim)"
    r"|\b(?:one|you) (?:might|may|would) (?:think|believe|say)"
    r"|\bit is (?:often|sometimes|commonly|widely) (?:said|believed|claimed|thought)"
    r"|\bcritics\b|\bsupposed(?:ly)? to\b"
    r"|\bsupposing\b|\bif [a-z']+(?: [a-z']+)? (?:had|were)\b"
    r"|(?:^|[.!;]\s+)(?:had|were) (?:the |a |an )?[a-z]+ [^.?]{0,120}\bwould\b"
    # the same in Korean
    r"|거짓(?:이|말)|농담|(?:틀린|잘못된) (?:말|설명|주장|생각)"
    r"|(?:라고|다고|다는 것은|다는 말은|라는 것은|하면) ?(?:틀린다|틀렸|틀리다|거짓|오해|잘못)"
    r"|(?:라고|다고)들? ?(?:하지만|알려져 있지만|생각하지만|말하지만|배웠는데)|다고들|만약 .{0,40}(?:라면|다면) 좋겠"
    r"|(?:다는|라는|단|란) (?:말|것|주장|설명|이야기|얘기)\S{0,2} (?:전혀 |결코 )?"
    r"(?:사실이 아니|사실과 다르|맞지 않|옳지 않|틀)"
    r"|(?<![않없])[았었였했렸됐]다면[^.]{0,80}(?:을|일|할|했을|였을|됐을|ㄹ) ?(?:것이|거|텐데|겁니다)"
    r"|(?:주장|견해|의견|속설|통념)\S{0,2} ?(?:있|하)\S{0,3}(?:으나|지만|는데)"
    r"|동의하(?:지|기)|동의할 수|그렇게 (?:생각|보)\S{0,2}지 ?(?:는 |도 )?않|그렇게 생각 ?안"
    r"|(?<!크기)(?<!사이즈)(?<!위치)(?<!해상도)(?<!입력)[와과]는? "
    r"(?:아무 |아무런 |전혀 |별 )?(?:관[계련]|연관|상관)\S? ?없[다음고습]"
    r"|(?<!\? )그렇지 ?않(?:다|습니다)|사실은 (?:반대|아니|그렇지|0)|(?:오류|오해)(?:이?다|입니다)|무관하다|무관합니다"
)

_UNSURE = re.compile(
    r"\b(?:i|we) (?:really |honestly |just )?(?:do not|don['’]t|did not|didn['’]t|have no|have not|haven['’]t)"
    r" (?:really |quite )?(?:know|understand|remember|recall|idea|clue|learn)\w*"
    r"|\b(?:i am|i['’]m) not sure\b|\b(?:perhaps|maybe|possibly)\b[^.]{0,60}\b(?:perhaps|maybe|possibly)\b"
    r"|(?:뭔지|[는은인런]지|이유)[는도를가]{0,2} ?(?:잘 |전혀 )?(?:모르|몰라|모른|모름)"
)


def is_unsure(sentence: str) -> bool:
    """Whether the writer says not to know what the sentence is about."""
    return bool(_UNSURE.search(sentence))


def cue(text: str) -> str | None:
    """The first such words in a page's text."""
    found = _CUES.search(text)
    return " ".join(found[0].split())[:60] if found else None
