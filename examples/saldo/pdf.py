"""A table of text as a PDF (ISO 32000-1), by hand: pages of A4, the Courier that every reader has, nothing else."""

LINES = 56  # on a page
_WIDTH, _HEIGHT = 595, 842  # A4 in points


def pdf(title: str, lines: list[str]) -> bytes:
    """A document with `title` on every page. What Courier cannot write becomes a question mark."""
    pages = [lines[start : start + LINES] for start in range(0, len(lines), LINES)] or [[]]
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /Lang (id) >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode("ascii"),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>",
    ]
    for number, page in enumerate(pages, 1):
        content = _content(f"{title}  ({number}/{len(pages)})", page)
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {_WIDTH} {_HEIGHT}] /Contents {4 + 2 * number - 1} 0 R "
            "/Resources << /Font << /F 3 0 R >> >> >>".encode("ascii")
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    return _file(objects)


def _content(heading: str, lines: list[str]) -> bytes:
    shown = [f"BT /F 13 Tf 48 790 Td ({_text(heading)}) Tj ET", "BT /F 9 Tf 48 764 Td 12.5 TL"]
    shown += [f"({_text(line)}) Tj T*" for line in lines]
    return "\n".join([*shown, "ET"]).encode("cp1252", "replace")


def _text(text: str) -> str:
    """Within the parentheses of a PDF string."""
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def _file(objects: list[bytes]) -> bytes:
    """Header, objects, and the table that says where each begins (section 7.5)."""
    out, places = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return bytes(
        out
    ) + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        size,
        table,
        size,
        len(out),
    )
