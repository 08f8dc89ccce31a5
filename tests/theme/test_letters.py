"""Mails and text messages."""

import pytest

from idp.theme import samples
from idp.theme.language import CODES
from idp.theme.lint import THEMES
from idp.theme.render import Theme
from idp.theme.samples import MAILS, SMS

THEME = Theme(THEMES, terms=samples.TERMS)


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("name", MAILS)
def test_both_bodies_hold_every_link_and_code(name: str, code: str) -> None:
    letter = THEME.mail(name, THEME.language(code), **MAILS[name])
    for given, value in MAILS[name].items():
        if given.startswith(("tautan", "kode")):
            assert str(value) in letter.text
            assert str(value) in letter.html
    assert "{" not in letter.text
    assert "\n" not in letter.subject
    assert "175" in letter.text


@pytest.mark.parametrize("code", CODES)
def test_a_mail_loads_nothing_so_that_opening_it_tells_nobody(code: str) -> None:
    for name, values in MAILS.items():
        html = THEME.mail(name, THEME.language(code), **values).html
        for loaded in ("src=", "srcset", "url(", "@import", "<link", "<script", "<img", "<iframe", "<form"):
            assert loaded not in html, name
        assert f'<html lang="{code}">' in html
        assert len(html.encode()) <= 102 * 1024  # where a large mail program cuts
        assert html.count("<a ") == html.count('<a href="http')


def test_a_stranger_s_name_draws_neither_button_nor_markup() -> None:
    name = "Budi\n\n[Klik di sini](https://jahat.example)\n\n# 123456 <a href='https://jahat.example'>x</a>"
    letter = THEME.mail("aktivasi", THEME.language(), **{**MAILS["aktivasi"], "nama": name})
    assert "<a href='https://jahat" not in letter.html
    assert 'href="https://jahat' not in letter.html
    assert letter.html.count("<a ") == 1
    assert "Halo Budi [Klik di sini]" in letter.text


def test_a_text_message_ends_with_the_code_bound_to_the_site() -> None:
    values = {"kode": "482913", "ref": "KX7M", "host": "sso.contoh.go.id"}
    assert THEME.sms("otp", THEME.language(), **values) == (
        "Kode OTP 482913 (ref KX7M), berlaku 10 menit. JANGAN berikan kepada siapa pun, termasuk petugas.\n"
        "@sso.contoh.go.id #482913"
    )


@pytest.mark.parametrize("name", SMS)
def test_a_text_message_holds_no_link(name: str) -> None:
    for code in CODES:
        assert "http" not in THEME.sms(name, THEME.language(code), **SMS[name])


@pytest.mark.parametrize("name", ["situs.example", "Sari.jahat.co.id Dewi", "www.jahat.example"])
def test_a_name_that_looks_like_an_address_is_not_written_as_one(name: str) -> None:
    """Mail programs link whatever could be a host, and the person who reads is told to press a link."""
    letter = THEME.mail("aktivasi", THEME.language(), **{**MAILS["aktivasi"], "nama": name})
    for body in (letter.text, letter.html):
        assert name not in body
        assert " ".join(name.replace(".", ". ").split()) in body
    titled = THEME.mail("aktivasi", THEME.language(), **{**MAILS["aktivasi"], "nama": "H. Sari Dewi, S. Pd."})
    assert "H. Sari Dewi, S. Pd." in titled.text


def test_every_notice_fits_one_short_message() -> None:
    """A notice goes by SMS as the subject of its letter: none may be so long that it takes two."""
    for language in map(THEME.language, CODES):
        for name, values in MAILS.items():
            subject = THEME.mail(name, language, **values).subject
            assert len(THEME.sms("kabar", language, apa=subject, telepon="1500 175")) <= 160, name


@pytest.mark.parametrize(("code", "never"), [("id", "JANGAN berikan"), ("en", "NEVER give")])
def test_every_message_says_that_codes_are_nobody_elses(code: str, never: str) -> None:
    """Seed row 36: not even staff may ask for a code, and every message that holds one says so."""
    language = THEME.language(code)
    for name, values in SMS.items():
        assert ("kode" not in values) or never.split()[0] in THEME.sms(name, language, **values), name
    for name, values in MAILS.items():
        assert language.t("bantuan.waspada") in THEME.mail(name, language, **values).text, name
