"""The address of the plant's log: never with a password, and always with bounds on how long a dead link is believed."""

import pytest

from app.domain.errors import KnownError
from app.store.postgres.address import BOUNDS, connection_parameters, read_url


def parameters(url: str, password: str | None = None) -> dict[str, str]:
    return connection_parameters(read_url(url), "lineside desk-1", password)


@pytest.mark.parametrize(
    "url",
    ["postgresql://desk:secret@db/plant", "postgresql://desk@db/plant?password=secret", "postgres://:secret@db/plant"],
)
def test_a_password_in_the_address_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(KnownError) as told:
        read_url(url)
    assert "secret@" not in str(told.value)
    assert "=secret" not in str(told.value)
    assert "lineside secret set" in told.value.todo


@pytest.mark.parametrize("url", ["", "db/plant", "mysql://db/plant", "postgresql://db/plant?nonsense=1", "host=db"])
def test_what_is_no_address_is_refused_with_how_one_looks(url: str) -> None:
    with pytest.raises(KnownError, match="postgresql://LOGIN@HOST/DATABASE"):
        read_url(url)


def test_every_connection_notices_a_dead_link() -> None:
    made = parameters("postgresql://desk@127.0.0.1/plant")
    assert {name: made[name] for name in BOUNDS} == {
        "connect_timeout": "3",
        "keepalives_idle": "2",
        "keepalives_interval": "1",
        "keepalives_count": "2",
        "tcp_user_timeout": "3000",
    }
    assert made["keepalives"] == "1"
    assert made["target_session_attrs"] == "read-write"
    assert made["application_name"] == "lineside desk-1"


@pytest.mark.parametrize(("written", "taken"), [("1", "1"), ("60", "3"), ("0", "3"), ("-1", "3"), ("x", "3")])
def test_an_address_may_ask_for_tighter_bounds_never_for_looser(written: str, taken: str) -> None:
    assert parameters(f"postgresql://desk@127.0.0.1/plant?connect_timeout={written}")["connect_timeout"] == taken


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "", "127.0.0.1:1,localhost:2"])
def test_this_machine_is_spoken_to_as_it_likes(host: str) -> None:
    assert "sslmode" not in parameters(f"postgresql://desk@{host}/plant")


@pytest.mark.parametrize("host", ["db", "192.0.2.1", "db1,db2", "localhost,db"])
def test_another_machine_must_prove_who_it_is(host: str) -> None:
    made = parameters(f"postgresql://desk@{host}/plant")
    assert (made["sslmode"], made["sslrootcert"]) == ("verify-full", "system")
    own = parameters(f"postgresql://desk@{host}/plant?sslrootcert=/etc/plant.crt")
    assert (own["sslmode"], own["sslrootcert"]) == ("verify-full", "/etc/plant.crt")
    assert parameters(f"postgresql://desk@{host}/plant?sslmode=disable")["sslmode"] == "disable"


def test_an_address_shows_where_it_leads_and_no_more() -> None:
    assert str(read_url("postgresql://desk@db1,db2/plant")) == "desk@db1,db2/plant"
    assert str(read_url("postgresql://db/plant")) == "db/plant"
    assert read_url("postgresql://db/plant").for_login("silva").login == "silva"
