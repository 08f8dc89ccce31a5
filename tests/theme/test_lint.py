"""The house's themes are in order, and the lint would say so if it were not."""

from pathlib import Path

import pytest

from idp.base.settings import Settings
from idp.flows.terms import terms
from idp.theme import lint, samples
from idp.theme.lint import THEMES
from idp.theme.render import Theme


@pytest.mark.parametrize("name", ["default", "jamsostek-demo", "terang"])
def test_a_theme_is_in_order(name: str) -> None:
    assert list(lint.problems(Theme(THEMES, name, terms=samples.TERMS))) == []


def test_samples_have_the_terms_of_the_program() -> None:
    assert terms(Settings(issuer="https://sso.contoh.go.id")) == samples.TERMS


def test_every_theme_of_the_house_is_looked_at() -> None:
    assert {folder.name for folder in THEMES.iterdir()} == {"default", "jamsostek-demo", "terang"}


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("messages/en.toml", '"baru" = "New"', "en: baru is not in id"),
        ("messages/id.toml", '"baru" = "Baru"', "en: baru is missing"),
        ("messages/id.toml", '"baru" = "Baru"', "baru: nobody says it"),
        ("messages/en.toml", '"masuk.judul" = "Sign in {who}"', "en: masuk.judul has other placeholders than in id"),
        (
            "messages/id.toml",
            '"masuk.jeda" = "{jam.__class__}"',
            "id: masuk.jeda has a placeholder that is no plain name",
        ),
        (
            "messages/id.toml",
            '"masuk.judul" = "Klik untuk login"',
            "id: masuk.judul says 'Klik'; there is a plainer word",
        ),
        (
            "messages/id.toml",
            '"masuk.judul" = "Nomor telepon"',
            "id: masuk.judul says 'Nomor telepon'; there is a plainer",
        ),
        ("messages/en.toml", '"masa.tahun" = "For {n} years"', "en: masa.tahun says '{n} years' of one as well"),
        (
            "messages/en.toml",
            '"masa.tahun" = "For {n:count:year}"',
            "en: masa.tahun has a placeholder that is no plain",
        ),
        ("messages/en.toml", '"masuk.judul" = "Until 10:00 WITA"', "en: masuk.judul names a time zone"),
        ("messages/id.toml", '"daftar.judul" = "Dalam 24 jam"', "id: daftar.judul says '24 jam', which a setting may"),
        ("messages/id.toml", '"daftar.judul" = "Sejam saja"', "id: daftar.judul says 'Sejam', which a setting may"),
        ("messages/en.toml", '"daftar.judul" = "Wait an hour"', "en: daftar.judul says 'an hour', which a setting may"),
        ("messages/id.toml", '"sms.otp" = "“{kode}”"', "id: sms.otp has '“”', which GSM-7 lacks"),
        ("messages/id.toml", f'"sms.otp" = "{"a" * 161}"', "id: sms.otp takes 161 places of 160"),
        ("messages/id.toml", '"sms.otp" = "https://x"', "id: sms.otp holds a link"),
        ("templates/masuk.html", "<p style=''>{{ promote_reset }}", "masuk.html: 'style=' is refused"),
        ("templates/masuk.html", "<script>{{ promote_reset }}", "masuk.html: '<script' is refused"),
        ("templates/masuk.html", "{{ promote_reset ~ baru }}", "masuk.html: takes ['baru', 'promote_reset']"),
        ("templates/masuk.html", '{{ promote_reset ~ t("baru") }}', "masuk.html:1: baru is not in the catalogue"),
        ("templates/masuk.html", '{{ promote_reset ~ t("masuk.jeda") }}', "masuk.html:1: masuk.jeda is given []"),
        ("templates/baru.html", "", "baru.html: is not in idp.theme.pages"),
    ],
)
def test_a_mistake_is_found(tmp_path: Path, file: str, text: str, told: str) -> None:
    (tmp_path / "default").symlink_to(THEMES / "default")
    for part in ("templates", "messages"):
        (tmp_path / "anak" / part).mkdir(parents=True)
    (tmp_path / "anak" / "theme.toml").write_text('parent = "default"\n')
    (tmp_path / "anak" / file).write_text(text)
    assert any(problem.startswith(told) for problem in lint.problems(Theme(tmp_path, "anak", terms=samples.TERMS)))
