"""Which browsers are pages within another application, by what they call themselves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.sessions.embedded import android, embedded, intent

ANDROID = "Mozilla/5.0 (Linux; Android 10; SM-A107F Build/QP1A.190711.020"
CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/119.0.6045.66 Mobile Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"

WITHIN = {
    "webview": f"{ANDROID}; wv) {CHROME}",
    "facebook": f"{ANDROID}; wv) {CHROME} [FB_IAB/FB4A;FBAV/440.0.0.32.108;]",
    "facebook on iOS": f"{IPHONE} Mobile/15E148 [FBAN/FBIOS;FBAV/440.0.0.20.109;FBDV/iPhone12,1]",
    "instagram": f"{ANDROID}; wv) {CHROME} Instagram 308.0.0.36.109 Android (29/10; 280dpi)",
    "line": f"{IPHONE} Version/17.1 Mobile/15E148 Safari/604.1 Line/13.19.0",
    "whatsapp": "WhatsApp/2.23.20.0 A",
    "tiktok": f"{ANDROID}) {CHROME} trill_320104 BytedanceWebview/d8a21c6",
    "gojek": f"{ANDROID}) {CHROME} Gojek/4.80.1",
    "a view on iOS": f"{IPHONE} Mobile/15E148",
}
BROWSERS = {
    "chrome": f"Mozilla/5.0 (Linux; Android 10; K) {CHROME.replace('Version/4.0 ', '')}",
    "chromium without a head": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/140.0.0.0 Safari/537.36",
    "safari": f"{IPHONE} Version/17.1 Mobile/15E148 Safari/604.1",
    "chrome on iOS": f"{IPHONE} CriOS/119.0.6045.41 Mobile/15E148 Safari/604.1",
    "opera mini with the system's engine": f"{ANDROID}; wv) {CHROME} OPR/76.0.2254.69016",
    "opera mini": "Opera/9.80 (Android; Opera Mini/36.2/191.256; U; id) Presto/2.12.423 Version/12.16",
    "samsung": f"Mozilla/5.0 (Linux; Android 13; SAMSUNG SM-A536E) {CHROME} SamsungBrowser/23.0",
    "a desktop": "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0",
    "a program": "python-httpx/0.28.1",
    "nothing": "",
}


@pytest.mark.parametrize("name", WITHIN)
def test_applications_are_recognised(name: str) -> None:
    assert embedded(WITHIN[name])


@pytest.mark.parametrize("name", BROWSERS)
def test_browsers_and_programs_are_left_alone(name: str) -> None:
    assert not embedded(BROWSERS[name])


def test_android_is_told_apart() -> None:
    assert android(WITHIN["facebook"])
    assert not android(WITHIN["facebook on iOS"])


def test_the_link_for_android_names_the_address_and_a_way_without() -> None:
    assert intent("https://saldo.contoh.go.id/masuk?iss=https%3A%2F%2Fsso#x") == (
        "intent://saldo.contoh.go.id/masuk?iss=https%3A%2F%2Fsso#Intent;scheme=https;action=android.intent.action.VIEW;"
        "category=android.intent.category.BROWSABLE;"
        "S.browser_fallback_url=https%3A%2F%2Fsaldo.contoh.go.id%2Fmasuk%3Fiss%3Dhttps%253A%252F%252Fsso%23x;end"
    )


@given(st.text(max_size=3_000))
def test_whatever_a_browser_calls_itself_there_is_an_answer(text: str) -> None:
    assert embedded(text) in (True, False)
