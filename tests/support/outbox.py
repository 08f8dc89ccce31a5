"""What the provider sent: mail as `.eml` and SMS as `.txt` in the outbox folder, newest last by name."""

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

# Activation codes: the alphabet without look-alikes; one-time codes: six digits.
CODE = re.compile(r"(?<![\w-])(\d{6}|[ABCDEFGHJKLMNPQRSTUVWXYZabdefhnrt3479]{8})(?![\w-])")
LINK = re.compile(r"https?://[^\s<>\"']+")


@dataclass(frozen=True)
class Letter:
    """One message as its reader gets it. `html` is empty for an SMS, and for a mail that has none."""

    path: Path
    to: str
    subject: str
    text: str
    html: str
    message: EmailMessage | None

    @property
    def links(self) -> list[str]:
        """Every address in the text, in order."""
        return LINK.findall(self.text)

    @property
    def link(self) -> str:
        """The one address with a token in it; fails when there is none or more than one."""
        single_use = [link for link in dict.fromkeys(self.links) if "?" in link or "#" in link]
        assert len(single_use) == 1, f"{self.path.name} holds {len(single_use)} links with a token"
        return single_use[0]

    @property
    def code(self) -> str:
        """The first code that stands apart from words and links; fails when there is none."""
        found = CODE.search(LINK.sub(" ", self.text))
        assert found, f"{self.path.name} holds no code"
        return found[1]


class Outbox:
    """Reads the folder; never changes it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def letters(self, to: str | None = None) -> list[Letter]:
        """All messages, oldest first; those to one address or number when `to` is given."""
        paths = sorted(path for path in self.folder.glob("*.*") if path.suffix in {".eml", ".txt"})
        return [letter for letter in map(_read, paths) if to is None or to in letter.to]

    def newest(self, to: str | None = None) -> Letter:
        """The last message; fails when there is none."""
        letters = self.letters(to)
        assert letters, f"no message to {to or 'anybody'} in {self.folder}"
        return letters[-1]


def _read(path: Path) -> Letter:
    if path.suffix == ".eml":
        return from_mail(path, path.read_bytes())
    headers, _, text = path.read_text().partition("\n\n")
    to = re.search(r"^(?:To|Kepada): *(.+)$", headers, re.MULTILINE)
    return Letter(path, to[1] if to else "", "", text if to else path.read_text(), "", None)


def from_mail(path: Path, raw: bytes) -> Letter:
    """A letter from the bytes of a mail, wherever they were caught."""
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    parts = {kind: message.get_body((kind,)) for kind in ("plain", "html")}
    text, html = (part.get_content() if part else "" for part in parts.values())
    return Letter(path, str(message["To"]), str(message["Subject"]), text, html, message)
