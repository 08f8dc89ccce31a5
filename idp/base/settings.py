"""Every setting, once: name, type, default, meaning. `docs/settings.md` is generated from this file."""

import ipaddress
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from idp.base import failpoint

PREFIX = "IDP_"


class SettingsError(Exception):
    """A setting is unknown, missing or wrong; the text is one line that says which and what to do."""


class Smtp(BaseModel):
    """Where mail goes. Without a host, mail is written to the outbox folder (dev mode only)."""

    model_config = ConfigDict(extra="forbid")

    host: str | None = Field(
        None, description="Host name of the SMTP server; unset writes `.eml` files to `IDP_VAR/outbox`."
    )
    port: int = Field(587, description="TCP port of the SMTP server.")
    username: str | None = Field(None, description="User name for SMTP AUTH.")
    password: SecretStr | None = Field(None, description="Password for SMTP AUTH.")
    starttls: bool = Field(True, description="Ask for STARTTLS before anything else is said.")
    sender: str = Field("Gerbang <no-reply@localhost>", description="The From header of every mail.")
    timeout: int = Field(20, description="Seconds until an SMTP conversation is given up.")


class Gateway(BaseModel):
    """A gateway for messages to telephones, behind a templated HTTP request. `{to}`, `{text}` and `{id}` are filled in."""

    model_config = ConfigDict(extra="forbid")

    channel: Literal["sms", "whatsapp"] = Field("sms", description="What the message arrives as.")
    url: str | None = Field(None, description="URL of the provider; unset writes `.txt` files to `IDP_VAR/outbox`.")
    method: Literal["POST", "GET"] = Field("POST", description="HTTP method.")
    body: str = Field('{"to": "{to}", "text": "{text}", "id": "{id}"}', description="Body template, JSON-escaped.")
    content_type: str = Field("application/json", description="Content-Type of the body.")
    authorization: SecretStr | None = Field(None, description="Value of the Authorization header.")
    timeout: int = Field(10, description="Seconds until the request is given up.")
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

    url: str | None = Field(
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
    timeout: int = Field(10, description="Seconds until the worker gives a request up; it tries again later.")
    patience: int = Field(3, description="Seconds that a person waits who wants the answer now.")
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


class Lifetimes(BaseModel):
    """How long things live, in seconds."""

    model_config = ConfigDict(extra="forbid")

    code: int = Field(60, ge=5, le=600, description="Authorization code.")
    access_token: int = Field(900, ge=30, le=86400, description="Access token.")
    id_token: int = Field(900, ge=30, le=86400, description="ID token.")
    refresh_idle: int = Field(30 * 86400, ge=60, description="A refresh token that is not used for this long dies.")
    refresh_absolute: int = Field(
        180 * 86400, ge=60, description="A refresh token family dies this long after sign-in."
    )
    refresh_grace: int = Field(
        10, ge=0, le=60, description="How long the previous refresh token still returns the same successor."
    )
    session_idle: int = Field(20 * 60, ge=60, description="Session without any use.")
    session_absolute: int = Field(12 * 3600, ge=60, description="Session, whatever its use.")
    interaction: int = Field(3600, ge=60, description="An authorization request that waits for its person.")
    activation: int = Field(24 * 3600, description="Activation link and code.")
    draft: int = Field(24 * 3600, ge=600, description="A registration that is being filled in.")
    reset: int = Field(30 * 60, description="Password reset link.")
    recovery_case: int = Field(14 * 86400, ge=3600, description="A recovery through a branch that nobody approved.")
    recovery_cooling: int = Field(
        72 * 3600, ge=60, description="Wait after an approved recovery, in which the old contacts can cancel it."
    )
    recovery_link: int = Field(3 * 86400, ge=3600, description="The link that ends a recovery through a branch.")
    pending_sign_up: int = Field(
        7 * 86400, description="A registration that was never activated is deleted after this."
    )
    jwks_cache: int = Field(
        900, ge=1, description="max-age of the JWKS; a next key is published this long plus the skew before it signs."
    )
    clock_skew: int = Field(60, ge=0, le=300, description="Tolerated difference between clocks.")
    pushed_request: int = Field(
        60, ge=5, le=599, description="request_uri of a pushed authorization request (RFC 9126)."
    )
    key_rotation: int = Field(
        30 * 86400, ge=3600, description="A signing key is rotated when it has been active for this long."
    )
    proofing_documents: int = Field(
        30 * 86400, description="Photographs of identity cards are deleted this long after the decision."
    )
    consent: int = Field(365 * 86400, description="A remembered consent is asked again after this.")


class Limits(BaseModel):
    """How often things may happen."""

    model_config = ConfigDict(extra="forbid")

    sign_in_free_failures: int = Field(5, ge=1, description="Failures per account and network before delays begin.")
    sign_in_first_delay: int = Field(30, description="Seconds of the first delay; doubles with each further failure.")
    sign_in_max_delay: int = Field(900, description="Seconds of the longest delay.")
    sign_in_notice_at: int = Field(
        10, ge=0, description="Failures in a row at which the owner's contacts are told, once; 0 tells nobody."
    )
    sign_in_per_network: int = Field(300, description="Sign-in attempts per network and 5 minutes.")
    code_tries: int = Field(5, description="Wrong entries until a one-time code is burnt.")
    code_failures_per_day: int = Field(
        15, description="Wrong one-time codes per account and 24 hours, whatever the code or session."
    )
    resend_pause: int = Field(60, description="Seconds between two messages to one destination.")
    resend_per_hour: int = Field(5, description="Messages per destination and hour.")
    resend_per_day: int = Field(10, description="Messages per destination and day.")
    sign_up_per_network: int = Field(60, description="Registrations per network and 5 minutes.")
    sign_up_starts: int = Field(
        20,
        ge=0,
        description="Registrations begun per network and 20 seconds; past it, and past `sign_up_per_network`, a browser proves work or a person an address first. Ten times `sign_up_per_network` is the end.",
    )
    puzzle_bits: int = Field(
        15,
        ge=8,
        le=24,
        description="Leading zero bits of that proof of work; each one doubles it. 15 is about a second on a cheap phone.",
    )
    recover_per_network: int = Field(60, description="Recovery requests per network and 5 minutes.")
    identity_attempts: int = Field(
        5, ge=1, description="Identity checks per account and 24 hours; then a branch helps."
    )
    identity_per_nik: int = Field(
        10, ge=1, description="Identity checks that name one NIK in 24 hours, whoever asks; past it officers decide."
    )
    identity_per_network: int = Field(60, description="Identity checks per network and 5 minutes.")
    phone_trust_days: int = Field(
        365,
        ge=1,
        description="Days after which a number that its owner has not proved again starts no recovery, and goes to whoever proves it.",
    )
    report_per_network: int = Field(20, description="Feedback forms per network and 5 minutes.")
    push_per_network: int = Field(
        300, description="Pushed authorization requests of public clients per network and 5 minutes."
    )
    client_auth_per_network: int = Field(
        30, description="Failed client authentications per client, network and minute."
    )
    raised_network: str | None = Field(
        None,
        description="TEST SETTING: a network (CIDR) for which the per-network limits above are multiplied by 1000.",
    )
    body: int = Field(65536, description="Largest request body in bytes.")
    hash_queue: int = Field(32, description="Password checks that may wait for a thread; past it 503 with Retry-After.")
    hash_threads: int = Field(
        0, ge=0, description="Threads that hash passwords; 0 means processors minus one, at least one."
    )

    def factor(self, network: str) -> int:
        """What per-network limits are multiplied with for this address."""
        if self.raised_network is None:
            return 1
        try:
            # IPv6 callers are counted, and so named, by their /64.
            asked = ipaddress.ip_network(network)
            raised = ipaddress.ip_network(self.raised_network, strict=False)
            return 1000 if asked.version == raised.version and asked.subnet_of(raised) else 1  # type: ignore[arg-type]
        except ValueError:
            return 1


class Outbound(BaseModel):
    """Calls that the provider makes to relying parties."""

    model_config = ConfigDict(extra="forbid")

    allow_private_hosts: bool = Field(
        False, description="TEST SETTING: allow private and loopback addresses for outbound calls. Implied by dev mode."
    )
    ca_file: Path | None = Field(None, description="An extra CA bundle (PEM) that outbound calls trust.")
    timeout: int = Field(5, description="Seconds until an outbound call is given up.")


class Documents(BaseModel):
    """Pictures of identity cards and other papers, sealed in an object store."""

    model_config = ConfigDict(extra="forbid")

    url: str | None = Field(
        None,
        description="Object store: `s3://bucket/prefix`, `gs://…`, `az://…`; its credentials come from the usual variables (`AWS_…`), or from the four settings below. Unset keeps files in `IDP_VAR/documents`.",
    )
    endpoint: str | None = Field(
        None,
        description="URL of an S3-compatible server that is not Amazon's (MinIO, Ceph, …); its CA may be `outbound.ca_file`.",
    )
    region: str | None = Field(None, description="Region of an S3 bucket.")
    access_key: str | None = Field(None, description="Access key of an S3 bucket.")
    secret_key: SecretStr | None = Field(None, description="Secret of that access key.")
    timeout: int = Field(
        15,
        ge=1,
        le=120,
        description="Seconds until an object store that does not answer counts as away: uploads get 503.",
    )
    max_bytes: int = Field(5 * 1024 * 1024, ge=65_536, description="Largest file in bytes.")
    max_pixels: int = Field(
        25_000_000, ge=1_000_000, description="Most pixels of a picture; bounds the memory that unpacking takes."
    )
    per_person: int = Field(10, ge=2, description="Documents that one person may have waiting.")
    at_once: int = Field(
        12,
        ge=2,
        description="Uploads that one process takes at the same time, half of them from one network at most; past it 503 with Retry-After.",
    )


class Registration(BaseModel):
    """Dynamic client registration (RFC 7591)."""

    model_config = ConfigDict(extra="forbid")

    enabled: bool = Field(False, description="Open the registration endpoint. Implied by dev mode.")
    require_initial_access_token: bool = Field(
        True, description="Ask for an initial access token (scope `clients:register`); off in dev mode."
    )
    require_pkce: bool = Field(
        False,
        description="`require_pkce` of confidential clients that register themselves; public clients always use PKCE.",
    )


class Recovery(BaseModel):
    """Recoveries through a branch."""

    model_config = ConfigDict(extra="forbid")

    officers: Literal[1, 2] = Field(
        1,
        description="Officers who have to approve a recovery: with 2 a second one sees the person too, and says so by another `idp recover approve --officer ADDRESS`.",
    )

    @field_validator("officers", mode="before")
    @classmethod
    def _number(cls, value: object) -> object:
        return int(value) if isinstance(value, str) and value.isdigit() else value


class Risk(BaseModel):
    """What makes a sign-in unusual, and what follows: `off`, `notify` (the owner gets a message) or `require` (a second
    factor besides, where the account has one)."""

    model_config = ConfigDict(extra="forbid")

    new_device: Literal["off", "notify", "require"] = Field(
        "notify", description="A browser that this account has not signed in with in the last 30 days."
    )
    new_country: Literal["off", "notify", "require"] = Field(
        "require", description="A country that none of the account's remembered devices, nor its last session, was in."
    )
    impossible_travel: Literal["off", "notify", "require"] = Field(
        "require", description="Another country than that of the last session, sooner than `travel_window`."
    )
    many_failures: Literal["off", "notify", "require"] = Field(
        "notify", description="The right password after `failures` wrong ones."
    )
    travel_window: int = Field(
        2 * 3600, ge=60, description="Seconds between two countries that no aeroplane makes good."
    )
    failures: int = Field(10, ge=1, description="Wrong passwords before a right one that are worth a message.")
    gather: int = Field(
        300, ge=0, description="Seconds for which sign-ins are gathered into one message to their owner."
    )


class Settings(BaseSettings):
    """All settings. Flags stand above `IDP_*` environment variables, these above the TOML file named by `IDP_CONFIG`.

    `__` nests (`IDP_SMTP__HOST`); every name also takes `_FILE`, a path whose content is the value.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True)

    issuer: str = Field(
        "",
        description="Issuer identifier, an https URL without query or fragment; never taken from the Host header. Dev mode defaults to `http://localhost:$IDP_PORT`.",
    )
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, description="Port of the hosted pages and the protocol.")
    management_port: int = Field(
        9000, description="Port of health, readiness and metrics; never public. 0 turns it off."
    )
    management_host: str = Field("127.0.0.1", description="Address of the management port.")
    var: Path = Field(Path("var"), description="Data folder: SQLite file, outbox, demo.json.")
    keys: Path = Field(Path("keys"), description="Folder of key material; files 0600.")
    database_url: str = Field(
        "",
        description="`postgresql+asyncpg://…` or `sqlite+aiosqlite:///…`; default a SQLite file in the data folder. `DATABASE_URL` is read too.",
    )
    database_pool: int = Field(10, ge=2, description="Connections per process, to each of the two pools.")
    redis_url: str | None = Field(
        None, description="`redis://…`; counters, replay marks and caches of several replicas. `REDIS_URL` is read too."
    )
    workers: int = Field(1, ge=1, description="Server processes; more than one needs Redis.")
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Networks (CIDR, comma separated) whose X-Forwarded-For and X-Forwarded-Proto are believed."
    )
    theme: str = Field("default", description="Folder below `themes/`.")
    themes: Path = Field(Path(__file__).resolve().parents[2] / "themes", description="Folder that holds the themes.")
    rsa_bits: int = Field(3072, ge=2048, le=4096, description="Size of new RSA keys.")
    acr_prefix: str = Field("urn:gerbang:acr:", description="Prefix of the acr values loa1, loa2, loa2v, loa3.")
    password_policy: Literal["hybrid", "nist", "seed-bssn"] = Field(
        "hybrid",
        description="Rules for new passwords: four classes or a phrase of 20 characters; NIST SP 800-63B-4; the national regulation's mix and term.",
    )
    password_policy_officers: Literal["hybrid", "nist", "seed-bssn"] = Field(
        "hybrid", description="The same for officers, who may administer the provider itself."
    )
    kpj_pattern: str = Field(r"^\d{11}$", description="Regular expression of a participant number (KPJ).")
    embedded_browsers: Literal["warn", "refuse", "allow"] = Field(
        "warn",
        description="Who opens the sign-in page within another application (WebView): is told how to open it in a browser and may go on, may not go on, or sees nothing of this.",
    )
    default_language: Literal["id", "en"] = Field("id", description="Language of pages when nothing else is asked.")
    dev: bool = Field(
        False, description="Dev mode: migrates, makes keys, seeds, enables every feature. Loopback issuers only."
    )
    failpoint: str | None = Field(
        None,
        description="TEST SETTING, dev mode only: `name` or `name:count`; the process kills itself there (`idp/base/failpoint.py`).",
    )
    run_worker: bool = Field(True, description="Run the worker inside `serve`; turn off where `idp work` runs.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least severe log line that is written."
    )
    smtp: Smtp = Smtp()
    smtp_fallback: Smtp = Smtp()
    sms: Gateway = Gateway()
    gateways: dict[str, Gateway] = Field(
        {},
        description="Further gateways by name, tried in turn after `sms` when one before them fails: `[gateways.NAME]` in the file, or `IDP_GATEWAYS__NAME__URL`; members as of `sms`.",
    )
    gateway_order: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Names of gateways in the order in which they are tried; default `sms`, then the others by name.",
    )
    spending: Spending = Spending()
    registry: Registry = Registry()
    lifetimes: Lifetimes = Lifetimes()
    limits: Limits = Limits()
    outbound: Outbound = Outbound()
    registration: Registration = Registration()
    documents: Documents = Documents()
    recovery: Recovery = Recovery()
    risk: Risk = Risk()

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _split_networks(cls, value: object) -> object:
        if isinstance(value, str):
            value = tuple(part.strip() for part in value.split(",") if part.strip())
        if isinstance(value, list | tuple):
            for network in value:
                ipaddress.ip_network(network, strict=False)
        return value

    @field_validator("gateway_order", mode="before")
    @classmethod
    def _split_names(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("failpoint")
    @classmethod
    def _known_failpoint(cls, value: str | None) -> str | None:
        failpoint.arm(value)
        return value

    @model_validator(mode="before")
    @classmethod
    def _defaults(cls, values: dict[str, Any]) -> dict[str, Any]:
        dev = str(values.get("dev", False)).lower() in {"1", "true", "yes", "on"}
        if dev:
            values.setdefault("issuer", f"http://localhost:{values.get('port', 8000)}")
        var = Path(values.get("var", "var"))
        values.setdefault("database_url", f"sqlite+aiosqlite:///{(var / 'gerbang.db').absolute()}")
        return values

    @model_validator(mode="after")
    def _consistent(self) -> "Settings":
        issuer = urlsplit(self.issuer)
        if not self.issuer:
            raise ValueError(
                "issuer: set IDP_ISSUER to the public https URL of this provider (or put --dev before the verb)"
            )
        if issuer.query or issuer.fragment or not issuer.hostname or self.issuer.endswith("/"):
            raise ValueError("issuer: must be a URL without query, fragment and trailing slash")
        if self.dev and not loopback(issuer.hostname):
            raise ValueError("issuer: dev mode is for loopback issuers only; unset --dev or use http://localhost:PORT")
        if self.failpoint is not None and not self.dev:
            raise ValueError("failpoint: is for tests in dev mode; unset IDP_FAILPOINT")
        if issuer.scheme != "https" and not (issuer.scheme == "http" and loopback(issuer.hostname)):
            raise ValueError("issuer: must be https (http is for loopback only)")
        if self.workers > 1 and not self.redis_url:
            raise ValueError(
                "workers: more than one needs IDP_REDIS_URL, or limits and replay marks would not be shared"
            )
        known = {"sms", *self.gateways}
        if unknown := next((name for name in self.gateway_order if name not in known), None):
            raise ValueError(f"gateway_order: {unknown} is no gateway; there are {', '.join(sorted(known))}")
        if not self.database_url.startswith(("postgresql+asyncpg://", "sqlite+aiosqlite:///")):
            raise ValueError("database_url: must begin with postgresql+asyncpg:// or sqlite+aiosqlite:///")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        # `load` reads the environment itself: unknown names and `_FILE` must be seen, which the stock source does not do.
        return (init_settings,)

    @property
    def https(self) -> bool:
        """Whether the issuer is https, and with it the cookies Secure and `__Host-`."""
        return self.issuer.startswith("https://")

    @property
    def issuer_path(self) -> str:
        """The path part of the issuer, empty for most."""
        return urlsplit(self.issuer).path

    @property
    def sqlite(self) -> bool:
        """Whether the database is the embedded one."""
        return self.database_url.startswith("sqlite")

    def routes(self) -> dict[str, Gateway]:
        """Gateways that have an address, by name, in the order in which they are tried."""
        every = {"sms": self.sms, **dict(sorted(self.gateways.items()))}
        return {name: every[name] for name in self.gateway_order or every if every[name].url is not None}

    def acr(self, level: str) -> str:
        """The acr value of a level of the ladder, as relying parties see it."""
        return self.acr_prefix + level


def loopback(host: str | None) -> bool:
    """Whether a host name or address of a URL means this machine."""
    if host is None:
        return False
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def load(environment: Mapping[str, str], **flags: Any) -> Settings:
    """Settings from flags, environment and file, in this order of precedence. Raises SettingsError with one line."""
    values: dict[str, Any] = {}
    if config := environment.get(PREFIX + "CONFIG"):
        try:
            values = tomllib.loads(Path(config).read_text())
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise SettingsError(f"{PREFIX}CONFIG: cannot read {config}: {error}") from None
    for common in ("DATABASE_URL", "REDIS_URL"):
        if common in environment:
            values[common.lower()] = _database_url(environment[common])
    for name, text in environment.items():
        if name.startswith(PREFIX) and name != PREFIX + "CONFIG":
            _place(values, name, text)
    values.update({name: value for name, value in flags.items() if value is not None})
    try:
        return Settings(**values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = "__".join(str(part) for part in first["loc"]).upper()
        if first["type"] == "extra_forbidden":
            raise SettingsError(f"{PREFIX}{name}: unknown setting; `idp config template` lists all") from None
        text = first["msg"].removeprefix("Value error, ")
        if not name:
            # Rules about several settings name the one to change first.
            name, _, text = text.partition(": ")
        raise SettingsError(f"{PREFIX}{name.upper()}: {text}") from None


def _place(values: dict[str, Any], name: str, text: str) -> None:
    path = name.removeprefix(PREFIX).lower().split("__")
    if path[-1].endswith("_file") and path != ["outbound", "ca_file"]:
        path[-1] = path[-1].removesuffix("_file")
        try:
            text = Path(text).read_text().rstrip("\n")
        except OSError as error:
            raise SettingsError(f"{name}: cannot read {text}: {error.strerror}") from None
    room = values
    for part in path[:-1]:
        if not isinstance(room.setdefault(part, {}), dict):
            raise SettingsError(f"{name}: {part} is a value, not a group")
        room = room[part]
    room[path[-1]] = _database_url(text) if path == ["database_url"] else text


def _database_url(text: str) -> str:
    """Operators paste `postgres://` and `postgresql://`; the driver's name is ours to add."""
    for scheme in ("postgres://", "postgresql://"):
        if text.startswith(scheme):
            return "postgresql+asyncpg://" + text.removeprefix(scheme)
    return text
