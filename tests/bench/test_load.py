"""What the load reads and writes: wrk's report, its input files, forms, request heads, PostgreSQL's log."""

from pathlib import Path

import pytest

from bench.browser import Account, Client, JourneyError, filled, form_head, prepared_get, prepared_post
from bench.load import parse_wrk, write_prepared, write_tokens
from bench.machine import BenchError, cpu_seconds, process_tree, resident_mb
from bench.postgres import STATEMENT

ACCOUNT = Account("siti@contoh.example", "rahasia & panjang")
CLIENT = Client("bench", "s3cret", "http://127.0.0.1:9/kembali")


def test_wrk_report_is_read_from_among_its_own_words() -> None:
    output = (
        "Running 1s test @ http://127.0.0.1:1\n  16 connections\n"
        'RESULT {"requests": 1200, "microseconds": 2000000, "p50_us": 1500, "p99_us": 4200, "errors": 3}\n'
    )
    assert parse_wrk(output) == (1200, 2.0, 1.5, 4.2, 3)


def test_wrk_that_failed_says_why() -> None:
    with pytest.raises(BenchError, match="unable to connect"):
        parse_wrk("unable to connect to 127.0.0.1:1 Connection refused\n")


def test_prepared_requests_carry_their_length(tmp_path: Path) -> None:
    requests = [
        prepared_get("http://localhost:8000/jwks"),
        prepared_post("http://localhost:8000/token", CLIENT, {"a": "b c"}),
    ]
    written = write_prepared(tmp_path / "requests", requests).read_bytes()
    read = []
    while written:
        length, _, written = written.partition(b"\n")
        read.append(written[: int(length)])
        written = written[int(length) :]
    assert read == requests
    assert requests[0] == b"GET /jwks HTTP/1.1\r\nHost: localhost:8000\r\n\r\n"
    assert requests[1].endswith(b"Content-Length: 5\r\n\r\na=b+c")
    assert b"Authorization: Basic YmVuY2g6czNjcmV0\r\n" in requests[1]


def test_token_file_is_one_head_line_and_one_line_per_token(tmp_path: Path) -> None:
    head = form_head("http://localhost:8000/token", CLIENT)
    lines = write_tokens(tmp_path / "tokens", head, ["one", "two"]).read_text().split("\n")
    assert lines[0].replace("\\n", "\r\n") % 12 == head % 12
    assert lines[1:] == ["one", "two", ""]


def test_sign_in_form_keeps_hidden_fields() -> None:
    page = """<form method="get" action="/bahasa"><input name="ui_locales"></form>
      <form method="post" action="/masuk?lanjut=x"><input type="hidden" name="csrf" value="t&amp;k">
      <input name="identifier"><input type="password" name="password"><button id="sign-in">Masuk</button></form>
      <form method="post" action="/keluar"><input type="hidden" name="csrf" value="other"></form>"""
    action, fields = filled(page, ACCOUNT)
    assert action == "/masuk?lanjut=x"
    assert fields == {"csrf": "t&k", "identifier": ACCOUNT.email, "password": ACCOUNT.password}


def test_consent_form_is_allowed() -> None:
    page = """<form method="post"><input type="hidden" name="csrf" value="x">
      <button id="allow" name="decision" value="allow"></button><button name="decision" value="deny"></button></form>"""
    assert filled(page, ACCOUNT) == ("", {"csrf": "x", "decision": "allow"})


def test_another_page_is_named() -> None:
    with pytest.raises(JourneyError, match="Verifikasi"):
        filled("<title> Verifikasi </title><form method='post'><input name='code'></form>", ACCOUNT)


def test_only_executed_statements_count_as_round_trips() -> None:
    log = (
        "gerbang 71 LOG:  execute __asyncpg_stmt_1__: UPDATE grants\n\tSET generation = $1\n"
        "gerbang 71 DETAIL:  parameters: $1 = '2'\n"
        "gerbang 71 LOG:  statement: BEGIN;\n"
        "node 80 LOG:  execute find: SELECT payload\n"
        " 1 LOG:  checkpoint starting: time\n"
        "gerbang 71 LOG:  duration: 0.1 ms\n"
    )
    assert [match["database"] for match in STATEMENT.finditer(log)] == ["gerbang", "gerbang", "node"]


def test_this_process_has_a_tree_time_and_memory() -> None:
    pid = int(Path("/proc/self").resolve().name)
    assert process_tree(pid)[0] == pid
    assert cpu_seconds(pid) > 0
    assert 1 < resident_mb(pid) < 10_000
