"""What every page has in common: forms that only our own pages can send, headers, languages, faults, files."""

import gzip
import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest

from tests.support.round_trips import counted
from tests.support.servers import House

pytestmark = pytest.mark.anyio


async def form_of(http: httpx2.AsyncClient, house: House) -> dict[str, str]:
    """A form that would sign in."""
    token = re.search(r'name="csrf" value="([^"]+)"', (await http.get("/masuk")).text)
    assert token
    return {"csrf": token[1], "identifier": house.account().email, "password": house.account().password}


async def test_a_form_without_its_token_is_refused(house: House) -> None:
    """T22, and so for a token of another browser, or a browser that keeps no cookies."""
    http = house.http()
    form = await form_of(http, house)
    other = house.http()
    await other.get("/masuk")
    for sender, fields in ((http, {**form, "csrf": ""}), (other, form), (house.http(), form)):
        answer = await sender.post("/masuk", data=fields)
        assert answer.status_code == 403
        assert "Formulir perlu dibuka ulang" in answer.text
        assert "gerbang-session" not in answer.headers.get("set-cookie", "")


async def test_a_form_of_another_site_takes_no_device_away(house: House) -> None:
    """It comes without our Lax cookies, as from a new browser: tickets, forms and what is known of this one hang on them."""
    known = house.relying_party("saldo")
    request = dict(parse_qsl(urlsplit((await known.authorization()).url).query))
    for path, fields, status in (
        ("/masuk", {"identifier": "a@b.id"}, 403),
        ("/tidak/ada", {}, 404),
        ("/authorize", {"client_id": "nobody"}, 400),
        ("/authorize", {**request, "nonce": "\x00"}, 303),
        ("/authorize", {**request, "nonce": "\x00", "response_mode": "form_post"}, 200),
        ("/authorize", request, 303),
    ):
        answer = await house.http().post(path, data=fields, headers={"Sec-Fetch-Site": "cross-site"})
        assert (answer.status_code, answer.headers.get("set-cookie")) == (status, None), path
    assert "gerbang-device" in (await house.http().get("/masuk")).headers["set-cookie"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://jahat.example"},
        {"Origin": "http://localhost:8001"},
        {"Origin": "https://localhost:8000"},
    ],
)
async def test_a_form_from_another_site_is_refused(house: House, headers: dict[str, str]) -> None:
    http = house.http()
    answer = await http.post("/masuk", data=await form_of(http, house), headers=headers)
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://localhost:8000", "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
    ],
)
async def test_a_form_of_our_own_is_taken_from_old_and_new_browsers(house: House, headers: dict[str, str]) -> None:
    http = house.http()
    answer = await http.post("/masuk", data=await form_of(http, house), headers=headers)
    assert answer.status_code == 303


async def test_only_html_forms_are_read(house: House) -> None:
    """T22: what a foreign page can send without asking (text/plain) and what a program would send are no form of ours."""
    http = house.http()
    form = await form_of(http, house)
    text = "&".join(f"{name}={value}" for name, value in form.items())
    for kind in ("text/plain", "application/json", "multipart/form-data; boundary=x", ""):
        answer = await http.post("/masuk", content=text, headers={"Content-Type": kind})
        assert answer.status_code == 403, kind


async def test_malformed_forms_are_refused(house: House) -> None:
    http = house.http()
    csrf = (await form_of(http, house))["csrf"]
    sent = {"Content-Type": "application/x-www-form-urlencoded"}
    for body in (
        f"csrf={csrf}&identifier=a%40b.id&identifier=c%40d.id&password=x",
        f"csrf={csrf}&identifier=%ff%fe&password=x",
        f"csrf={csrf}&identifier=a%00b&password=x",
        f"csrf={csrf}" + "".join(f"&f{number}=1" for number in range(100)),
    ):
        answer = await http.post("/masuk", content=body, headers=sent)
        assert answer.status_code == 400
        assert "Permintaan tidak bisa dibaca" in answer.text
    answer = await http.post("/masuk", content=f"csrf={csrf}&password=" + "x" * 70_000, headers=sent)
    assert answer.status_code == 413
    assert "text/html" in answer.headers["content-type"]
    raw = await http.post("/masuk", content=b"csrf=\xff\xfe", headers=sent)
    assert raw.status_code == 400


async def test_pages_carry_their_headers(house: House) -> None:
    page = await house.http().get("/masuk")
    policy = dict(part.split(" ", 1) for part in page.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert page.headers["x-frame-options"] == "DENY"
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["x-request-id"]


async def test_a_foreign_host_header_changes_nothing(house: House) -> None:
    """T24: links and redirects come from the configured issuer."""
    forged = {"Host": "jahat.example", "X-Forwarded-Host": "jahat.example", "Forwarded": "host=jahat.example"}
    for path in ("/masuk", "/tidak-ada", "/"):
        answer = await house.http().get(path, headers=forged, follow_redirects=False)
        assert "jahat.example" not in answer.text + str(answer.headers)


@pytest.mark.parametrize("path", ["//jahat.example/", "/%5cjahat.example", "/\\jahat.example", "/%09/jahat.example"])
async def test_no_path_leads_out_of_the_site(house: House, path: str) -> None:
    """T10: the language link of an error page repeats the address, and must not become somebody else's."""
    answer = await house.http().get(f"http://localhost:8000{path}", follow_redirects=False)
    assert answer.status_code == 404
    for link in re.findall(r'href="([^"]*)"', answer.text):
        assert urlsplit(link.replace("\\", "/")).netloc == "" or link.startswith(("data:", "mailto:"))


async def test_the_language_is_chosen_by_link_and_remembered(house: House) -> None:
    browser = house.browser()
    page = await browser.get("/masuk")
    assert '<html lang="id">' in page.html
    page = await browser.click(page, "English")
    assert "Sign in" in page.title
    page = await browser.get("/masuk")
    assert '<html lang="en">' in page.html
    page = await browser.click(page, "Indonesia")
    assert '<html lang="id">' in page.html


async def test_a_relying_party_may_wish_for_a_language(house: House) -> None:
    request = await house.relying_party().authorization("openid", ui_locales="fr en")
    browser = house.browser()
    page = await browser.get(request.url)
    assert '<html lang="en">' in page.html
    page = await browser.click(page, "Indonesia")
    assert '<html lang="id">' in page.html
    assert "password" in page.names


async def test_a_service_links_to_our_pages_in_its_own_language(house: House) -> None:
    browser = house.browser()
    page = await browser.get("/akun?ui_locales=fr%20en-GB")
    assert page.url.endswith("/masuk")
    assert '<html lang="en">' in page.html, "also behind a redirect"
    page = await browser.click(page, "Indonesia")
    assert '<html lang="id">' in (await browser.get("/masuk?ui_locales=en")).html, "who has chosen keeps the choice"
    assert '<html lang="id">' in (await browser.get("/masuk")).html
    for unknown in ("fr", "", "%00", "en&xui_locales=1&ui_locales=id"):
        assert (await house.browser().get(f"/masuk?ui_locales={unknown}")).status == 200


async def test_where_a_link_came_from_is_no_choice_of_the_person(house: House) -> None:
    """One English link, and every service that speaks Indonesian would lead to English pages for a year."""
    browser = house.browser()
    for code in ("en", "id", "en"):
        page = await browser.get(f"/akun?ui_locales={code}")
        assert f'<html lang="{code}">' in page.html
    assert '<html lang="en">' in (await browser.get("/masuk")).html, "the pages behind it"
    request = await house.relying_party().authorization("openid", ui_locales="id")
    assert '<html lang="id">' in (await browser.get(request.url)).html


async def test_the_service_and_a_hint_are_shown(house: House) -> None:
    for hint, shown in (("siti@contoh.go.id", "siti@contoh.go.id"), ('"><b>', ""), ("bukan alamat", "")):
        request = await house.relying_party("saldo").authorization("openid", login_hint=hint)
        page = await house.browser().get(request.url)
        assert "Saldo JHT" in page.text
        assert dict(page.form_with("password").values)["identifier"] == shown


async def test_files_never_change_under_their_names(house: House) -> None:
    http = house.http()
    page = await http.get("/masuk")
    for path in re.findall(r'"(/tema/[^"]+)"', page.text):
        answer = await http.get(path, headers={"Accept-Encoding": "identity"})
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert "set-cookie" not in answer.headers
        zipped = await house.http().get(path, headers={"Accept-Encoding": "br;q=1, gzip;q=0.8"})
        assert zipped.headers["content-encoding"] == "gzip"
        assert int(zipped.headers["content-length"]) < len(answer.content)
        assert zipped.content == answer.content
        refused = await http.get(path, headers={"Accept-Encoding": "gzip;q=0"})
        assert "content-encoding" not in refused.headers
    assert len(gzip.compress(page.content)) < 6_144


async def test_pages_leave_compressed_and_their_length_is_partly_chance(house: House) -> None:
    """BREACH: what stands in a page shall not be guessed by how well it fits to what stands in the address."""
    http = house.http()
    plain = await http.get("/masuk", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    lengths, forms = set(), []
    for _ in range(20):
        answer = await http.get("/masuk", headers={"Accept-Encoding": "gzip"})
        assert (answer.headers["content-encoding"], answer.headers["vary"]) == ("gzip", "Cookie, Accept-Encoding")
        lengths.add(int(answer.headers["content-length"]))
        forms.append(re.findall(r'name="csrf" value="([^"]+)"', answer.text)[0])
    assert max(lengths) < len(plain.content) / 2
    assert max(lengths) - min(lengths) > 32, "more than another token makes"
    assert len(set(forms)) == 20
    wrong = {"identifier": "siapa@contoh.id", "password": "bukan ini"}
    for token, status in ((forms[0], 400), (forms[-1], 400), ("A" * 86, 403), (forms[0][43:] + forms[0][:43], 403)):
        assert (await http.post("/masuk", data={"csrf": token, **wrong})).status_code == status
    asked = await http.head("/masuk", headers={"Accept-Encoding": "gzip"})
    assert (asked.headers["content-encoding"], asked.content) == ("gzip", b"")


async def test_small_addresses_that_software_asks_for(house: House) -> None:
    http = house.http()
    for path, target in (("/", "/akun"), ("/.well-known/change-password", "/akun/kata-sandi")):
        answer = await http.get(path, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, target)
    assert "Disallow: /" in (await http.get("/robots.txt")).text
    assert (await http.get("/favicon.ico")).status_code == 204


async def test_what_is_not_there_has_a_page(house: House) -> None:
    http = house.http()
    answer = await http.get("/tidak-ada")
    assert answer.status_code == 404
    assert "Halaman tidak ditemukan" in answer.text
    wrong = await http.delete("/masuk")
    assert wrong.status_code == 405
    assert wrong.headers["allow"] == "GET, HEAD, POST"
    assert "text/html" in wrong.headers["content-type"]


async def test_head_answers_like_get_without_a_body(house: House) -> None:
    http = house.http()
    for path in ("/masuk", "/tidak-ada", "/robots.txt"):
        head, get = await http.head(path), await http.get(path)
        assert head.status_code == get.status_code
        assert head.content == b""
        assert int(head.headers["content-length"]) > 0


async def test_a_ticket_of_another_browser_or_a_damaged_one_has_a_page(house: House) -> None:
    """T21: a sign-in that somebody else began cannot be handed to a victim."""
    page = await house.browser().get((await house.relying_party().authorization("openid")).url)
    ticket = dict(page.form_with("password").values)["lanjut"]
    for shown in (ticket, ticket[:-4] + "AAAA", "x", "%00"):
        answer = await house.http().get("/masuk", params={"lanjut": shown})
        assert answer.status_code == 400
        assert "password" not in answer.text.partition("<main")[2]


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
async def test_a_lost_database_asks_to_try_again(
    houses: Callable[..., AbstractAsyncContextManager[House]], backend: str
) -> None:
    async with houses() as plain:
        address = plain.storage.database_url
    async with counted(address) as trips, houses(database_url=trips.url) as house:
        http = house.http()
        form = await form_of(http, house)
        trips.cut()
        answer = await http.post("/masuk", data=form)
        assert answer.status_code == 503
        assert answer.headers["retry-after"]
        assert "Kami sedang sibuk" in answer.text
        assert "Traceback" not in answer.text
        assert (await http.get("/masuk")).status_code == 200


async def test_somebody_whose_session_is_over_is_told_so(house: House) -> None:
    http = house.http()
    assert (await http.post("/masuk", data=await form_of(http, house))).status_code == 303
    assert "Sesi berakhir. Masuk lagi untuk melanjutkan." not in (await http.get("/akun", follow_redirects=True)).text
    house.clock.advance(20 * 60 + 1)
    assert "Sesi berakhir. Masuk lagi untuk melanjutkan." in (await http.get("/akun", follow_redirects=True)).text
