"""Takes secrets out of text that leaves the station: what is stored as one, and what looks like one, in a single pass.

Owns the table of what looks like a secret. Knows no file; what is stored is handed in.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote, quote_plus

OUT = "«left out»"
SHORTEST = 4
"""A stored secret of fewer characters is only taken out where it is a word by itself: else it would be everywhere."""

_FIELDS = (
    r"pass(?:word|wd|phrase|code)?|pwd|pgpassword|secret_?(?:key|value)|client_?secret|api_?key|(?:access|auth|refresh|session|"
    r"csrf|bearer)_?(?:token|key|id)|token|private_?key|authkey|authorization|cookie|set-cookie|sid|signature_?secret"
)
_VALUE = r"""(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^\s,;&}\])"']+)"""

KINDS: tuple[tuple[str, str, str], ...] = (
    (
        "a private key",
        r"(?s)-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|\Z)",
        OUT,
    ),
    ("a password in an address", r"""(?i)\b([a-z][a-z0-9+.\-]{1,20}://[^\s:/@]*):[^\s"'<>]{1,300}@""", rf"\1:{OUT}@"),
    ("a password's hash", r"(?:\$argon2\w*\$|SCRAM-SHA-256\$|\$2[aby]\$|\$pbkdf2)[^\s\"',]+", OUT),
    ("an authorization", r"(?i)\b(bearer|basic|digest|negotiate)\s+[A-Za-z0-9._~+/=\-]{6,}", rf"\1 {OUT}"),
    ("a signed token", r"\beyJ[A-Za-z0-9_\-]{6,}\.[A-Za-z0-9_\-]{4,}(?:\.[A-Za-z0-9_\-]*)?", OUT),
    (
        "a field that is called so",
        rf"""(?i)(["']?\b[\w\-]*?(?:{_FIELDS})(?:_hash)?["']?\s*(?:=>|:=|=|:)\s*)(?!{OUT}){_VALUE}""",
        rf'\1"{OUT}"',
    ),
)
"""What looks like a secret: what it is, how it is found, what is written for it."""

_KEY, *_FOUND = ((re.compile(pattern), put) for _, pattern, put in KINDS)
AT_ONCE = 4_000
"""So many characters in one go: a search can't be interrupted, and the screen waits for it."""


class Redactor:
    """`secrets` are the stored ones, `people` names and what is written for each."""

    def __init__(self, secrets: Iterable[str] = (), people: Mapping[str, str] | None = None) -> None:
        forms = {form for secret in secrets for form in written(secret) if form}
        self._secrets = _any_of(form for form in forms if len(form) >= SHORTEST)
        self._short = _any_of((form for form in forms if len(form) < SHORTEST), word=True)
        self._people = {name.casefold(): put for name, put in (people or {}).items() if name}
        self._names = _any_of(self._people, word=True)

    def text(self, text: str) -> str:
        """The same text without secrets and, where people were named, without their names."""
        for stored in (self._secrets, self._short):  # a key and a secret may have several lines
            text = text if stored is None else stored.sub(OUT, text)
        return "".join(map(self._part, parts(_KEY[0].sub(_KEY[1], text))))

    def _part(self, text: str) -> str:
        for pattern, put in _FOUND:
            text = pattern.sub(put, text)
        if self._names is not None:
            text = self._names.sub(lambda found: self._people[found.group().casefold()], text)
        return text


def parts(text: str) -> Iterator[str]:
    """A text in parts of whole lines."""
    part: list[str] = []
    size = 0
    for line in text.splitlines(keepends=True):
        part.append(line)
        size += len(line)
        if size >= AT_ONCE:
            yield "".join(part)
            part, size = [], 0
    yield "".join(part)


def written(secret: str) -> frozenset[str]:
    """How a secret may stand in a text: as it is, in JSON, in an address, in a Python text."""
    in_json = {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    return frozenset({secret, *in_json, quote(secret, safe=""), quote(secret), quote_plus(secret), repr(secret)[1:-1]})


def _any_of(words: Iterable[str], *, word: bool = False) -> re.Pattern[str] | None:
    """A pattern of all of them, the longest first; None of none."""
    ordered = sorted(words, key=len, reverse=True)
    if not ordered:
        return None
    joined = "|".join(re.escape(one) for one in ordered)
    return re.compile(rf"(?i)(?<!\w)(?:{joined})(?!\w)" if word else joined)
