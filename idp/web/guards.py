"""What keeps a page from being bent: nothing foreign in it, and it in nothing foreign."""

from urllib.parse import urlsplit

from idp.theme.records import Service


def guards(nonce: str, service: Service | None) -> dict[str, str]:
    """The headers of a page: its policy, and the word against frames that older browsers know (ASVS 5.0 section 3.4).

    `nonce` lets an inline script run, where a page has one; the logo of `service` may be shown.
    """
    return {"Content-Security-Policy": _policy(nonce, service), "X-Frame-Options": "DENY"}


def _policy(nonce: str, service: Service | None) -> str:
    """The Content-Security-Policy of a page. `form-action` stays open: a POST may end in a redirect to a relying party."""
    images = "'self' data:"
    if service is not None and service.logo_uri.startswith("https://"):
        images += f" https://{urlsplit(service.logo_uri).netloc}"
    scripts = f"'nonce-{nonce}'" if nonce else "'self'"
    return f"default-src 'none'; style-src 'self'; script-src {scripts}; img-src {images}; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
