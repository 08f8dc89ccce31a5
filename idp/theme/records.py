"""What pages show, as records: a service, a session, a line of consent. `idp.theme.pages` says which page takes which."""

from dataclasses import dataclass

from idp.theme.language import Message


@dataclass(frozen=True)
class Service:
    """A relying party as people see it. URIs are https or empty; they were checked at registration."""

    name: str
    logo_uri: str = ""
    policy_uri: str = ""
    tos_uri: str = ""
    told: tuple[str, ...] = ()
    """Claims that it is told without asking the person, as the notice beside the sign-in says."""
    start: str = ""
    """Where somebody begins anew at the service, in whatever browser; empty when it has not said."""


@dataclass(frozen=True)
class Claim:
    """One datum that consent would share, with the very value; labelled `klaim.<name>` in the catalogue."""

    name: str
    value: str
    optional: bool = False
    ticked: bool = True


@dataclass(frozen=True)
class SessionRow:
    """A session in the account's list. Times are UNIX seconds; `device` is best `akun.perangkat`, "Chrome di Android"."""

    id: str
    device: str | Message
    started: int
    seen: int
    current: bool = False
    place: str | Message = ""


@dataclass(frozen=True)
class DeviceRow:
    """A browser that is remembered; `id` is what the button to forget it sends. Times are UNIX seconds."""

    id: str
    device: str | Message
    place: str | Message
    since: int
    used: int
    current: bool = False


@dataclass(frozen=True)
class ServiceRow:
    """A service that this account has used. Times are UNIX seconds; `id` is what the button to disconnect it sends.

    `claims` are labelled `klaim.<name>`, `abilities` `cakupan.<scope>`.
    """

    name: str
    used: int
    uri: str = ""
    id: str = ""
    since: int = 0
    claims: tuple[str, ...] = ()
    abilities: tuple[str, ...] = ()


@dataclass(frozen=True)
class EventRow:
    """Something that happened in the account: its sentence is `aktivitas.<event>`. `at` is UNIX seconds.

    `network` is the number of where it came from, for officers; `service` and `factor` (labelled `faktor.<name>`) fill the
    sentence; `risks` are labelled `risiko.<rule>`; `id` is empty for what nobody can disown.
    """

    event: str
    at: int
    device: str | Message = ""
    place: str | Message = ""
    network: str = ""
    service: str = ""
    factor: str = ""
    risks: tuple[str, ...] = ()
    id: str = ""


@dataclass(frozen=True)
class Announcement:
    """What everybody is told, in the language of the page. `kind` is news or incident."""

    text: str
    kind: str = "news"


@dataclass(frozen=True)
class PasskeyRow:
    """A passkey of this account; `synced` when it may be used on other devices too. Times are UNIX seconds."""

    id: str
    name: str
    synced: bool
    created: int
    used: int | None = None


@dataclass(frozen=True)
class ConsentRow:
    """What a service may know, as the person allowed it. Moments are said already, in the person's own time."""

    id: str
    name: str
    given: str
    until: str
    data: tuple[str, ...]
    withheld: tuple[str, ...] = ()
    purpose: str = ""


@dataclass(frozen=True)
class HistoryRow:
    """Something that was said about consent: `event` is given, changed, withdrawn or expired."""

    name: str
    event: str
    at: str
    notice_version: str


@dataclass(frozen=True)
class ReadingRow:
    """Somebody who was told something of this person, and when last."""

    who: str
    last: str
    data: str
    purpose: str = ""


@dataclass(frozen=True)
class RequestRow:
    """A request about one's own data. `due` and `decided` are said already, empty where there is none."""

    id: str
    kind: str
    state: str
    made: str
    due: str
    decided: str
    ground: str = ""
    outcome: str = ""
    overdue: bool = False
    mine_to_cancel: bool = False


@dataclass(frozen=True)
class KeptRow:
    """A kind of data, its legal basis, and for how long: `unit` is tahun, hari, jam, putusan (some time after
    a decision), akhir or akun."""

    name: str
    basis: str
    unit: str
    count: int


@dataclass(frozen=True)
class CopyRow:
    """A copy of one's data that can be downloaded."""

    id: str
    made: str
    until: str


@dataclass(frozen=True)
class HoldRow:
    """What the law makes a service keep, labelled `tahan.<name>`."""

    name: str
    law: str
    years: int


@dataclass(frozen=True)
class AffectedRow:
    """A service that is told when the account goes."""

    name: str
    holds: tuple[HoldRow, ...] = ()


@dataclass(frozen=True)
class SignedOut:
    """What became of a service's session: `state` is confirmed, pending, failed, or unreached where it cannot be told."""

    name: str
    state: str


@dataclass(frozen=True)
class PasswordRules:
    """What a new password must have: `shortest` characters, and `classes` kinds of them unless it is a phrase of `phrase`
    characters. `classes` and `phrase` are 0 where there is no such rule."""

    shortest: int
    classes: int
    phrase: int


@dataclass(frozen=True)
class Method:
    """Another way to prove a second factor; labelled `cara.<name>` in the catalogue."""

    name: str


@dataclass(frozen=True)
class Answer:
    """One line of the last look at a registration: labelled `periksa.<name>`; `change` is where it is answered."""

    name: str
    value: str | Message
    change: str


@dataclass(frozen=True)
class Paper:
    """A document, or the place of one: labelled `dokumen.<kind>`. `add` is where to send it; `id` is what the button that
    removes it sends, empty when it cannot be removed; `picture` is the address of its small picture; `state` is one of
    `dokumen.status_<state>`; `created` and `goes`, when it will be deleted (0 while nobody has decided), are UNIX seconds."""

    kind: str
    add: str = ""
    id: str = ""
    picture: str = ""
    state: str = ""
    created: int = 0
    goes: int = 0
