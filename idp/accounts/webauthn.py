"""WebAuthn as we use it: what a browser is asked, and what makes its answer good. Pure.

Every passkey is discoverable and verifies its person, so that it is two factors by itself; attestation is not asked
for, since nothing here depends on the make of a device. The relying party (WebAuthn's word for the site) is the
issuer's host, and an answer counts from the issuer's very origin alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import webauthn
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from webauthn.helpers import (
    decode_credential_public_key,
    decoded_public_key_to_cryptography,
    parse_attestation_object,
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AttestationFormat,
    AuthenticationCredential,
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    RegistrationCredential,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from idp.base.opaque import b64encode

MAX_ANSWER = 16_384
TIMEOUT = 300_000
"""How long a browser may wait for its person, in milliseconds; WebAuthn section 15.1 recommends five to ten minutes."""

_MAX_CREDENTIAL_ID = 1023
_ALGORITHMS = [
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]
# What the library, and what it stands on, may raise over bytes that a stranger made up.
_FAULTS = (
    WebAuthnException,
    InvalidSignature,
    UnsupportedAlgorithm,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    OverflowError,
    RecursionError,
)


class NotGood(Exception):
    """An answer that does not count; the text is for the audit trail, and names no value."""


@dataclass(frozen=True, slots=True)
class Site:
    """Whom passkeys are for. A passkey belongs to `host` for ever: a provider that moves leaves its passkeys behind."""

    host: str
    origin: str
    name: str


@dataclass(frozen=True, slots=True)
class Key:
    """A credential as browsers are told of it: what not to enrol again, or what to use."""

    credential_id: bytes
    transports: Sequence[str]


@dataclass(frozen=True, slots=True)
class Made:
    """A new credential. `synced` when it may leave its device (the flag BE, which never changes)."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    synced: bool
    aaguid: str
    transports: list[str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a browser sent, taken apart and not believed yet. `challenge` is what we would have to have asked."""

    credential_id: bytes
    challenge: str
    raw: AuthenticationCredential | RegistrationCredential


@dataclass(frozen=True, slots=True)
class Shown:
    """A good assertion: how often the authenticator says that it was used, and whether the key may leave its device."""

    sign_count: int
    synced: bool


def creation_options(site: Site, challenge: bytes, user: bytes, name: str, full_name: str, held: Sequence[Key]) -> str:
    """`PublicKeyCredentialCreationOptionsJSON` (WebAuthn section 5.1.8)."""
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=site.name,
        user_id=user,
        user_name=name,
        user_display_name=full_name,
        challenge=challenge,
        timeout=TIMEOUT,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=_described(held),
        supported_pub_key_algs=_ALGORITHMS,
    )
    return webauthn.options_to_json(options)


def request_options(site: Site, challenge: bytes, held: Sequence[Key] = ()) -> str:
    """`PublicKeyCredentialRequestOptionsJSON` (WebAuthn section 5.1.9); with nothing `held` the person picks who they are."""
    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        challenge=challenge,
        timeout=TIMEOUT,
        allow_credentials=_described(held),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return webauthn.options_to_json(options)


def accepted(site: Site, user: bytes, name: str, full_name: str, held: Sequence[Key]) -> str:
    """Which passkeys an account has and what it is called, by the method that tells a browser (WebAuthn section 5.1.10): one
    that is missing here need not be offered any more."""
    whose = {"rpId": site.host, "userId": b64encode(user)}
    ids = [b64encode(one.credential_id) for one in held]
    signals = {
        "signalAllAcceptedCredentials": {**whose, "allAcceptedCredentialIds": ids},
        "signalCurrentUserDetails": {**whose, "name": name, "displayName": full_name},
    }
    return orjson.dumps(signals).decode()


def unknown(site: Site, credential_id: str) -> str:
    """The same for a passkey that nobody here has, by its id in base64url."""
    return orjson.dumps({"signalUnknownCredential": {"rpId": site.host, "credentialId": credential_id}}).decode()


def read_creation(text: str) -> Answer | None:
    """A `RegistrationResponseJSON`; None when it is none."""
    return _read(text, parse_registration_credential_json)


def read_assertion(text: str) -> Answer | None:
    """An `AuthenticationResponseJSON`; None when it is none."""
    return _read(text, parse_authentication_credential_json)


def verify_creation(site: Site, answer: Answer, challenge: bytes) -> Made:
    """A new credential (WebAuthn section 7.1); NotGood when it does not count."""
    assert isinstance(answer.raw, RegistrationCredential)
    try:
        stated = parse_attestation_object(answer.raw.response.attestation_object)
        # Not asked for; what comes all the same (a key that signs for itself) is checked, certificates are not read.
        if stated.fmt not in (AttestationFormat.NONE, AttestationFormat.PACKED) or stated.att_stmt.x5c:
            raise NotGood("attestation")
        made = webauthn.verify_registration_response(
            credential=answer.raw,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
            supported_pub_key_algs=_ALGORITHMS,
        )
        _judge_key(made.credential_public_key)
    except _FAULTS as fault:
        raise NotGood(type(fault).__name__) from fault
    if made.credential_id != answer.credential_id or len(made.credential_id) > _MAX_CREDENTIAL_ID:
        raise NotGood("credential id")
    return Made(
        made.credential_id,
        made.credential_public_key,
        made.sign_count,
        made.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
        made.aaguid,
        [one.value for one in answer.raw.response.transports or []],
    )


def verify_assertion(site: Site, answer: Answer, challenge: bytes, public_key: bytes, user: bytes) -> Shown:
    """A good assertion (WebAuthn section 7.2); NotGood when it does not count.

    The count is not compared here: it means something only once the signature is known to be good, or a stranger could
    make a key look copied. Nor would an answer count that names another user handle than `user`.
    """
    assert isinstance(answer.raw, AuthenticationCredential)
    if answer.raw.response.user_handle not in (None, b"", user):
        raise NotGood("user handle")
    try:
        shown = webauthn.verify_authentication_response(
            credential=answer.raw,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=public_key,
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except _FAULTS as fault:
        raise NotGood(type(fault).__name__) from fault
    return Shown(shown.new_sign_count, shown.credential_device_type is CredentialDeviceType.MULTI_DEVICE)


def _read(text: str, parse: Any) -> Answer | None:
    if not 0 < len(text) <= MAX_ANSWER:
        return None
    try:
        raw = parse(text)
        client_data = parse_client_data_json(raw.response.client_data_json)
    except _FAULTS:
        return None
    # Our pages are in no frame (frame-ancestors 'none'); a browser that says otherwise was lied to.
    return None if client_data.cross_origin else Answer(raw.raw_id, b64encode(client_data.challenge), raw)


def _described(held: Sequence[Key]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(
            id=key.credential_id, transports=[AuthenticatorTransport(transport) for transport in key.transports]
        )
        for key in held
    ]


def _judge_key(raw: bytes) -> None:
    """A key is of the kind that its algorithm says, and checking a signature with it costs what it should."""
    decoded = decode_credential_public_key(raw)
    key = decoded_public_key_to_cryptography(decoded)
    if decoded.alg == COSEAlgorithmIdentifier.ECDSA_SHA_256:
        sound = isinstance(key, EllipticCurvePublicKey) and key.curve.name == "secp256r1"
    elif decoded.alg == COSEAlgorithmIdentifier.EDDSA:
        sound = isinstance(key, Ed25519PublicKey)
    else:
        sound = isinstance(key, RSAPublicKey) and 2048 <= key.key_size <= 4096 and key.public_numbers().e == 65537
    if not sound:
        raise NotGood("key")
