"""A theme, read once: templates, catalogues, stylesheet and script. No request ever touches the disk.

A theme is a folder: `theme.toml` (parent, brand, colours), `templates/`, `messages/`, `base.css`, `logo.svg`, `gerbang.js`, `teka.js`.
What it lacks comes from its parent. A template may extend the one it replaces by the parent's name:
`{% extends "default/masuk.html" %}`. What each template takes stands in `idp.theme.pages`.
"""

import contextlib
import gzip
import hashlib
import json
import re
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

import jinja2
from jinja2 import DictLoader, Environment, FileSystemBytecodeCache, StrictUndefined, Template, TemplateSyntaxError
from jinja2.bccache import Bucket
from jinja2.ext import Extension
from markupsafe import Markup

from idp.theme import letter, pages, stylesheet
from idp.theme.language import CODES, Language, Message, choose, warm

# What every template can say besides its context; see `Language`.
SPOKEN = ("lang", "t", "say", "label")

_OWN = ("base.css", "logo.svg", "gerbang.js", "teka.js")


@dataclass(frozen=True)
class Asset:
    """A file that never changes under its path: serve with `Cache-Control: public, max-age=31536000, immutable`."""

    media_type: str
    body: bytes
    gzipped: bytes


class Theme:
    """Everything that people read. Made once at start; safe to share between tasks and threads."""

    def __init__(self, folder: Path, name: str = "default", *, terms: Mapping[str, int]) -> None:
        """`terms` is how long things last, in seconds, by the names that sentences use.

        Raises ValueError for a theme that cannot work: a missing parent, a bad colour, a term that is none, a template
        with a mistake.
        """
        lineage = _lineage(folder, name)
        sources, catalogues, files, settings = _gather(lineage)
        self.brand: Mapping[str, str] = settings["brand"]
        self.notice_version = self.brand["notice_version"]
        self.tokens: Mapping[str, Mapping[str, str]] = settings["tokens"]
        # The catalogues before terms are put into words, which only the lint reads.
        self.written: Mapping[str, Mapping[str, str]] = catalogues
        try:
            self._languages = {code: Language(code, catalogues[code]).with_terms(terms) for code in CODES}
        except KeyError as unknown:
            raise ValueError(f"theme {name}: a sentence names the term {unknown}, which there is not") from None
        style = stylesheet.assemble(self.tokens["light"], self.tokens["dark"], files["base.css"])
        self.stylesheet_path, sheet = _asset("gerbang.css", "text/css; charset=utf-8", style)
        self.script_path, script = _asset("gerbang.js", "text/javascript; charset=utf-8", files["gerbang.js"])
        # Loaded only by the page that is shown when many register at once.
        self.puzzle_path, puzzle = _asset("teka.js", "text/javascript; charset=utf-8", files["teka.js"])
        self.assets: Mapping[str, Asset] = {
            self.stylesheet_path: sheet, self.script_path: script, self.puzzle_path: puzzle,
        }  # fmt: skip

        given = {
            **pages.COMMON,
            "brand": self.brand,
            "logo": Markup(files["logo.svg"]),  # noqa: S704 - the operator's own file
            "icon": _icon(files["logo.svg"], self.tokens["light"]["head"], self.tokens["light"]["head-ink"]),
            "stylesheet": self.stylesheet_path,
            "script": self.script_path,
            "puzzle_script": self.puzzle_path,
        }
        self.environments = {
            code: _environment(sources, language, given, _Compiled(folder / name, language))
            for code, language in self._languages.items()
        }
        # Without the ancestors' copies ("default/masuk.html"), which are compiled only where a child extends one.
        self.sources = {name: text for name, text in sources.items() if "/" not in name}
        self._templates: dict[tuple[str, str], Template] = {}
        for code, source in product(CODES, self.sources):
            try:
                template = self.environments[code].get_template(source)
            except TemplateSyntaxError as mistake:
                raise ValueError(f"theme {name}: {source}, line {mistake.lineno}: {mistake.message}") from None
            self._templates[code, source.removesuffix(".html")] = template
        warm()

    def language(self, *wishes: str) -> Language:
        """The language of a page: see `idp.theme.language.choose` for the order of wishes."""
        return self._languages[choose(*wishes)]

    def render(self, template: str, language: Language, **context: Any) -> bytes:
        """One page as UTF-8 HTML. `template` is its name without `.html`; a name that it takes and is not given raises."""
        return self._templates[language.code, template].render(context, **_spoken(language)).encode()

    def mail(self, name: str, language: Language, **values: Any) -> letter.Letter:
        """Subject, text and HTML of `mail.<name>.subjek` and `mail.<name>.isi`. Subjects hold no value that a stranger typed."""
        values = {**values, "layanan_kami": self.brand["name"], "telepon": self.brand["phone"]}
        paragraphs = letter.blocks(language.messages[f"mail.{name}.isi"], language, values)
        return self._letter(language.t(f"mail.{name}.subjek", **values), paragraphs, language, values)

    def circular(self, subject: str, text: str, language: Language, end: Message) -> letter.Letter:
        """A letter that an operator wrote, in the shape of the catalogue's texts, with `end` as its last paragraph."""
        values = {**end.values, "layanan_kami": self.brand["name"], "telepon": self.brand["phone"]}
        written = letter.blocks(text.replace("{", "{{").replace("}", "}}"), language, {})
        leaving = letter.blocks(language.messages[end.key], language, values)
        return self._letter(subject, written + leaving, language, values)

    def _letter(
        self, subject: str, paragraphs: list[letter.Block], language: Language, values: Mapping[str, Any]
    ) -> letter.Letter:
        closing = letter.blocks(language.messages["mail.penutup"], language, values)
        html = self._templates[language.code, "mail"].render(
            subject=subject, paragraphs=paragraphs, closing=closing, colours=self.tokens["light"], **_spoken(language)
        )
        return letter.Letter(subject, letter.plain(paragraphs, closing), html)

    def sms(self, name: str, language: Language, **values: Any) -> str:
        """The text of `sms.<name>`; 160 characters of GSM 03.38 at most, which the lint assures for hosts up to 40."""
        return language.t(f"sms.{name}", **values)


class _Saying(Extension):
    """Puts fixed sentences into the template before it is compiled: half of a page's cost was looking them up."""

    _FIXED = re.compile(r"""\bt\((["'])([\w.:]+)\1\)""")

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        texts = cast(Mapping[str, str], self.environment.globals["texts"])

        def say(call: re.Match[str]) -> str:
            text = texts.get(call[2], "{")
            return call[0] if "{" in text else json.dumps(text)

        return self._FIXED.sub(say, source)


class _Compiled(FileSystemBytecodeCache):
    """Templates as they were compiled the last time, for one language: compiling them all takes most of a start.

    They lie beside the templates, as Python keeps its own, and are written where Python would write. What `_Saying` puts
    into them belongs to what they were made from, and so to their checksum.
    """

    def __init__(self, theme: Path, language: Language) -> None:
        folder = theme / "__pycache__"
        super().__init__(str(folder), f"{language.code}-%s.cache")
        texts = json.dumps(language.messages, sort_keys=True)
        self._made_with = f"{jinja2.__version__} {hashlib.sha256(texts.encode()).hexdigest()} "
        self._written = not sys.dont_write_bytecode
        if self._written:
            try:
                folder.mkdir(exist_ok=True)
            except OSError:
                self._written = False

    def get_source_checksum(self, source: str) -> str:
        return super().get_source_checksum(self._made_with + source)

    # A full disk, or a folder that belongs to somebody else: the next start compiles again.

    def load_bytecode(self, bucket: Bucket) -> None:
        with contextlib.suppress(OSError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        if self._written:
            with contextlib.suppress(OSError):
                super().dump_bytecode(bucket)


def _environment(
    sources: dict[str, str], language: Language, given: Mapping[str, Any], compiled: _Compiled
) -> Environment:
    environment = Environment(
        loader=DictLoader(sources),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        cache_size=-1,
        extensions=[_Saying],
        bytecode_cache=compiled,
    )
    environment.globals = {**given, "texts": language.messages}
    return environment


def _spoken(language: Language) -> dict[str, Any]:
    return dict(zip(SPOKEN, (language.code, language.t, language.say, language.label), strict=True))


def _lineage(folder: Path, name: str) -> list[tuple[str, Path, dict[str, Any]]]:
    """The theme's ancestors, eldest first."""
    found: list[tuple[str, Path, dict[str, Any]]] = []
    while name:
        if any(name == known for known, _, _ in found):
            raise ValueError(f"theme {name}: is its own ancestor")
        place = folder / name
        try:
            settings = tomllib.loads((place / "theme.toml").read_text())
        except FileNotFoundError:
            raise ValueError(f"theme {name}: {place / 'theme.toml'} does not exist") from None
        except tomllib.TOMLDecodeError as mistake:
            raise ValueError(f"theme {name}: theme.toml: {mistake}") from None
        found.append((name, place, settings))
        name = settings.get("parent", "")
    return found[::-1]


def _gather(
    lineage: list[tuple[str, Path, dict[str, Any]]],
) -> tuple[dict[str, str], dict[str, dict[str, str]], dict[str, str], dict[str, Any]]:
    """Templates, catalogues, single files and settings, where a child's replace its parent's."""
    sources: dict[str, str] = {}
    catalogues: dict[str, dict[str, str]] = {code: {} for code in CODES}
    files: dict[str, str] = {}
    brand: dict[str, str] = {}
    tokens: dict[str, dict[str, str]] = {"light": {}, "dark": {}}
    for name, place, settings in lineage:
        for path in sorted((place / "templates").glob("*.html")):
            sources[path.name] = sources[f"{name}/{path.name}"] = path.read_text()
        for code in CODES:
            path = place / "messages" / f"{code}.toml"
            if path.exists():
                catalogues[code] |= tomllib.loads(path.read_text())
        files |= {file: (place / file).read_text() for file in _OWN if (place / file).exists()}
        brand |= settings.get("brand", {})
        for palette in tokens:
            tokens[palette] |= settings.get("tokens", {}).get(palette, {})
    return sources, catalogues, files, {"brand": brand, "tokens": tokens}


def _icon(logo: str, ground: str, ink: str) -> Markup:
    """The logo on a tile of the head's colour, as a data address: a browser's tab shows it without another request."""
    tile = f"<rect width='32' height='32' rx='6' fill='{ground}'/>"
    mark = f"<g transform='translate(5 5) scale(.6875)' color='{ink}'>{logo.strip()}</g>".replace('"', "'")
    drawn = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'>{tile}{mark}</svg>"
    return Markup("data:image/svg+xml," + quote(drawn, safe=" '/=:;,.()"))  # noqa: S704 - the operator's own file


def _asset(name: str, media_type: str, text: str) -> tuple[str, Asset]:
    body = text.encode()
    stem, suffix = name.split(".")
    path = f"/tema/{stem}-{hashlib.sha256(body).hexdigest()[:12]}.{suffix}"
    return path, Asset(media_type, body, gzip.compress(body, 9, mtime=0))
