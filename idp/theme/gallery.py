"""Every state of every page, mail and short message as files, for eyes: `python -m idp.theme.gallery FOLDER [THEME]`.

Open FOLDER/index.html in a browser. Useful to whoever makes a theme; the pages are the very ones that people get.
"""

import sys
from html import escape
from pathlib import Path

from idp.theme import samples
from idp.theme.language import CODES
from idp.theme.render import Theme

THEMES = Path(__file__).resolve().parents[2] / "themes"


def draw(theme: Theme, folder: Path) -> list[str]:
    """Writes the files below `folder`; returns their names, as `id/masuk.html`."""
    names = []
    for path, asset in theme.assets.items():
        if path != theme.puzzle_path:  # it would solve its puzzle and leave the gallery
            _write(folder / path.lstrip("/"), asset.body)
    for code in CODES:
        language = theme.language(code)
        for sample in samples.PAGES:
            page = theme.render(sample.template, language, **{**sample.context, "root": ".."})
            if sample.template == "form_post":  # or it would leave the gallery at once
                page = page.replace(b"document.forms[0].submit()", b"")
            names.append(f"{code}/{sample.title}.html")
            _write(folder / names[-1], page)
        for name, values in samples.MAILS.items():
            letter = theme.mail(name, language, **values)
            names.append(f"{code}/mail-{name}.html")
            _write(folder / names[-1], letter.html.encode())
            _write(folder / code / f"mail-{name}.txt", f"{letter.subject}\n\n{letter.text}".encode())
        for name, values in samples.SMS.items():
            _write(folder / code / f"sms-{name}.txt", theme.sms(name, language, **values).encode())
    links = "".join(f'<li><a href="{escape(name)}">{escape(name)}</a></li>' for name in names)
    _write(folder / "index.html", f"<!doctype html><meta charset=utf-8><title>Gallery</title><ul>{links}</ul>".encode())
    return names


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit("usage: python -m idp.theme.gallery FOLDER [THEME]")
    written = draw(Theme(THEMES, *sys.argv[2:], terms=samples.TERMS), Path(sys.argv[1]))
    sys.stdout.write(f"{len(written)} pages; open {sys.argv[1]}/index.html\n")
