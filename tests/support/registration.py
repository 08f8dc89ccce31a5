"""Registering as a person does it: through the steps of the wizard, to the page that says where the message went."""

from tests.support.browser import Browser, Page

PERSON: dict[str, str | None] = {
    "name": "Sari Dewi",
    "nik": "3374 1567 0390 0003",
    "birth_day": "27",
    "birth_month": "3",
    "birth_year": "1990",
    "email": "sari.dewi@contoh.go.id",
    "phone": "0813 7152 0946",
    "first": "email",
    "category": "PU",
    "kpj": "",
    "password": "Kuda-Terbang-Biru-77",
    "terms": "1",
}
"""A woman with a NIK that fits her birth date; `None` leaves a field out."""

STEPS: dict[str, tuple[str, ...]] = {
    "data-diri": ("name", "nik", "birth_day", "birth_month", "birth_year"),
    "kontak": ("email", "phone", "first"),
    "kepesertaan": ("category", "kpj"),
    "dokumen": (),
    "kata-sandi": ("password",),
    "periksa": ("terms",),
}


async def fill_in(browser: Browser, page: Page | None = None, until: str = "periksa", **typed: str | None) -> Page:
    """Begin a registration and answer every step before `until`; the page that is shown then, or the first that refuses.

    `typed` may name fields of every step, also those that a step has only sometimes.
    """
    answers = {**PERSON, **typed}
    if page is None or "start" in page.ids:
        page = await browser.submit(page or await browser.get("/daftar"), press="start")
    while page.status == 200:
        step = next((step for step in STEPS if f"/daftar/{step}" in page.url), None)
        if step is None or step == until:
            return page
        values = {name: answers[name] for name in (*STEPS[step], *(typed.keys() - PERSON.keys())) if name in page.names}
        shown = await browser.submit(page, values, press="continue")
        if shown.url == page.url and shown.status == 200:
            return shown
        page = shown
    return page


async def register(browser: Browser, page: Page | None = None, **typed: str | None) -> Page:
    """Register, from `page` on; the page after the last step, or the first that refuses."""
    page = await fill_in(browser, page, "periksa", **typed)
    if "sign-up" not in page.ids:
        return page
    return await browser.submit(page, {"terms": {**PERSON, **typed}["terms"]}, press="sign-up")
