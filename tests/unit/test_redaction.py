"""Nothing that is a secret, or looks like one, is left in a text; what is none stays readable."""

import json
from urllib.parse import quote

import pytest

from app.redaction import OUT, Redactor

KEY = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIBzzz\nabc\n-----END EC PRIVATE KEY-----"

LOOKS_LIKE_ONE = (
    ("postgresql://it:hunter22@db1/plant", "hunter22"),
    ("amqp://x:p@ss@word@host/y", "word"),
    ("https://api:p%40ss@erp.example/x?y=1", "p%40ss"),
    ("connecting with host=db1 password=hunter22 dbname=x", "hunter22"),
    ("password='two words' user=x", "two words"),
    ('{"password": "hunter22", "user": "x"}', "hunter22"),
    ('password_hash = "$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA"', "c2FsdA"),
    ("verifier SCRAM-SHA-256$4096:salt$stored:server", "4096:salt"),
    ("Authorization: Bearer abcdef123456.zzz", "abcdef123456"),
    ("header authorization='Basic dXNlcjpwYXNz'", "dXNlcjpwYXNz"),
    ("session_id=9f8e7d6c5b4a; path=/", "9f8e7d6c5b4a"),
    ("Set-Cookie: sid=9f8e7d6c5b4a", "9f8e7d6c5b4a"),
    ("api_key: zz-11-yy", "zz-11-yy"),
    ('"client_secret": "zz11yy"', "zz11yy"),
    ("access_token => zz11yy", "zz11yy"),
    ("got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "eyJzdWIiOiIxIn0"),
    (f"key:\n{KEY}\nafter", "MHcCAQEEIBzzz"),
    ("-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANcut", "MIIEvQIBADANcut"),
    ("PGPASSWORD=hunter22", "hunter22"),
)


@pytest.mark.parametrize(("text", "secret"), LOOKS_LIKE_ONE)
def test_what_looks_like_a_secret_is_left_out(text: str, secret: str) -> None:
    shown = Redactor().text(text)
    assert secret not in shown
    assert OUT in shown


@pytest.mark.parametrize("secret", ['s3cr3t "quoted" ü/&%', "plain-and-long", "a+b c", "back\\slash", "xy1"])
def test_a_stored_secret_is_left_out_however_it_is_written(secret: str) -> None:
    redactor = Redactor([secret])
    for text in (secret, json.dumps({"x": secret}), quote(secret, safe=""), f"it said {secret!r}.", f"<{secret}>"):
        assert secret not in redactor.text(text)
        assert OUT in redactor.text(text)


def test_what_is_no_secret_stays() -> None:
    plain = (
        'secret = "plc-1"\nname = "Filler"  # keyed by 12\nopc.tcp://10.0.0.5:4840/x postgresql://it@db1,db2/plant\n'
    )
    assert Redactor(["hunter22"]).text(plain) == plain


def test_a_pass_over_what_was_redacted_changes_nothing() -> None:
    redactor = Redactor(["hunter22"])
    once = redactor.text("\n".join(text for text, _ in LOOKS_LIKE_ONE))
    assert redactor.text(once) == once


def test_people_become_their_ids_and_only_where_they_are_meant() -> None:
    redactor = Redactor((), {"Jan Weiss": "weiss", "J. Weiss": "weiss"})
    assert redactor.text("Jan Weiss, J. Weiss and JAN WEISSMANN") == "weiss, weiss and JAN WEISSMANN"
