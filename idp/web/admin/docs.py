"""The OpenAPI document as a page that asks nobody else for anything: no script, no font, no third party."""

import base64
import hashlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from idp.web.admin.gate import SCHEME

_HERE = Path(__file__).parent
_STYLE = (_HERE / "docs.css").read_text()
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "public, max-age=300",
}


def route(document: Callable[[], dict[str, Any]]) -> Route:
    """`/admin/docs`, made from the document when it is first asked for."""
    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["prose"] = prose
    made: list[str] = []

    async def show(request: Request) -> HTMLResponse:
        if not made:
            api = document()
            made.append(
                environment.get_template("docs.html").render(
                    api=api, tags=_tags(api), schemas=_schemas(api), style=_STYLE
                )
            )
        return HTMLResponse(made[0], headers=_HEADERS)

    return Route("/admin/docs", show, methods=["GET"])


def _tags(api: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Operations by tag, in the order of the document."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path, operations in api["paths"].items():
        for method, operation in operations.items():
            found.setdefault(operation["tags"][0], []).append(
                {
                    "id": operation["operationId"],
                    "method": method.upper(),
                    "path": path,
                    "summary": operation["summary"],
                    "description": operation.get("description", ""),
                    "scope": operation["security"][0][SCHEME][0],
                    "parameters": [
                        {**parameter, "kind": kind(parameter["schema"])}
                        for parameter in operation.get("parameters", [])
                    ],
                    "body": next(iter(_bodies(operation.get("requestBody", {}))), ""),
                    "responses": [
                        {
                            "status": status,
                            "description": answer["description"],
                            "body": next(iter(_bodies(answer)), ""),
                        }
                        for status, answer in operation["responses"].items()
                    ],
                }
            )
    return found


def _bodies(holder: dict[str, Any]) -> Iterator[str]:
    for content in holder.get("content", {}).values():
        yield kind(content.get("schema", {}))


def _schemas(api: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "description": schema.get("description", ""),
            "members": [
                {
                    "name": member,
                    "kind": kind(described),
                    "description": described.get("description", ""),
                    "required": member in schema.get("required", []),
                }
                for member, described in schema.get("properties", {}).items()
            ],
        }
        for name, schema in sorted(api["components"]["schemas"].items())
    ]


def prose(text: str) -> Markup:
    """Escaped text, with what stands in backticks as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704  # escaped just here


def kind(schema: dict[str, Any]) -> str:
    """A JSON schema in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(kind(option) for option in schema["anyOf"])
    if "const" in schema:
        return str(schema["const"])
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"list of {kind(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type", "anything"))
