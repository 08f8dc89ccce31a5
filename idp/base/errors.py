"""One tree of errors. Each has a public side, which may be shown, and a private one, which only the log sees."""

from collections.abc import Mapping


class Fault(Exception):
    """Anything that ends a request early on purpose.

    `private` is for the log alone. Neither side ever holds a secret, a code, a NIK or a hint whether an account exists.
    """

    def __init__(self, private: str = "") -> None:
        super().__init__(private)
        self.private = private


class Unavailable(Fault):
    """The work cannot be done now and may be tried again: 503 with Retry-After (seconds)."""

    def __init__(self, private: str = "", retry_after: int = 5) -> None:
        super().__init__(private)
        self.retry_after = retry_after


class PageFault(Fault):
    """Shown to a person as an error page; `key` names the message in the catalogue (`<key>.judul`, `.isi`).

    `told` fills the placeholders of the message. `onward` is where the service begins anew, if that is the way on (`layanan`).
    """

    status = 400

    def __init__(
        self, key: str, private: str = "", status: int = 400, *, told: Mapping[str, str] | None = None, onward: str = ""
    ) -> None:
        super().__init__(private)
        self.key = key
        self.status = status
        self.told = told or {}
        self.onward = onward


class OAuthError(Fault):
    """An error that a relying party reads: RFC 6749 sections 4.1.2.1 and 5.2, and the specifications that add codes.

    `description` stays within %x20-21 / %x23-5B / %x5D-7E (RFC 6749 appendix A.8): no quote, no backslash, no newline.
    """

    code = "server_error"
    status = 400

    def __init__(self, description: str = "", private: str = "") -> None:
        super().__init__(private or description)
        self.description = description


class InvalidRequest(OAuthError):
    code = "invalid_request"


class InvalidClient(OAuthError):
    """RFC 6749 section 5.2; 401, with WWW-Authenticate when the client tried the Authorization header."""

    code = "invalid_client"
    status = 401

    def __init__(
        self, description: str = "client authentication failed", private: str = "", basic: bool = False
    ) -> None:
        super().__init__(description, private)
        self.basic = basic


class InvalidGrant(OAuthError):
    code = "invalid_grant"


class UnauthorizedClient(OAuthError):
    code = "unauthorized_client"


class UnsupportedGrantType(OAuthError):
    code = "unsupported_grant_type"


class UnsupportedResponseType(OAuthError):
    code = "unsupported_response_type"


class InvalidScope(OAuthError):
    code = "invalid_scope"


class InvalidTarget(OAuthError):
    """RFC 8707 section 2: the resource is unknown, or not for this client."""

    code = "invalid_target"


class AccessDenied(OAuthError):
    code = "access_denied"


class LoginRequired(OAuthError):
    """OpenID Connect Core section 3.1.2.6, as the three that follow."""

    code = "login_required"


class InteractionRequired(OAuthError):
    code = "interaction_required"


class ConsentRequired(OAuthError):
    code = "consent_required"


class AccountSelectionRequired(OAuthError):
    code = "account_selection_required"


class UnmetAuthenticationRequirements(OAuthError):
    """OpenID Connect Core Unmet Authentication Requirements 1.0: an essential acr that this account cannot reach."""

    code = "unmet_authentication_requirements"


class RequestNotSupported(OAuthError):
    code = "request_not_supported"


class RequestUriNotSupported(OAuthError):
    code = "request_uri_not_supported"


class RegistrationNotSupported(OAuthError):
    code = "registration_not_supported"


class InvalidRequestUri(OAuthError):
    """RFC 9126: the pushed request is unknown, spent, expired or another client's."""

    code = "invalid_request_uri"


class InvalidRedirectUri(OAuthError):
    """RFC 7591 section 3.2.2."""

    code = "invalid_redirect_uri"


class InvalidClientMetadata(OAuthError):
    code = "invalid_client_metadata"


class InvalidToken(OAuthError):
    """RFC 6750 section 3.1; answered with a Bearer challenge."""

    code = "invalid_token"
    status = 401


class InsufficientScope(OAuthError):
    code = "insufficient_scope"
    status = 403

    def __init__(self, scope: str) -> None:
        super().__init__("the token lacks a scope")
        self.scope = scope
