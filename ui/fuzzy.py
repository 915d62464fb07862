"""How well a thing fits what a person typed: letters in order, starts of words count most. No Qt."""

from __future__ import annotations

import unicodedata

WORD, RUN, GAP = 10, 6, -1


def plain(text: str) -> str:
    """Lower case without accents, for comparing."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in folded if not unicodedata.combining(c))


def score(query: str, text: str) -> int | None:
    """None when some word of the query is not in the text; else the larger the better. An empty query fits anything.

    Every word of the query must be found by itself, in any order; its letters must stand in order.
    """
    found, total = plain(text), 0
    for word in plain(query).split():
        best = word_score(word, found)
        if best is None:
            return None
        total += best
    return total - len(found) // 8 if query.strip() else 0


def word_score(word: str, text: str) -> int | None:
    """The best of: the word as it stands (at the start of a word is better), else its letters in order."""
    at = whole(word, text)
    if at is not None:
        starts = at == 0 or not text[at - 1].isalnum()
        return (WORD if starts else 0) + RUN * len(word)
    return scattered(word, text)


def whole(word: str, text: str) -> int | None:
    """Where the word stands in the text, at the start of one of its words if possible."""
    at = text.find(word)
    first = at
    while at > 0 and text[at - 1].isalnum():
        at = text.find(word, at + 1)
    return at if at >= 0 else (first if first >= 0 else None)


def scattered(word: str, text: str) -> int | None:
    """Letters in order, each as early as possible; a start of a word counts, a gap costs."""
    total, at = 0, -1
    for letter in word:
        following = text.find(letter, at + 1)
        if following < 0:
            return None
        if following == 0 or not text[following - 1].isalnum():
            total += WORD // 2
        elif following == at + 1:
            total += RUN // 2
        else:
            total += GAP * min(6, following - at)
        at = following
    return total
