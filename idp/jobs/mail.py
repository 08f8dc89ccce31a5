"""Mail: the payload in an envelope, by SMTP; in dev mode without a server, as a file that a person can open.

Everything about a message follows from its outbox row, date and boundary included, so that a second copy is the first one
byte for byte, and mailboxes that know Message-IDs show it once.
"""

import asyncio
import hashlib
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from textwrap import wrap
from urllib.parse import urlsplit

import aiosmtplib
from aiosmtplib.errors import (
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from idp.base.settings import Smtp
from idp.flows import channels
from idp.jobs.files import drop
from idp.jobs.undelivered import Undelivered
from idp.provider import Provider
from idp.store import breakers
from idp.store.outbox import Item

MAX_LINE = 998
"""Octets in one line of a message, without its end."""
EIGHT_BIT = "8bit"
# Octets of the widest letter in UTF-8.
_WIDEST = 4


async def deliver(provider: Provider, item: Item) -> None:
    """Send one mail; Undelivered if it was not accepted."""
    settings = provider.settings
    message = compose(item, settings.smtp.sender, urlsplit(settings.issuer).hostname or "localhost")
    if settings.smtp.host is not None:
        await _by_either(provider, message)
    elif settings.dev:
        await asyncio.to_thread(drop, settings.outbox, item, ".eml", message.as_bytes())
    else:
        raise Undelivered("no mail server: set IDP_SMTP__HOST")


def compose(item: Item, sender: str, host: str) -> EmailMessage:
    """The mail of an outbox row; the same bytes whenever it is composed."""
    message = EmailMessage(policy=SMTP if item.payload["to"].isascii() else SMTPUTF8)
    try:
        message["From"] = sender
        message["To"] = item.payload["to"]
        message["Subject"] = item.payload["subject"]
        if leave := item.payload.get("leave"):
            message["List-Unsubscribe"] = f"<{leave}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    except ValueError:
        raise Undelivered("a header cannot be written", final=True, blame=False) from None
    message["Date"] = format_datetime(datetime.fromtimestamp(item.created_at, UTC))
    message["Message-ID"] = f"<{item.id}@{host}>"
    message["Auto-Submitted"] = "auto-generated"
    text, html = _short(item.payload["text"]), _short(item.payload["html"])
    message.set_content(text, cte=_encoding(text))
    message.add_alternative(html, subtype="html", cte=_encoding(html))
    if not (text + html).isascii():
        # RFC 2045 section 6.4: what holds eight-bit parts says so itself.
        message["Content-Transfer-Encoding"] = EIGHT_BIT
    message.set_boundary(f"={hashlib.sha256(item.id.bytes).hexdigest()[:32]}=")
    return message


def _short(text: str) -> str:
    """The same words in lines that SMTP carries (RFC 5322 section 2.1.1), broken only between words: a link stays whole."""
    lines = [
        part
        for line in text.split("\n")
        for part in (
            [line] if _fits(line) else wrap(line, MAX_LINE // _WIDEST, break_long_words=False, break_on_hyphens=False)
        )
    ]
    return "\n".join(lines).rstrip("\n") + "\n"


def _encoding(text: str) -> str:
    """As it is, so that a link can be copied out of the raw message, unless a word alone is too long for a line.

    A server that lacks 8BITMIME gets it encoded: the client does that while it sends (RFC 6152 section 3).
    """
    if not all(map(_fits, text.split("\n"))):
        return "quoted-printable"
    return "7bit" if text.isascii() else EIGHT_BIT


def _fits(line: str) -> bool:
    return len(line.encode()) <= MAX_LINE


async def _by_either(provider: Provider, message: EmailMessage) -> None:
    """By our mail server; by the other one, if there is one, when ours is in trouble."""
    settings = provider.settings
    try:
        await _send(settings.smtp, message)
    except Undelivered as failure:
        if failure.blame:
            async with provider.database.transaction() as tx:
                await breakers.failed(tx, channels.SMTP, provider.clock.now())
        if not failure.blame or settings.smtp_fallback.host is None:
            raise
        await _send(settings.smtp_fallback, message)
    else:
        await _recovered(provider)


async def _recovered(provider: Provider) -> None:
    async with provider.database.reading() as tx:
        tripped = channels.SMTP in await breakers.tripped(tx, provider.clock.now())
    if tripped:
        async with provider.database.transaction() as tx:
            await breakers.recovered(tx, channels.SMTP)


async def _send(smtp: Smtp, message: EmailMessage) -> None:
    try:
        await aiosmtplib.send(
            message,
            hostname=smtp.host,
            port=smtp.port,
            username=smtp.username,
            password=smtp.password.get_secret_value() if smtp.password else None,
            # `start_tls=None` would take encryption when it is offered, and nothing when somebody in between hides the offer.
            start_tls=smtp.starttls,
            timeout=smtp.timeout,
        )
    except SMTPAuthenticationError as error:
        raise Undelivered(f"the mail server refuses our name and password ({error.code})") from None
    except SMTPRecipientsRefused as error:
        codes = [refusal.code for refusal in error.recipients]
        raise Undelivered(f"recipient refused ({codes[0]})", final=min(codes) >= 500, blame=False) from None
    except SMTPNotSupported:
        raise Undelivered("the mail server lacks STARTTLS, AUTH or SMTPUTF8") from None
    except SMTPResponseException as error:
        # RFC 5321 section 4.2.1: 55x after DATA judges this message, and will tomorrow; anything before it, our way to the server.
        judged = isinstance(error, SMTPDataError) and 550 <= error.code <= 559
        raise Undelivered(f"the mail server answers {error.code}", final=judged, blame=not judged) from None
    except (SMTPException, OSError) as error:
        raise Undelivered(f"the mail server cannot be reached: {type(error).__name__}") from None
