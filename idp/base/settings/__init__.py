"""Every setting, once: name, type, default, meaning. `docs/settings.md` is generated from this package."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from idp.base import failpoint
from idp.base.settings.addresses import Network, Pattern, Port, RedisUrl, loopback, wrong_issuer
from idp.base.settings.bounds import Documents, Lifetimes, Limits, Recovery, Registration, Risk
from idp.base.settings.outside import Gateway, Outbound, Registry, Smtp, Spending

PREFIX = "IDP_"


class SettingsError(Exception):
    """A setting is unknown, missing or wrong; the text is one line that says which and what to do."""


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
    port: Port = Field(8000, description="Port of the hosted pages and the protocol.")
    management_port: Port = Field(
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
    redis_url: RedisUrl = Field(
        None, description="`redis://…`; counters, replay marks and caches of several replicas. `REDIS_URL` is read too."
    )
    workers: int = Field(1, ge=1, description="Server processes; more than one needs Redis.")
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode] = Field(
        (),
        description="Networks (CIDR, comma separated) whose X-Forwarded-For is believed. What is said of scheme and host never is: the issuer says both.",
    )
    theme: str = Field("default", description="Folder below `themes/`.")
    themes: Path = Field(Path(__file__).resolve().parents[3] / "themes", description="Folder that holds the themes.")
    rsa_bits: int = Field(3072, ge=2048, le=4096, description="Size of new RSA keys.")
    acr_prefix: str = Field("urn:gerbang:acr:", description="Prefix of the acr values loa1, loa2, loa2v, loa3.")
    password_policy: Literal["hybrid", "nist", "seed-bssn"] = Field(
        "hybrid",
        description="Rules for new passwords: four classes or a phrase of 20 characters; NIST SP 800-63B-4; the national regulation's mix and term.",
    )
    password_policy_officers: Literal["hybrid", "nist", "seed-bssn"] = Field(
        "hybrid", description="The same for officers, who may administer the provider itself."
    )
    kpj_pattern: Pattern = Field(r"^\d{11}$", description="Regular expression of a participant number (KPJ).")
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

    @field_validator("trusted_proxies", "gateway_order", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
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
            values.setdefault("issuer", f"http://localhost:{values.get('port', 8000)}".removesuffix(":80"))
        var = Path(values.get("var", "var"))
        values.setdefault("database_url", f"sqlite+aiosqlite:///{(var / 'gerbang.db').absolute()}")
        return values

    @model_validator(mode="after")
    def _consistent(self) -> "Settings":
        if wrong := wrong_issuer(self.issuer, loopback_only=self.dev):
            raise ValueError(f"issuer: {wrong}")
        if self.failpoint is not None and not self.dev:
            raise ValueError("failpoint: is for tests in dev mode; unset IDP_FAILPOINT")
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
    def outbox(self) -> Path:
        """The folder in which dev mode leaves mail and SMS as files."""
        return self.var / "outbox"

    @property
    def sqlite(self) -> bool:
        """Whether the database is the embedded one."""
        return self.database_url.startswith("sqlite")

    @property
    def sqlite_file(self) -> Path | None:
        """The file of the embedded database; None when it is in memory, or another database serves."""
        path = self.database_url.removeprefix("sqlite+aiosqlite:///")
        return Path(path) if self.sqlite and path else None

    def routes(self) -> dict[str, Gateway]:
        """Gateways that have an address, by name, in the order in which they are tried."""
        every = {"sms": self.sms, **dict(sorted(self.gateways.items()))}
        return {name: every[name] for name in self.gateway_order or every if every[name].url is not None}

    def acr(self, level: str) -> str:
        """The acr value of a level of the ladder, as relying parties see it."""
        return self.acr_prefix + level


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
        # Of a list the setting is named, not the place in it.
        name = "__".join(str(part) for part in first["loc"] if not isinstance(part, int)).upper()
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


__all__ = [
    "PREFIX",
    "Documents",
    "Gateway",
    "Lifetimes",
    "Limits",
    "Outbound",
    "Recovery",
    "Registration",
    "Registry",
    "Risk",
    "Settings",
    "SettingsError",
    "Smtp",
    "Spending",
    "load",
    "loopback",
]
