"""What has been paid, in and out: filtered by the participant, shown as a page, or taken home as CSV or PDF."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from examples.saldo.pdf import pdf

KINDS = {"iuran": "Iuran", "klaim": "Klaim"}
Row = dict[str, Any]


def chosen(rows: Sequence[Row], year: str) -> list[Row]:
    """The rows of a year; all of them unless it is one that they have."""
    return [row for row in rows if row["day"].startswith(year)] if year in years(rows) else list(rows)


def years(rows: Sequence[Row]) -> list[str]:
    return sorted({str(row["day"])[:4] for row in rows}, reverse=True)


def as_csv(rows: Sequence[Row]) -> bytes:
    """With a byte order mark, by which spreadsheets know UTF-8."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(["Tanggal", "Jenis", "Program", "Jumlah (rupiah)", "Keterangan"])
    table.writerows([row["day"], KINDS[row["kind"]], row["program"], row["amount"], row["note"]] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def as_pdf(rows: Sequence[Row], kind: str) -> bytes:
    lines = [f"{'Tanggal':<12}{'Program':<10}{'Jumlah':>16}  Keterangan", "-" * 62]
    lines += [f"{row['day']:<12}{row['program']:<10}{rupiah(row['amount']):>16}  {row['note']}" for row in rows]
    lines += ["-" * 62, f"{'Jumlah':<22}{rupiah(sum(row['amount'] for row in rows)):>16}"]
    return pdf(f"Riwayat {KINDS[kind].lower()}", lines)


def rupiah(amount: int) -> str:
    return f"Rp{amount:,}".replace(",", ".")
