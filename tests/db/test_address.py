"""What DATABASE_URL means to asyncpg, and how an address may be shown."""

from __future__ import annotations

import logging
import ssl
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.address import Address, BadAddress, without_password

PLAIN = "postgresql://bot:s3cret@db.example.org:5433/music"


def dsn(url: str) -> str:
    return Address.parse(url).arguments["dsn"]


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg", "postgres+psycopg"])
def test_every_usual_scheme_is_accepted(scheme: str) -> None:
    assert dsn(PLAIN.replace("postgresql", scheme)) == PLAIN


def test_what_asyncpg_understands_stays_in_the_address() -> None:
    query = "target_session_attrs=read-write&sslmode=verify-ca&sslrootcert=%2Fetc%2Froot%20ca.crt"
    kept = dict(parse_qsl(urlsplit(dsn(f"{PLAIN}?{query}")).query))
    assert kept == {
        "target_session_attrs": "read-write",
        "sslmode": "verify-ca",
        "sslrootcert": "/etc/root ca.crt",
    }


@pytest.mark.parametrize(
    "query",
    [
        "channel_binding=require",
        "keepalives=1&keepalives_idle=30&keepalives_interval=10&keepalives_count=5",
        "gssencmode=disable&sslsni=1&client_encoding=utf8&replication=false",
        "pgbouncer=true&connection_limit=5&pool_timeout=10&schema=public",
        "connect_timeout=5&application_name=x&options=-c%20geqo%3Doff",
    ],
)
def test_what_asyncpg_would_send_to_the_server_as_a_setting_is_taken_out(query: str) -> None:
    assert dsn(f"{PLAIN}?{query}") == PLAIN


def test_parameters_that_are_ignored_are_named_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    Address.parse(f"{PLAIN}?sslmode=require&channel_binding=require&schema=public")
    assert "channel_binding, schema" in caplog.text
    assert "s3cret" not in caplog.text


def test_application_name_and_options_become_settings() -> None:
    address = Address.parse(f"{PLAIN}?application_name=my%20bot&options=-c%20geqo%3Doff")
    assert address.arguments["server_settings"] == {"application_name": "my bot", "options": "-c geqo=off"}


@pytest.mark.parametrize("end", ["?pgbouncer=true", "?pgbouncer=1", "?sslmode=disable&pgbouncer=yes"])
def test_behind_pgbouncer_no_statement_is_kept(end: str) -> None:
    assert Address.parse(PLAIN + end).arguments["statement_cache_size"] == 0


@pytest.mark.parametrize("port", [6432, 6543])
def test_a_poolers_port_is_known(port: int) -> None:
    assert Address.parse(PLAIN.replace("5433", str(port))).arguments["statement_cache_size"] == 0


def test_without_a_pooler_statements_are_kept() -> None:
    assert "statement_cache_size" not in Address.parse(f"{PLAIN}?pgbouncer=false").arguments


@pytest.mark.parametrize(
    ("text", "seconds"), [("5", 5), ("1", 2), ("60", 8), ("0", 8), ("-1", 8), ("soon", 8), ("", 8)]
)
def test_connect_timeout_stays_within_what_a_start_may_take(text: str, seconds: int) -> None:
    assert Address.parse(f"{PLAIN}?connect_timeout={text}").arguments["timeout"] == seconds


def test_ssl_true_means_that_tls_is_required() -> None:
    assert dsn(f"{PLAIN}?ssl=true") == f"{PLAIN}?sslmode=require"


def test_the_systems_certificates_are_trusted_if_the_address_says_so() -> None:
    context = Address.parse(f"{PLAIN}?sslmode=verify-full&sslrootcert=system").arguments["ssl"]
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname


def test_several_hosts_and_a_socket_are_addresses_too() -> None:
    assert dsn("postgresql://bot@one:1,two:2/music") == "postgresql://bot@one:1,two:2/music"
    assert "host=%2Frun%2Fpostgresql" in dsn("postgresql:///music?host=/run/postgresql")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "s3cret",
        "mysql://bot:s3cret@host/music",
        "//bot:s3cret@host/music",
        "postgresql://bot:s3cret@host:port/music",
        "postgresql://bot:s3cret@host:99999/music",
        "postgresql://bot:s3cret#x@host/music",
        "postgresql://bot:12#s3cret@host/music",
        "postgresql://bot:12/s3cret@host/music",
        "postgresql://bot:12?s3cret@host/music",
        "postgresql://bot:s3cret[@host/music",
    ],
)
def test_nonsense_is_refused_in_one_line_without_the_password(url: str) -> None:
    with pytest.raises(BadAddress) as refused:
        Address.parse(url)
    assert "s3cret" not in str(refused.value)
    assert "DATABASE_URL" in str(refused.value)
    assert "\n" not in str(refused.value)
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


@given(st.text(st.characters(exclude_characters="*", exclude_categories=["Cs"]), min_size=6))
def test_a_shown_address_never_has_the_password(password: str) -> None:
    word = f"<{password}>"  # so that no letter of the rest is taken for it
    address = Address.parse(f"postgresql://bot:{quote(word, safe='')}@host/music?sslpassword={quote(word, safe='')}")
    for shown in (str(address), repr(address), address.where):
        assert word not in shown
        assert quote(word, safe="") not in shown
    assert address.where == "postgresql://bot:***@host/music"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (PLAIN, "postgresql://bot:***@db.example.org:5433/music"),
        ("postgresql://bot:p@ss#w/rd?@host/music", "postgresql://bot:***@host/music"),
        ("can't reach postgres://bot:s3cret@host/music, sorry", "can't reach postgres://bot:***@host/music, sorry"),
        ("postgres:///music?user=bot&password=s3cret&sslmode=disable", None),
        ("host=x password=s3cret dbname=music", None),
        ("https://example.org/watch?v=1", "https://example.org/watch?v=1"),
        ("postgresql://bot@host/music", "postgresql://bot@host/music"),
    ],
)
def test_passwords_are_taken_out_of_any_text(text: str, shown: str | None) -> None:
    assert without_password(text) == (shown or text.replace("s3cret", "***"))
