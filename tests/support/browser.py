"""A browser without JavaScript, as the oldest phone has it: keeps cookies, fills forms, follows redirects within one site."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx2

MAX_REDIRECTS = 12
VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})


@dataclass
class Button:
    """What can be pressed in a form."""

    id: str
    name: str
    value: str


@dataclass
class Form:
    """A form as the page holds it: where it goes, and what an untouched submit would send."""

    action: str
    method: str
    values: list[tuple[str, str]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    """Every named control, also those that an untouched submit leaves out (unticked boxes)."""
    buttons: list[Button] = field(default_factory=list)


@dataclass
class Page:
    """An answer that was shown, or the address at which the browser left the site."""

    url: str
    status: int
    headers: httpx2.Headers
    html: str
    forms: list[Form]
    links: dict[str, str]
    """Address by the text of the link."""
    ids: frozenset[str]
    title: str
    text: str
    left_to: str | None = None
    """Where a redirect led out of the site; the foreign address was not asked for."""

    def form_with(self, name: str) -> Form:
        """The form that has a control of that name; fails when there is none."""
        for form in self.forms:
            if name in form.names:
                return form
        raise AssertionError(f"{self.url} ({self.status}, {self.title!r}) has no form with {name!r}: {self.text[:500]}")

    @property
    def names(self) -> set[str]:
        """Every named control of every form."""
        return set[str]().union(*(form.names for form in self.forms))

    @property
    def parameters(self) -> dict[str, str]:
        """What the site said to the foreign address: by redirect, or by a form that posts itself there (form_post)."""
        if self.left_to is not None:
            return dict(parse_qsl(urlsplit(self.left_to).query, keep_blank_values=True))
        for form in self.forms:
            if _origin(form.action) != _origin(self.url):
                return dict(form.values)
        raise AssertionError(f"the browser is still at {self.url} ({self.status}, {self.title!r}): {self.text[:500]}")


class Browser:
    """One person's browser: one cookie jar, one site. Two people are two browsers."""

    def __init__(self, http: httpx2.AsyncClient, *, fetch_metadata: bool = True) -> None:
        """`http` has the site as its base_url. `fetch_metadata=False` is a browser before Sec-Fetch-Site existed."""
        self.http = http
        self.origin = _origin(str(http.base_url))
        self._fetch_metadata = fetch_metadata

    async def get(self, address: str, **query: str) -> Page:
        """Open an address of the site, as from the address bar."""
        return await self._visit("GET", self._absolute(address), params=query or None, site="none")

    async def click(self, page: Page, text: str) -> Page:
        """Follow the link with that text."""
        assert text in page.links, f"{page.url} has no link {text!r}, only {sorted(page.links)}"
        return await self._visit("GET", page.links[text], site="same-origin")

    async def submit(
        self,
        page: Page,
        values: Mapping[str, str | None] | None = None,
        *,
        press: str | None = None,
        form: Form | None = None,
    ) -> Page:
        """Send the page's form that holds these fields, hidden ones kept; `None` leaves a field out.

        `press` is the id of the button, when its name and value matter or when there are several forms.
        """
        values = values or {}
        chosen = form or _choose(page, values, press)
        for name in values:
            assert name in chosen.names, f"{page.url} has no field {name!r}, only {sorted(chosen.names)}"
        sent = [(name, value) for name, value in chosen.values if name not in values]
        sent += [(name, value) for name, value in values.items() if value is not None]
        sent += [
            (button.name, button.value) for button in chosen.buttons if press and button.id == press and button.name
        ]
        if chosen.method == "GET":
            return await self._visit("GET", chosen.action, params=dict(sent), site="same-origin")
        return await self._visit("POST", chosen.action, data=_grouped(sent), site="same-origin")

    async def upload(self, page: Page, field: str, content: bytes, name: str = "IMG_0001.JPG") -> Page:
        """Send the page's form with a file in one of its fields; the others are left empty, as a browser sends them."""
        form = page.form_with(field)
        files: list[tuple[str, tuple[str, bytes, str]]] = [
            (one, (name if one == field else "", content if one == field else b"", "application/octet-stream"))
            for one in sorted(form.names - {hidden for hidden, _ in form.values})
        ]
        return await self._visit("POST", form.action, data=dict(form.values), files=files, site="same-origin")

    async def _visit(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        data: Mapping[str, str | list[str]] | None = None,
        files: list[tuple[str, tuple[str, bytes, str]]] | None = None,
        site: str,
    ) -> Page:
        for _ in range(MAX_REDIRECTS):
            if _origin(url) != self.origin:
                return Page(url, 0, httpx2.Headers(), "", [], {}, frozenset(), "", "", left_to=url)
            headers = {"Accept": "text/html,application/xhtml+xml"}
            if self._fetch_metadata:
                headers |= {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
            if method == "POST":
                headers["Origin"] = self.origin
            answer = await self.http.request(
                method, url, params=params, data=data, files=files, headers=headers, follow_redirects=False
            )
            if "location" not in answer.headers or not answer.is_redirect:
                return _page(answer)
            url = urljoin(str(answer.url), answer.headers["location"])
            # 307 and 308 would send the password again: no page of ours may use them after a POST.
            assert method == "GET" or answer.status_code in {302, 303}, (
                f"{answer.status_code} after a POST to {answer.url}"
            )
            method, params, data, files = "GET", None, None, None
        raise AssertionError(f"more than {MAX_REDIRECTS} redirects, the last to {url}")

    def _absolute(self, address: str) -> str:
        return urljoin(self.origin + "/", address)


def _choose(page: Page, values: Mapping[str, str | None], press: str | None) -> Form:
    for form in page.forms:
        if set(values) <= form.names and (press is None or any(button.id == press for button in form.buttons)):
            return form
    raise AssertionError(
        f"{page.url} ({page.status}, {page.title!r}) has no form with {sorted(values)} and button {press!r}: {page.text[:500]}"
    )


def _grouped(pairs: list[tuple[str, str]]) -> dict[str, str | list[str]]:
    grouped: dict[str, str | list[str]] = {}
    for name, value in pairs:
        earlier = grouped.get(name)
        if earlier is None:
            grouped[name] = value
        else:
            grouped[name] = [*(earlier if isinstance(earlier, list) else [earlier]), value]
    return grouped


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _page(answer: httpx2.Response) -> Page:
    url = str(answer.url)
    html = answer.text if "html" in answer.headers.get("content-type", "") else ""
    reader = _Reader(url)
    reader.feed(html)
    reader.close()
    return Page(
        url=url,
        status=answer.status_code,
        headers=answer.headers,
        html=answer.text,
        forms=reader.forms,
        links=reader.links,
        ids=frozenset(reader.ids),
        title=" ".join(reader.title.split()),
        text=" ".join(" ".join(reader.words).split()),
    )


class _Reader(HTMLParser):
    """Picks out of a page what a person and a form submission would see."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        self.forms: list[Form] = []
        self.links: dict[str, str] = {}
        self.ids: set[str] = set()
        self.title = ""
        self.words: list[str] = []
        self._open: list[str] = []
        self._form: Form | None = None
        self._link: tuple[str, list[str]] | None = None
        self._select: str | None = None
        self._textarea: tuple[str, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self._open.append(tag)
        if "id" in given:
            self.ids.add(given["id"])
        if tag == "form":
            self._form = Form(urljoin(self.url, given.get("action") or self.url), given.get("method", "get").upper())
            self.forms.append(self._form)
        elif tag == "a" and "href" in given:
            self._link = (urljoin(self.url, given["href"]), [])
        elif self._form is not None and "disabled" not in given:
            self._control(self._form, tag, given)

    def _control(self, form: Form, tag: str, given: dict[str, str]) -> None:
        name, kind = given.get("name", ""), given.get("type", "text").lower()
        if tag == "button" or (tag == "input" and kind in {"submit", "image"}):
            form.buttons.append(Button(given.get("id", ""), name, given.get("value", "")))
        elif tag == "input" and name:
            form.names.add(name)
            if kind not in {"checkbox", "radio", "file"} or "checked" in given:
                form.values.append((name, given.get("value", "on" if kind == "checkbox" else "")))
        elif tag == "select" and name:
            form.names.add(name)
            self._select = name
        elif tag == "option" and self._select and "selected" in given:
            form.values.append((self._select, given.get("value", "")))
        elif tag == "textarea" and name:
            form.names.add(name)
            self._textarea = (name, [])

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None
        elif tag == "a" and self._link:
            self.links[" ".join("".join(self._link[1]).split())] = self._link[0]
            self._link = None
        elif tag == "textarea" and self._textarea and self._form is not None:
            self._form.values.append((self._textarea[0], "".join(self._textarea[1])))
            self._textarea = None

    def handle_data(self, data: str) -> None:
        if self._link:
            self._link[1].append(data)
        if self._textarea:
            self._textarea[1].append(data)
        elif "title" in self._open and "svg" not in self._open:
            self.title += data
        elif not {"script", "style"} & set(self._open):
            self.words.append(data)
