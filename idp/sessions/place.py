"""Roughly where a network is: its country, by a table that came with the installation. Nobody is asked over the wire.

The only module that knows the table. What is shown of an address is its neighbourhood: enough to recognise one's own
connection, too little to look somebody up.
"""

import ipaddress

import iptocc


def country(network: str | None) -> str | None:
    """ISO 3166-1 code of the country that a network was given to; None for private, reserved and unknown ones."""
    try:
        first = ipaddress.ip_network(network or "", strict=False).network_address
    except ValueError:
        return None
    return iptocc.country_code(str(first)) if first.is_global else None


def vicinity(network: str | None) -> str:
    """The /24 (IPv6: /48) around an address; empty for what is none."""
    try:
        address = ipaddress.ip_network(network or "", strict=False)
    except ValueError:
        return ""
    return str(address.supernet(new_prefix=24 if address.version == 4 else 48))


def near(one: str | None, other: str | None) -> bool:
    """Whether both are of one neighbourhood; False where either is none."""
    return vicinity(one) == vicinity(other) != ""
