"""Themes as an operator meets them: one folder, one parent, and a plain word when something is wrong."""

import gzip
from pathlib import Path

import pytest

from idp.theme import samples
from idp.theme.gallery import draw
from idp.theme.lint import THEMES
from idp.theme.render import Theme


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of themes with the house's own in it and an empty child."""
    (tmp_path / "default").symlink_to(THEMES / "default")
    for part in ("templates", "messages"):
        (tmp_path / "anak" / part).mkdir(parents=True)
    (tmp_path / "anak" / "theme.toml").write_text('parent = "default"\n')
    return tmp_path


def test_a_child_says_only_what_differs(folder: Path) -> None:
    (folder / "anak" / "theme.toml").write_text(
        'parent = "default"\n[brand]\nname = "Akun Kita"\n[tokens.light]\nbrand = "#123456"\n'
    )
    (folder / "anak" / "messages" / "id.toml").write_text('"masuk.judul" = "Selamat datang"\n')
    (folder / "anak" / "templates" / "masuk.html").write_text(
        '{% extends "default/masuk.html" %}{% block main %}<p>Pengumuman</p>{{ super() }}{% endblock %}'
    )
    theme = Theme(folder, "anak", terms=samples.TERMS)
    page = theme.render("masuk", theme.language(), site="s", csrf="c", promote_reset=False, passkey_options="").decode()
    assert "<p>Pengumuman</p>" in page
    assert "<title>Selamat datang – Akun Kita</title>" in page
    assert 'id="sign-in"' in page
    assert b"--brand:#123456" in theme.assets[theme.stylesheet_path].body
    assert (
        "Sign in"
        in theme.render(
            "masuk", theme.language("en"), site="s", csrf="c", promote_reset=False, passkey_options=""
        ).decode()
    )


def test_what_was_compiled_is_used_again_until_a_sentence_changes(folder: Path) -> None:
    sentences, compiled = folder / "anak" / "messages" / "id.toml", folder / "anak" / "__pycache__"

    def title() -> str:
        theme = Theme(folder, "anak", terms=samples.TERMS)
        page = theme.render("masuk", theme.language(), site="s", csrf="c", promote_reset=False, passkey_options="")
        return page.decode().partition("<title>")[2].partition(" –")[0]

    def written() -> dict[str, int]:
        return {path.name: path.stat().st_mtime_ns for path in compiled.iterdir()}

    sentences.write_text('"masuk.judul" = "Selamat datang"\n')
    assert title() == "Selamat datang"
    before = written()
    assert title() == "Selamat datang"
    assert before
    assert written() == before, "compiled twice"
    sentences.write_text('"masuk.judul" = "Selamat pagi"\n')
    assert title() == "Selamat pagi"


def test_a_theme_that_nobody_may_write_to_starts_all_the_same(folder: Path) -> None:
    (folder / "anak" / "__pycache__").write_text("not a folder")
    assert Theme(folder, "anak", terms=samples.TERMS).brand


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("theme.toml", 'parent = "hilang"', "theme hilang: .*does not exist"),
        ("theme.toml", 'parent = "anak"', "its own ancestor"),
        ("theme.toml", "parent = ", "theme anak: theme.toml: "),
        ("theme.toml", 'parent = "default"\n[tokens.light]\nink = "red;}*{"', "ink must be a colour"),
        ("theme.toml", 'parent = "default"\n[tokens.light]\nnew = "#000000"', "only one of light and dark has new"),
        ("messages/id.toml", '"masuk.judul" = "{kapan:term}"', "theme anak: a sentence names the term 'kapan'"),
        ("templates/masuk.html", "{% if %}", "theme anak: masuk.html, line 1: "),
    ],
)
def test_a_broken_theme_is_refused_at_start(folder: Path, file: str, text: str, told: str) -> None:
    (folder / "anak" / file).write_text(text)
    with pytest.raises(ValueError, match=told):
        Theme(folder, "anak", terms=samples.TERMS)


def test_assets_are_named_by_their_content(folder: Path) -> None:
    own = Theme(folder, terms=samples.TERMS)
    (folder / "anak" / "theme.toml").write_text('parent = "default"\n[tokens.dark]\nbrand = "#abcdef"\n')
    child = Theme(folder, "anak", terms=samples.TERMS)
    assert own.stylesheet_path != child.stylesheet_path
    assert own.script_path == child.script_path
    for theme in (own, child):
        assert theme.stylesheet_path in theme.assets
        for asset in theme.assets.values():
            assert gzip.decompress(asset.gzipped) == asset.body


def test_the_gallery_draws_every_page_in_both_languages(folder: Path, tmp_path: Path) -> None:
    names = draw(Theme(folder, terms=samples.TERMS), tmp_path / "gallery")
    assert {"id/masuk.html", "en/masuk.html", "id/mail-aktivasi.html"} <= set(names)
    assert all((tmp_path / "gallery" / name).exists() for name in names)
