"""A token request as plain values."""

from collections.abc import Mapping
from typing import NamedTuple


class TokenRequest(NamedTuple):
    """Form values, the resources asked for (RFC 8707, may repeat), and the caller's network for the audit trail."""

    values: Mapping[str, str]
    resources: list[str]
    network: str
