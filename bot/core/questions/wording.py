"""The words by which people choose, agree, leave it to others, ask for advice or change the premise."""

import re
from collections import Counter
from collections.abc import Sequence


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_RECOMMENDED = _set("recommended recommendation recommendations default defaults suggested suggestion suggestions")
_SURE = _set("sure agreed agree absolutely definitely")
_YES = _set("yes yep yeah yup aye")
_NO = _set("no nope nah")
_WEAK = _set("ok okay fine good great perfect lgtm thumbsup 👍 +1")
_FILL = _set(
    "a accept all and answers answer are as both by charrette choose choices do each every everything everywhere fine "
    "follow for go ahead going good great happy have i id ill im in is it its just lets let like looks make me my of "
    "on one ones option options our perfect pick please proceed questions sounds take thank thanks that the them these "
    "they this those to us use way we well whatever with works would you your"
)
_CHOOSES = _set("an at by could do for from prefer rather should so than think too want wed weve what would")
_DELEGATES = re.compile(
    r"\W*(?:(?:it['’]?s |this is |that['’]?s )?(?:all |entirely |totally )?up to you"
    r"|you (?:can )?(?:decide|choose|pick)"
    r"|your (?:call|choice|pick)|whatever you (?:think|prefer|recommend|suggest)(?: is)?(?: best| right)?"
    r"|(?:i (?:have )?)?no (?:strong )?(?:preference|opinion)s?|(?:i )?don['’]?t (?:care|mind))\W*",
    re.IGNORECASE,
)
_ADVICE = re.compile(
    r"\bwhat (?:do|would|did) you (?:\w+ )?"
    r"(?:think|recommend|suggest|advise|prefer|favou?r|choose|pick|take|use|do|say)\b"
    r"|\bwhat['’]?s your\b|\bwhich (?:\w+ ){0,3}(?:do|would|should) (?:you|we|i)\b"
    r"|\bwhat (?:should|shall|would) (?:we|i)\b|\b(?:your|any) (?:opinions?|advice|views?|take|thoughts?)\b"
    r"|\bthoughts\s*\?|\b(?:any|have you an?y?|do you have an?y?) (?:recommendations?|suggestions?|preference)\b"
    r"|\b(?:what|which)\b[^.?!\n]{0,60}\b(?:better|best|recommend(?:ed)?|safer|simpler|usual)\b[^.!\n]{0,60}\?"
    r"|\b(?:can|could|would) you (?:please )?(?:advise|recommend|suggest|tell)\b"
    r"|\bwhat['’]?s? (?:is |are )?the (?:difference|trade-?offs?|pros and cons)\b|\bhelp (?:me|us) (?:decide|choose)\b"
    r"|\b(?:i['’]?m|i am|we['’]?re) (?:not sure|unsure)\b|\b(?:i|we) (?:don['’]?t|do not) know\b"
    r"|^\W*(?:not sure|no idea)\b",
    re.IGNORECASE,
)
_PREMISE = re.compile(
    r"\balready\b(?=[^?]{0,200}?\b(?:so|then|therefore|hence|means|drop|remove|skip|instead|no need|don['’]?t need)\b)"
    r"|\bout of scope\b|\b(?:wrong|false|mistaken) (?:premise|assumption)\b|^\W*actually\b"
    r"|\bno longer (?:need|use|want|have)\b|\bthe (?:premise|assumption|real (?:problem|issue|need))\b",
    re.IGNORECASE,
)
_CHANGE = re.compile(
    r"(?:^|[,;.:!]\s*|\b(?:so|please|then|and|let['’]?s|just)\s+)"
    r"(?:drop|scrap|forget(?: about)?|leave out|cut|remove|skip|ignore)\s+(?:the|that|this|these|those|all|any)\b"
    r"|\b(?:is|are)(?:n['’]?t| not| no longer) (?:needed|necessary|required|relevant|true|the case)\b"
    r"|\bwe (?:don['’]?t|do not|never) (?:need|use|want|have)\b",
    re.IGNORECASE,
)
_REPLY = re.compile(
    r"\W*(?:please |we |i |i['’]d |i would |we['’]d |let['’]?s |just |definitely |probably |rather )*"
    r"(?:use|go (?:with|for)|prefer|want|take|choose|pick|keep|make it|do(?:n['’]t)? (?:it|use)|need"
    r"|it (?:should|must)|should be|must be|only|neither|both|none|at|in|by|per|always|never|not)\b",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"\bwhat (?:exactly )?(?:do|did|would|does|is|are) [^.?!\n]{0,60}\b(?:mean|meant)\b"
    r"|\b(?:can|could|would) you (?:please )?(?:explain|elaborate|clarify|say more)\b"
    r"|^\W*(?:(?:q(?:uestion)?\s*)?\d{1,2}\W+)?(?:(?:and|but|so|sorry|wait|hm+)\W+)*"
    r"(?:what|why|how|which|who|when|where|can|could|is|are|does|do|did|should|would|will)\b[^\n]*\?\W*$",
    re.IGNORECASE,
)
_NEGATES = re.compile(
    r"\b(?:not|no|never|neither|nor|without|instead|rather than|except|but)\b|n['’]t\b", re.IGNORECASE
)
_ORDINAL = re.compile(
    r"(?:the |your )?(first|second|third|fourth|fifth|1st|2nd|3rd|4th|5th|last|former|latter)"
    r"(?: one| option| choice)?\b",
    re.IGNORECASE,
)
_PLACES = {"first": 0, "1st": 0, "former": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3}
_PLACES |= {"fifth": 4, "5th": 4, "last": -1, "latter": -1}


def bare(text: str) -> list[str]:
    """The words in lower case without punctuation."""
    words = (re.sub(r"[^\w+👍]", "", word.replace("'", "").replace("’", "")) for word in text.lower().split())
    return [word for word in words if word]


def _made_of(text: str, core: frozenset[str]) -> bool:
    words = bare(text)
    return not core.isdisjoint(words) and all(word in core or word in _FILL for word in words)


def is_recommended(text: str) -> bool:
    """They take what is recommended, or leave it to us: `all recommended`, `go with your defaults`, `up to you`."""
    return _made_of(text, _RECOMMENDED | _SURE) or _DELEGATES.fullmatch(text) is not None


def is_yes(text: str) -> bool:
    """`yes`, `yep please`."""
    return _made_of(text, _YES | _SURE | _RECOMMENDED)


def is_no(text: str) -> bool:
    """`no`, `nope`."""
    return _made_of(text, _NO)


def is_assent(text: str) -> bool:
    """What is an answer only where somebody answers: `ok`, `sounds good`, `+1`."""
    return _made_of(text, _WEAK | _YES | _SURE | _RECOMMENDED)


def is_advice(text: str) -> bool:
    """They ask us: `What do you think?`."""
    return _ADVICE.search(text) is not None


def is_question(text: str) -> bool:
    """They ask back what a question means: `What do you mean by …?`."""
    return _QUESTION.search(text) is not None


def is_premise(text: str, direct: bool) -> bool:
    """They change what the questions rest on: `we already use X, so drop the syslog part`."""
    return bool(_PREMISE.search(text) or (not direct and _CHANGE.search(text)))


def is_reply(text: str) -> bool:
    """A plain comment begins as an answer in own words does: `use Redis`, `I'd prefer …`."""
    return _REPLY.match(text) is not None and "?" not in text


def place(text: str) -> tuple[int, str] | None:
    """The place that `the second one` names, from 0 (-1 is the last), and the words behind."""
    match = _ORDINAL.match(text)
    return (_PLACES[match[1].lower()], text[match.end() :]) if match else None


def content(text: str) -> frozenset[str]:
    """The words that say something: no articles, no words by which people choose."""
    return frozenset(word for word in bare(text) if word not in _FILL and word not in _CHOOSES)


def meant(text: str, texts: Sequence[str]) -> int | None:
    """The place of the one text that these words are about: they hold a word of its own, and mostly words of it."""
    words = content(text)
    if _NEGATES.search(text):
        return None
    all_words = [content(one) for one in texts]
    counts = Counter(word for one in all_words for word in one)
    hit = [at for at, one in enumerate(all_words) if any(counts[word] == 1 for word in words & one)]
    return hit[0] if len(hit) == 1 and 2 * len(words & all_words[hit[0]]) >= len(words) else None
