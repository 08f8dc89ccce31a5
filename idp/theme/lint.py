"""What a theme must be: complete in both languages, without dead texts, within its contract. `python -m idp.theme.lint [THEME]`.

Prints one line per problem; exit code 1 when there is one. A key counts as used when a template says it, when it stands
as a string anywhere in the provider's code, or when either builds it from a prefix that ends in a dot or underscore.
"""

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

from jinja2 import Environment, nodes
from jinja2.meta import find_undeclared_variables

from idp.theme import pages, samples
from idp.theme.language import CODES, COUNT, DEFAULT, TERM, WRITTEN, Language
from idp.theme.render import SPOKEN, Theme

PROVIDER = Path(__file__).resolve().parents[1]
THEMES = PROVIDER.parent / "themes"

# How a prefix of keys ends, the rest of which is known only at run time: `t("akun.tingkat_" ~ level)`.
_STEM = (".", "_")

# GSM 03.38: the basic alphabet without Greek capitals, and the extension, whose letters take two places each.
_GSM = set(
    "@£$¥èéùìòÇ\nØø\rÅå_ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_EXTENSION = set("^{}\\[~]|€")

# One thing has one word in every sentence, and the plainest: pattern → the word, by language.
_WORSE = {
    "id": {
        r"autentikasi|\blog ?in\b|\bsign ?in\b": "masuk",
        r"\bpassword\b|\bkata kunci\b": "kata sandi",
        r"\bklik\b": "tekan",
        r"\bnomor (ponsel|telepon|handphone|seluler)\b": "nomor HP",
        r"\bsurel\b|\be-mail\b": "email",
        r"\b(gawai|gadget)\b": "perangkat",
        r"\bkode (cadangan|sandi|verifikasi)\b": "kode, kode pemulihan",
        r"\bkunci sandi\b": "passkey",
    },
    "en": {
        r"\blog ?in\b|\blog ?on\b": "sign in",
        r"\b(phone|telephone|cell) number\b": "mobile number",
        r"\be-mail\b": "email",
        r"\btext messages?\b": "SMS",
        r"\b(backup|spare) code\b": "recovery code",
    },
}
# Sentences that the specification of the journeys gives word for word.
_VERBATIM = frozenset({"hp", "hp.rumah", "pw.pribadi"})
_BARE_PLURAL = re.compile(r"\{(n|jumlah|sisa|hari|jam|menit)\} [a-z]+s\b")

# How long something lasts, as a number that no setting can change any more; a law's "3 × 24 hours" is none.
_ONE = {"id": r"se|satu |dua |tiga |lima |sepuluh ", "en": "an? |one |two |three |five |ten "}
_UNITS = {
    "id": r"(detik|menit|jam|hari|minggu|bulan|tahun)\b",
    "en": r"(seconds|(minute|hour|day|week|month|year)s?)\b",
}
# What does last so long, whatever the settings: the telephone's hours, guesses, promises of people, RFC 6238.
_FIXED = {
    "bantuan.telepon",
    "buletin.pilih_hint",
    "daftar.pengantar",
    "totp.isi",
    "identitas.review.isi",
    "identitas.petugas_isi",
    "pemulihan_cabang.sesudah",
    "mail.bantuan_kasus.isi",
}

# Templates as they are written, before their fixed sentences are put in.
_PARSER = Environment(trim_blocks=True)  # noqa: S701 - renders nothing

_ALONE = frozenset({"mail.html", "salinan_berkas.html"})

_INLINE = re.compile(
    r"""\sstyle\s*=|<style|\son[a-z]+\s*=|javascript:|<script(?![^>]*(?:\ssrc=|\snonce=))""", re.IGNORECASE
)


def problems(theme: Theme) -> Iterator[str]:
    """Everything wrong with a theme, one line each; what is found out soonest comes first."""
    for look in (catalogues, words, durations, short_messages, markup, contract, missing, unused):
        yield from look(theme)


def placeholders(text: str) -> dict[str, str]:
    """The names in a catalogue text, each with the way its value is written."""
    return {name: spec or "" for _, name, spec, _ in Formatter().parse(text) if name is not None}


def catalogues(theme: Theme) -> Iterator[str]:
    """The languages say the same things with the same values, and name no more than values."""
    languages = {code: theme.language(code).messages for code in CODES}
    for code, texts in languages.items():
        for key in sorted(languages[DEFAULT].keys() - texts.keys()):
            yield f"{code}: {key} is missing"
        for key in sorted(texts.keys() - languages[DEFAULT].keys()):
            yield f"{code}: {key} is not in {DEFAULT}"
        for key, text in texts.items():
            found = placeholders(text)
            if found.keys() != placeholders(languages[DEFAULT].get(key, text)).keys():
                yield f"{code}: {key} has other placeholders than in {DEFAULT}"
            if any(not name.isidentifier() or not _written(spec) for name, spec in found.items()):
                yield f"{code}: {key} has a placeholder that is no plain name"


def _written(spec: str) -> bool:
    """Whether there is such a way of writing: none, one of the list, or `count:one|many`."""
    name, _, forms = spec.partition(":")
    return bool(re.fullmatch(r"[^|]+\|[^|]+", forms)) if name == COUNT else spec in {"", *WRITTEN}


def words(theme: Theme) -> Iterator[str]:
    """Words that everybody knows, one for each thing; numbers with their noun, and times with their zone, by a format."""
    for code, patterns in _WORSE.items():
        for key, text in theme.language(code).messages.items():
            for worse, better in patterns.items():
                if (found := re.search(worse, text, re.IGNORECASE)) and key not in _VERBATIM:
                    yield f"{code}: {key} says {found.group()!r}; there is a plainer word: {better}"
    for key, text in theme.language("en").messages.items():
        if found := _BARE_PLURAL.search(text):
            yield f"en: {key} says {found.group()!r} of one as well; {{...:count:one|many}} does not"
    for code in CODES:
        for key, text in theme.language(code).messages.items():
            if re.search(r"\bWI(B|TA|T)\b", text) and "zona" not in key:
                yield f"{code}: {key} names a time zone; {{...:moment}} and {{...:time}} do"


def durations(theme: Theme) -> Iterator[str]:
    """How long something lasts comes from the program: `{draft:term}`, and no number in a sentence."""
    for code in CODES:
        number = re.compile(rf"(?<!× )\b(\d+ |{_ONE[code]}){_UNITS[code]}", re.IGNORECASE)
        for key, text in theme.written[code].items():
            if (found := number.search(text)) and key not in _FIXED:
                yield f"{code}: {key} says {found.group()!r}, which a setting may change; {{...:term}} tells how long"
    named = {term for texts in theme.written.values() for text in texts.values() for term in TERM.findall(text)}
    for term in sorted(samples.TERMS.keys() - named):
        yield f"{term}: is a term that no sentence names"


def short_messages(theme: Theme) -> Iterator[str]:
    """Every text message fits one SMS of 160 places and holds no link."""
    for language in map(theme.language, CODES):
        for name, values in samples.SMS.items():
            text = theme.sms(name, language, **values)
            if foreign := set(text) - _GSM - _GSM_EXTENSION:
                yield f"{language.code}: sms.{name} has {''.join(sorted(foreign))!r}, which GSM-7 lacks"
            if (places := sum(2 if letter in _GSM_EXTENSION else 1 for letter in text)) > 160:
                yield f"{language.code}: sms.{name} takes {places} places of 160"
            if "://" in text or "www." in text:
                yield f"{language.code}: sms.{name} holds a link"


def markup(theme: Theme) -> Iterator[str]:
    """Pages keep to the Content-Security-Policy: no inline style, handler or script without nonce. What is read without us must inline."""
    for name, source in theme.sources.items():
        if name not in _ALONE and (found := _INLINE.search(source)):
            yield f"{name}: {found.group().strip()!r} is refused by the Content-Security-Policy"


def contract(theme: Theme) -> Iterator[str]:
    """Every template takes exactly what `idp.theme.pages` says, and has a sample."""
    given = {*theme.environments[DEFAULT].globals, *SPOKEN, "site", "csrf", "f", "a"}
    layouts = {"page.html", "fields.html", "account.html", "mail.html"}
    for name, source in theme.sources.items():
        page = name.removesuffix(".html")
        if name in layouts:
            continue
        if page not in pages.PAGES:
            yield f"{name}: is not in idp.theme.pages"
            continue
        takes = find_undeclared_variables(_PARSER.parse(source)) - given
        if takes != pages.PAGES[page].keys():
            yield f"{name}: takes {sorted(takes)}, but idp.theme.pages says {sorted(pages.PAGES[page])}"
        if page not in {sample.template for sample in samples.PAGES}:
            yield f"{name}: has no sample"
    for page in pages.PAGES.keys() - {name.removesuffix(".html") for name in theme.sources}:
        yield f"{page}.html: does not exist"


def missing(theme: Theme) -> Iterator[str]:
    """Every text that a template or the code says is in the catalogue, and is given the values it names."""
    language = theme.language(DEFAULT)
    for place, key, given in [*_said_by_templates(theme), *_said_by_code()]:
        if key.endswith(_STEM):
            if not any(known.startswith(key) for known in language.messages):
                yield f"{place}: nothing begins with {key}"
        elif key not in language.messages:
            yield f"{place}: {key} is not in the catalogue"
        elif given is not None and given != placeholders(language.messages[key]).keys():
            yield f"{place}: {key} is given {sorted(given)}, but names {sorted(placeholders(language.messages[key]))}"
    for kind, known in (("mail", samples.MAILS), ("sms", samples.SMS)):
        for name in _names(language, kind) ^ known.keys():
            yield f"{kind}.{name}: is only one of catalogue and samples"


def unused(theme: Theme) -> Iterator[str]:
    """No text that nobody says."""
    language = theme.language(DEFAULT)
    said = {key for _, key, _ in _said_by_templates(theme)} | _strings()
    prefixes = (*(key for key in said if key.endswith(_STEM) and len(key) > 1), "mail.", "sms.", "nilai.")
    for key in language.messages:
        stem = key.removesuffix(".judul").removesuffix(".isi")
        if not (key in said or stem in said or key.startswith(prefixes)):
            yield f"{key}: nobody says it"


def _names(language: Language, kind: str) -> set[str]:
    return {key.split(".")[1] for key in language.messages if key.startswith(f"{kind}.")} - {"penutup"}


def _said_by_templates(theme: Theme) -> Iterator[tuple[str, str, set[str] | None]]:
    """(place, key, names of the values); a key that ends like _STEM is a prefix, whose values are unknown: None."""
    for name, source in theme.sources.items():
        for call in _PARSER.parse(source).find_all(nodes.Call):
            if not (isinstance(call.node, nodes.Name) and call.node.name in {"t", "label"} and call.args):
                continue
            place, first = f"{name}:{call.lineno}", call.args[0]
            if isinstance(first, nodes.Concat):
                first = first.nodes[0]
                yield place, first.value if isinstance(first, nodes.Const) else "?", None
            elif isinstance(first, nodes.Const):
                if call.node.name == "label":
                    yield place, f"{first.value}.", None
                else:
                    yield place, first.value, {keyword.key for keyword in call.kwargs}


@cache
def _said_by_code() -> tuple[tuple[str, str, set[str] | None], ...]:
    return tuple(said for path, tree in _modules() for said in _said_by_module(path, tree))


def _said_by_module(path: Path, tree: ast.Module) -> Iterator[tuple[str, str, set[str] | None]]:
    for call in ast.walk(tree):
        if not (isinstance(call, ast.Call) and call.args):
            continue
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        key = call.args[0]
        if not (isinstance(key, ast.Constant) and isinstance(key.value, str)):
            continue
        place = f"{path.relative_to(PROVIDER.parent)}:{call.lineno}"
        if name in {"t", "Message"}:
            values = {keyword.arg for keyword in call.keywords}
            yield place, key.value, None if None in values else {value for value in values if value}
        elif name == "PageFault":
            yield place, f"{key.value}.judul", None
            yield place, f"{key.value}.isi", None


@cache
def _strings() -> set[str]:
    """Every string in the provider's code that could be a key or the beginning of one."""
    return {
        node.value
        for _, tree in _modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 60
    }


@cache
def _modules() -> tuple[tuple[Path, ast.Module], ...]:
    own = Path(__file__).parent
    return tuple(
        (path, ast.parse(path.read_text())) for path in sorted(PROVIDER.rglob("*.py")) if own not in path.parents
    )


if __name__ == "__main__":
    found = list(problems(Theme(THEMES, *sys.argv[1:2], terms=samples.TERMS)))
    sys.stdout.write(("\n".join(found) or "the theme is in order") + "\n")
    sys.exit(1 if found else 0)
