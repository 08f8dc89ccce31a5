"""URIs that clients register, read strictly. Pure."""

import re
from typing import Any
from urllib.parse import SplitResult, urlsplit

from idp.base.settings import loopback

MAX_URI = 2048
_CHARACTERS = re.compile(r"[\x21\x23-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7e]+")


def split(value: Any) -> SplitResult | None:
    """The parts of a URI; None for what holds characters that no URI has, is too long, or cannot be read."""
    if not isinstance(value, str) or len(value) > MAX_URI or not _CHARACTERS.fullmatch(value):
        return None
    try:
        parts = urlsplit(value)
        # Read from the text only when somebody asks, and then it may turn out to be nonsense.
        _ = parts.hostname, parts.port
    except ValueError:
        return None
    return parts


def web(parts: SplitResult) -> bool:
    """Whether it is https, or http on loopback."""
    if parts.scheme == "https":
        return bool(parts.hostname)
    return parts.scheme == "http" and loopback(parts.hostname)
