"""Settings of whom the provider talks to: mail, gateways and what they may cost, the registry, relying parties."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from idp.base.settings.addresses import ExistingFile, HttpUrl, Mailbox, Port


class Smtp(BaseModel):
    """Where mail goes. Without a host none leaves; dev mode writes it to the outbox folder."""

    model_config = ConfigDict(extra="forbid")

    host: str | None = Field(
        None,
        min_length=1,
        description="Host name of the SMTP server; unset, dev mode writes `.eml` files to `IDP_VAR/outbox`.",
    )
    port: Port = Field(587, description="TCP port of the SMTP server.")
    username: str | None = Field(None, description="User name for SMTP AUTH.")
    password: SecretStr | None = Field(None, description="Password for SMTP AUTH.")
    starttls: bool = Field(True, description="Ask for STARTTLS before anything else is said.")
    sender: Mailbox = Field("Gerbang <no-reply@localhost>", description="The From header of every mail.")
    timeout: int = Field(20, ge=1, description="Seconds until an SMTP conversation is given up.")


class Gateway(BaseModel):
    """A gateway for messages to telephones, behind a templated HTTP request. `{to}`, `{text}` and `{id}` are filled in."""

    model_config = ConfigDict(extra="forbid")

    channel: Literal["sms", "whatsapp"] = Field("sms", description="What the message arrives as.")
    url: HttpUrl | None = Field(
        None, description="URL of the provider; unset, dev mode writes `.txt` files to `IDP_VAR/outbox`."
    )
    method: Literal["POST", "GET"] = Field("POST", description="HTTP method.")
    body: str = Field('{"to": "{to}", "text": "{text}", "id": "{id}"}', description="Body template, JSON-escaped.")
    content_type: str = Field("application/json", description="Content-Type of the body.")
    authorization: SecretStr | None = Field(None, description="Value of the Authorization header.")
    timeout: int = Field(10, ge=1, description="Seconds until the request is given up.")
    receipts: SecretStr | None = Field(
        None,
        description="Bearer token with which the provider posts delivery receipts to `/receipts/NAME`; unset: it posts none.",
    )
    receipt_id: str = Field(
        "id", description="Member of a receipt that holds the `{id}` of the message; dots go deeper."
    )
    receipt_state: str = Field("status", description="Member of a receipt that says what became of the message.")
    receipt_arrived: tuple[str, ...] = Field(("delivered",), description="What that member says when it arrived.")
    receipt_lost: tuple[str, ...] = Field(
        ("failed", "undelivered", "expired", "rejected"), description="What it says when it never will."
    )


class Spending(BaseModel):
    """What messages to telephones may cost in a day (UTC), in rupiah. A prefix is `+62` or longer; `+` stands for all others."""

    model_config = ConfigDict(extra="forbid")

    price: dict[str, int] = Field({"+": 0}, description="Price of one message by prefix; the longest prefix counts.")
    per_day: int | None = Field(None, ge=0, description="Most that all messages of a day may cost.")
    per_prefix_per_day: dict[str, int] = Field(
        {}, description="Most that the messages of a day to one prefix may cost; the longest prefix counts."
    )


class Registry(BaseModel):
    """Who knows participants: a templated HTTP request, and where its JSON answer says what (JSON pointers, RFC 6901).

    `{nik}`, `{name}`, `{birthdate}` (YYYY-MM-DD) and `{number}` (the participant number as declared, or nothing) are filled in.
    """

    model_config = ConfigDict(extra="forbid")

    url: HttpUrl | None = Field(
        None, description="URL of the registry; unset sends every identity check to officers. May hold places too."
    )
    method: Literal["POST", "GET"] = Field("POST", description="HTTP method.")
    body: str = Field(
        '{"nik": "{nik}", "nama": "{name}", "tanggal_lahir": "{birthdate}", "nomor_peserta": "{number}"}',
        description="Body template, escaped as its content type needs.",
    )
    content_type: str = Field("application/json", description="Content-Type of the body.")
    headers: dict[str, str] = Field(
        {}, description="Further headers; values are templates. In the environment: `Name: value`, one a line."
    )
    authorization: SecretStr | None = Field(None, description="Value of the Authorization header.")
    timeout: int = Field(10, ge=1, description="Seconds until the worker gives a request up; it tries again later.")
    patience: int = Field(3, ge=1, description="Seconds that a person waits who wants the answer now.")
    result: str = Field("/hasil", description="Pointer to the verdict.")
    match: str = Field("cocok", description="The verdict that everything fits.")
    mismatch: str = Field("tidak_cocok", description="The verdict that something differs.")
    unknown: str = Field("tidak_dikenal", description="The verdict that nobody is known by this NIK.")
    reason: str = Field("/alasan", description="Pointer to the code of a difference; officers see it, people do not.")
    deceased: str = Field("/meninggal", description="Pointer to a boolean: the person has died.")
    numbers: str = Field("/kepesertaan/nomor", description="Pointer to the list of participant numbers.")
    category: str = Field("/kepesertaan/kategori", description="Pointer to PU, BPU, PMI or JAKON.")
    status: str = Field("/kepesertaan/status", description="Pointer to the state of the membership.")
    active: str = Field("aktif", description="The state that counts as active; every other is inactive.")
    employers: str = Field("/perusahaan", description="Pointer to the list of companies that the person acts for.")
    npp: str = Field("/npp", description="Pointer within a company to its number.")
    role: str = Field("/peran", description="Pointer within a company to the person's role.")
    refresh: int = Field(
        7 * 86400, ge=3600, description="Seconds after which the worker asks about a known participant again."
    )

    @field_validator("headers", mode="before")
    @classmethod
    def _lines(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        pairs = [line.partition(":") for line in value.splitlines() if line.strip()]
        return {name.strip(): text.strip() for name, _, text in pairs}


class Outbound(BaseModel):
    """Calls that the provider makes to relying parties."""

    model_config = ConfigDict(extra="forbid")

    allow_private_hosts: bool = Field(
        False, description="TEST SETTING: allow private and loopback addresses for outbound calls. Implied by dev mode."
    )
    ca_file: ExistingFile | None = Field(None, description="An extra CA bundle (PEM) that outbound calls trust.")
    timeout: int = Field(5, ge=1, description="Seconds until an outbound call is given up.")
