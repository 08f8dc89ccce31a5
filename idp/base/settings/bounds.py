"""Settings of how long, how often and how much: lifetimes, limits, documents, registration, and what is unusual."""

import ipaddress
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from idp.base.settings.addresses import HttpUrl, Network


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
        30, ge=0, le=60, description="How long the previous refresh token still returns the same successor."
    )
    session_idle: int = Field(20 * 60, ge=60, description="Session without any use.")
    session_absolute: int = Field(12 * 3600, ge=60, description="Session, whatever its use.")
    interaction: int = Field(3600, ge=60, description="An authorization request that waits for its person.")
    activation: int = Field(24 * 3600, ge=60, description="Activation link and code.")
    draft: int = Field(24 * 3600, ge=600, description="A registration that is being filled in.")
    reset: int = Field(30 * 60, ge=60, description="Password reset link.")
    recovery_case: int = Field(14 * 86400, ge=3600, description="A recovery through a branch that nobody approved.")
    recovery_cooling: int = Field(
        72 * 3600, ge=60, description="Wait after an approved recovery, in which the old contacts can cancel it."
    )
    recovery_link: int = Field(3 * 86400, ge=3600, description="The link that ends a recovery through a branch.")
    pending_sign_up: int = Field(
        7 * 86400, ge=3600, description="A registration that was never activated is deleted after this."
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
        30 * 86400, ge=3600, description="Photographs of identity cards are deleted this long after the decision."
    )
    consent: int = Field(365 * 86400, ge=1, description="A remembered consent is asked again after this.")


class Limits(BaseModel):
    """How often things may happen."""

    model_config = ConfigDict(extra="forbid")

    sign_in_free_failures: int = Field(5, ge=1, description="Failures per account and network before delays begin.")
    sign_in_first_delay: int = Field(
        30, ge=0, description="Seconds of the first delay; doubles with each further failure."
    )
    sign_in_max_delay: int = Field(900, ge=0, description="Seconds of the longest delay.")
    sign_in_notice_at: int = Field(
        10, ge=0, description="Failures in a row at which the owner's contacts are told, once; 0 tells nobody."
    )
    sign_in_per_network: int = Field(300, ge=1, description="Sign-in attempts per network and 5 minutes.")
    code_tries: int = Field(5, ge=1, description="Wrong entries until a one-time code is burnt.")
    code_failures_per_day: int = Field(
        15, ge=1, description="Wrong one-time codes per account and 24 hours, whatever the code or session."
    )
    resend_pause: int = Field(60, ge=0, description="Seconds between two messages to one destination.")
    resend_per_hour: int = Field(5, ge=1, description="Messages per destination and hour.")
    resend_per_day: int = Field(10, ge=1, description="Messages per destination and day.")
    sms_per_number: int = Field(
        40,
        ge=1,
        description="Messages to one number in 24 hours, whatever they are about; past it none leaves. Leave room for `resend_per_day` codes, as many resets and sign-ups in the owner's name, and notices.",
    )
    sign_up_per_network: int = Field(60, ge=1, description="Registrations per network and 5 minutes.")
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
    recover_per_network: int = Field(60, ge=1, description="Recovery requests per network and 5 minutes.")
    identity_attempts: int = Field(
        5, ge=1, description="Identity checks per account and 24 hours; then a branch helps."
    )
    identity_per_nik: int = Field(
        10, ge=1, description="Identity checks that name one NIK in 24 hours, whoever asks; past it officers decide."
    )
    identity_per_network: int = Field(60, ge=1, description="Identity checks per network and 5 minutes.")
    phone_trust_days: int = Field(
        365,
        ge=1,
        description="Days after which a number that its owner has not proved again starts no recovery, and goes to whoever proves it.",
    )
    report_per_network: int = Field(20, ge=1, description="Feedback forms per network and 5 minutes.")
    push_per_network: int = Field(
        300, ge=1, description="Pushed authorization requests of public clients per network and 5 minutes."
    )
    client_auth_per_network: int = Field(
        30, ge=1, description="Failed client authentications per client, network and minute."
    )
    raised_network: Network | None = Field(
        None,
        description="TEST SETTING: a network (CIDR) for which the per-network limits above are multiplied by 1000.",
    )
    body: int = Field(65536, ge=1024, description="Largest request body in bytes.")
    hash_queue: int = Field(
        32, ge=0, description="Password checks that may wait for a thread; past it 503 with Retry-After."
    )
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
            return 1000 if asked.version == raised.version and asked.subnet_of(raised) else 1  # type: ignore[arg-type]  # of one version by now
        except ValueError:
            return 1


class Documents(BaseModel):
    """Pictures of identity cards and other papers, sealed in an object store."""

    model_config = ConfigDict(extra="forbid")

    url: str | None = Field(
        None,
        description="Object store: `s3://bucket/prefix`, `gs://…`, `az://…`; its credentials come from the usual variables (`AWS_…`), or from the four settings below. Unset keeps files in `IDP_VAR/documents`.",
    )
    endpoint: HttpUrl | None = Field(
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
        True,
        description="Ask for an initial access token (scope `clients:register`); off in dev mode. Where none is asked, no page of another origin may register (no CORS).",
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
        description="Officers who have to approve a recovery: with 2, and always for an officer's account, a second one sees the person too, and says so by another `idp recover approve --officer ADDRESS`.",
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
