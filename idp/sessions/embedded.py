"""Is this a browser inside another application? A guess from what it calls itself; pure.

In there the application can read what is typed, the address cannot be checked, and passkeys and password managers are
missing (RFC 8252 section 8.12). The guess errs towards no: whoever is not recognised signs in as ever, and a browser
that is one is not turned away for the engine that it is built on.
"""

import re
from urllib.parse import quote, urlsplit

_LONGEST = 1_000
# Applications that open links within themselves, by what they add to the name of the engine.
_APPLICATIONS = re.compile(
    r"FBA[NV]/|FB_IAB|Instagram[ /]|\bLine/|WhatsApp/|Twitter(?: for |Android)|BytedanceWebview|musical_ly|trill_|TikTok"
    r"|MicroMessenger/|Snapchat/|\[?Pinterest/|LinkedInApp|Telegram-(?:Android|iOS)|\bGojek|\bGrab/|Shopee|Tokopedia",
)
_WEBVIEW = "; wv)"
# Real browsers that are made with the system's engine, and say so.
_BROWSERS = re.compile(
    r"OPR/|OPT/|Opera Mini/|DuckDuckGo/|UCBrowser/|Focus/|Klar/|EdgA/|SamsungBrowser/|MiuiBrowser/|HeyTapBrowser/|VivoBrowser/|HuaweiBrowser/"
)
_APPLE = re.compile(r"\((?:iPhone|iPad|iPod)[;)]")


def embedded(user_agent: str) -> bool:
    """Whether a browser that calls itself so is a page within an application."""
    name = user_agent[:_LONGEST]
    if _APPLICATIONS.search(name):
        return True
    if _BROWSERS.search(name):
        return False
    # On Apple's telephones every browser says Safari; only a view within an application leaves it out.
    return _WEBVIEW in name or (_APPLE.search(name) is not None and "Mobile/" in name and "Safari/" not in name)


def android(user_agent: str) -> bool:
    """Whether it runs on Android, where a link can ask for the browser."""
    return "Android" in user_agent[:_LONGEST]


def intent(address: str) -> str:
    """The link by which Android opens an http or https address in the browser instead of here."""
    parts = urlsplit(address)
    rest = address.partition("://")[2].partition("#")[0]
    view = "action=android.intent.action.VIEW;category=android.intent.category.BROWSABLE"
    return f"intent://{rest}#Intent;scheme={parts.scheme};{view};S.browser_fallback_url={quote(address, safe='')};end"
