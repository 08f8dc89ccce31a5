"""Every state of every page, in both languages: valid, light, escaped, and usable without script."""

import gzip
from html.parser import HTMLParser
from itertools import product
from typing import Any

import pytest
from jinja2 import UndefinedError

from idp.theme import samples
from idp.theme.language import CODES, Message
from idp.theme.lint import THEMES
from idp.theme.pages import PAGES
from idp.theme.records import Claim, Service
from idp.theme.render import Theme
from idp.theme.samples import NOON, Sample
from idp.theme.samples import PAGES as SAMPLES
from idp.theme.stylesheet import contrast

THEME = Theme(THEMES, terms=samples.TERMS)

EVIL = '"\'><script>alert(1)</script><b a="{{ 7*7 }}'

OURS = ("/tema/", "data:", "/daftar/dokumen/gambar?", "/akun/dokumen/gambar?")
VOID = {"meta", "link", "input", "img", "br", "hr", "path"}
BUTTONS = {
    "masuk": {"sign-in"},
    "masuk_kode": {"submit-code"},
    "daftar": {"start"},
    "daftar_data_diri": {"continue"},
    "daftar_kontak": {"continue"},
    "daftar_kepesertaan": {"continue"},
    "daftar_dokumen": {"continue"},
    "daftar_kata_sandi": {"continue"},
    "daftar_periksa": {"sign-up"},
    "unggah": {"upload"},
    "aktivasi": {"activate"},
    "aktivasi_kode": {"submit-code"},
    "aktivasi_habis": {"resend"},
    "lupa_kata_sandi": {"send-reset"},
    "lupa_terkirim": {"submit-code"},
    "atur_ulang": {"set-password"},
    "izin": {"allow", "deny"},
    "akun": {"sign-out-everywhere"},
    "akun_perangkat": {"sign-out-everywhere"},
    "bukan_saya": {"not-me"},
    "masukan": {"send-feedback"},
    "akun_kata_sandi": {"set-password"},
    "akun_totp": {"submit-code"},
    "keluar": {"sign-out"},
    "form_post": {"continue"},
}


class Page(HTMLParser):
    """A page taken apart: every element with its attributes, and whether the tags nest."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, *tags: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.elements if tag in tags]

    def ids(self) -> list[str]:
        return [attributes["id"] or "" for _, attributes in self.elements if "id" in attributes]


def render(sample: Sample, code: str = "id", **more: Any) -> str:
    return THEME.render(sample.template, THEME.language(code), **{**sample.context, **more}).decode()


@pytest.fixture(params=product(SAMPLES, CODES), ids=lambda pair: f"{pair[0].title}-{pair[1]}")
def html(request: pytest.FixtureRequest) -> str:
    sample, code = request.param
    return render(sample, code)


def test_a_page_is_light(html: str) -> None:
    assert len(gzip.compress(html.encode())) <= 6 * 1024


def test_a_page_is_sound(html: str) -> None:
    page = Page(html)
    ids = page.ids()
    assert len(ids) == len(set(ids))
    assert len(page.all("h1")) == 1
    assert len(page.all("main")) == 1
    assert len(page.all("form")) <= 1
    for field in page.all("input"):
        if field["type"] not in {"hidden", "checkbox", "radio"} and "hidden" not in field:
            assert field["id"] in {label.get("for") for label in page.all("label")}
        for name in (field.get("aria-describedby") or "").split():
            assert name in ids
    for link in page.all("a"):
        if (link["href"] or "").startswith("#"):
            assert (link["href"] or "")[1:] in ids


def test_a_page_needs_no_script_and_no_third_party(html: str) -> None:
    page = Page(html)
    for button in page.all("button"):
        assert button.get("type") != "button" or "hidden" in button
    for loaded in page.all("script", "img", "link"):
        for address in (loaded.get("src"), loaded.get("href")):
            assert address is None or address.startswith(OURS)


@pytest.mark.parametrize(("name", "ids"), BUTTONS.items())
def test_primary_buttons_keep_their_ids(name: str, ids: set[str]) -> None:
    for sample in SAMPLES:
        if sample.template == name:
            assert ids <= set(Page(render(sample)).ids())


def test_forms_carry_the_token_and_the_ticket() -> None:
    for sample in SAMPLES:
        if sample.template == "form_post":
            continue
        page = Page(render(sample, lanjut="tiket", hidden={"token": "rahasia"}))
        hidden = {
            field["name"]: field["value"]
            for field in page.all("input")
            if field["type"] == "hidden" and field["name"] != "passkey"
        }
        if page.all("form"):
            assert hidden == {"csrf": sample.context["csrf"], "lanjut": "tiket", "token": "rahasia"}


def test_passwords_and_codes_are_never_typed_back() -> None:
    typed = {"password": "Rahasia-1!", "current_password": "Rahasia-1!", "code": "Rahasia-1!"}
    for sample in SAMPLES:
        assert "Rahasia-1!" not in render(sample, values=typed)


def test_an_error_stands_in_title_summary_and_beside_its_field() -> None:
    page = render(
        next(sample for sample in SAMPLES if sample.template == "daftar_kontak"),
        errors={"email": Message("email"), "": "Umum."},
    )
    said = THEME.language().t("email")
    assert "<title>Kesalahan: Kontak – Gerbang</title>" in page
    assert 'role="alert" tabindex="-1"' in page
    assert f'<a href="#email">{said}</a>' in page
    assert "<li>Umum.</li>" in page
    assert 'aria-describedby="email-hint email-error" aria-invalid="true"' in page


def test_whatever_strangers_write_is_escaped() -> None:
    evil_service = Service(
        EVIL, logo_uri="https://x/" + EVIL, policy_uri="https://x/" + EVIL, tos_uri="https://x/" + EVIL
    )
    for sample in SAMPLES:
        context = {
            name: EVIL if isinstance(value, str) else value
            for name, value in sample.context.items()
            if name not in {"qr", "method", "kind"}
        }
        context |= {
            "service": evil_service,
            "values": dict.fromkeys(("identifier", "name", "email", "phone", "kpj"), EVIL),
            "errors": {"identifier": EVIL, "": EVIL},
            "hidden": {EVIL: EVIL},
            "notice": EVIL,
            "caution": EVIL,
            "name": EVIL,
            "lanjut": EVIL,
            "root": "",
        }
        if "claims" in context:
            context |= {"claims": (Claim("email", EVIL), Claim(EVIL, EVIL, optional=True)), "abilities": (EVIL,)}
        if "fields" in context:
            context["fields"] = {EVIL: EVIL}
        html = render(sample, **context)
        assert "<script>alert" not in html
        assert "<b a=" not in html
        Page(html)


def test_form_post_sends_itself_under_a_nonce() -> None:
    sample = next(sample for sample in SAMPLES if sample.template == "form_post")
    html = render(sample)
    page = Page(html)
    assert page.all("form") == [{"method": "post", "action": "https://saldo.contoh.go.id/masuk/kembali"}]
    assert {"name": "state", "type": "hidden", "value": sample.context["fields"]["state"]} in page.all("input")
    assert page.all("script") == [{"nonce": "n0nce"}]
    assert all("name" not in button for button in page.all("button"))


def test_a_context_that_lacks_a_name_is_refused() -> None:
    sample = next(sample for sample in SAMPLES if sample.template == "daftar_terkirim")
    for name in PAGES["daftar_terkirim"]:
        with pytest.raises((UndefinedError, TypeError)):
            render(Sample(sample.template, "", {key: value for key, value in sample.context.items() if key != name}))


def test_the_language_link_keeps_the_address() -> None:
    sample = next(sample for sample in SAMPLES if sample.template == "masuk")
    assert 'href="/masuk?lanjut=x&amp;bahasa=en"' in render(sample, here="/masuk?lanjut=x")
    assert 'href="/masuk?bahasa=id"' in render(sample, "en", here="/masuk")


def test_an_issuer_below_a_path_keeps_its_links_there() -> None:
    page = Page(
        render(next(sample for sample in SAMPLES if sample.template == "masuk"), root="/sso", here="/sso/masuk")
    )
    local = [link["href"] for link in page.all("a", "link") if (link["href"] or "").startswith("/")]
    assert local
    assert all(address and address.startswith("/sso/") for address in local)


def test_the_stylesheet_is_light_and_loads_nothing() -> None:
    sheet = THEME.assets[THEME.stylesheet_path]
    assert len(sheet.gzipped) <= 10 * 1024
    assert b"url(" not in sheet.body
    assert b"@import" not in sheet.body
    assert b"@font-face" not in sheet.body
    assert len(THEME.assets[THEME.script_path].gzipped) <= 4 * 1024
    assert len(THEME.assets[THEME.puzzle_path].gzipped) <= 4 * 1024


# Text on its ground, 4.5:1 (WCAG 2.2, 1.4.3); edges and focus, 3:1 (1.4.11).
TEXT = [
    *product(("ink", "muted", "brand", "brand-deep", "error"), ("paper", "surface")),
    ("ink", "soft"),
    ("brand-deep", "soft"),
    ("error", "error-soft"),
    ("ink", "good-soft"),
    ("good", "good-soft"),
    ("ink", "care-soft"),
    ("brand-ink", "brand"),
    ("brand-ink", "brand-deep"),
    ("head-ink", "head"),
]
EDGES = [
    *product(("edge", "focus", "error", "good", "care"), ("paper", "surface")),
    ("focus", "error-soft"),
    ("head-ink", "head"),
]


@pytest.mark.parametrize("name", ["default", "jamsostek-demo", "terang"])
@pytest.mark.parametrize("palette", ["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(TEXT, 4.5), (EDGES, 3.0)], ids=["text", "edges"])
def test_contrast(name: str, palette: str, pairs: list[tuple[str, str]], least: float) -> None:
    tokens = Theme(THEMES, name, terms=samples.TERMS).tokens[palette]
    least = 7.0 if name == "terang" and least > 3 else least  # what that theme promises
    weak = {(fore, ground): contrast(tokens[fore], tokens[ground]) for fore, ground in pairs}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < least} == {}


def test_times_are_clock_times_with_their_zone() -> None:
    sample = next(sample for sample in SAMPLES if sample.template == "aktivasi_lama")
    assert "dikirim pukul 14.05 WIB." in render(sample, sent_at=NOON)
