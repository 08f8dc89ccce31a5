"""What samples are made of: how one is written, and what several pages show."""

from dataclasses import dataclass, field
from typing import Any

from idp.theme.records import Method, Service

SITE = "sso.contoh.go.id"
NOON = 1_763_795_100  # 22 November 2025, 14.05 in Jakarta
TICKET = "b64." + "Q9x_kV3wYt-2" * 20
SALDO = Service(
    "Saldo JHT", policy_uri="https://saldo.contoh.go.id/privasi", tos_uri="https://saldo.contoh.go.id/ketentuan"
)
BRANCH = "/lupa-kata-sandi/bantuan"

# How long things last where no setting says otherwise; the program takes the same names from `idp.flows.terms`.
TERMS = {
    "activation": 86_400,
    "code": 600,
    "contact_change": 72 * 3600,
    "contact_code": 600,
    "copy": 86_400,
    "deletion": 7 * 86_400,
    "device": 30 * 86_400,
    "documents": 30 * 86_400,
    "draft": 86_400,
    "not_me": 7 * 86_400,
    "public_device": 3600,
    "removal": 86_400,
    "resend": 60,
}

# What a browser is asked, with credentials as long as they come.
CHALLENGE = "Zr5_kV3wYt-2" * 8
ASKED = f'{{"challenge": "{CHALLENGE}", "timeout": 300000, "rpId": "{SITE}", "allowCredentials": [], "userVerification": "required"}}'


@dataclass(frozen=True)
class Sample:
    """One state of one page."""

    template: str
    state: str = ""
    context: dict[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return f"{self.template}-{self.state}" if self.state else self.template


def sample(template: str, state: str = "", /, **context: Any) -> Sample:
    """A state of a page, with what every page takes; `context` goes before that."""
    common = {"site": SITE, "here": f"/{template}", "csrf": "c5Rf" * 11}
    return Sample(template, state, common | context)


def others(*names: str) -> tuple[Method, ...]:
    """The other ways that a page offers."""
    return tuple(map(Method, names))
