"""docs/seed-coverage.md names, for each of the 52 things that people come for, a test that is there."""

import re

from tests.house.source import ROOT, modules

ROW = re.compile(r"^\| (\d+) \| .* \| ([^|]*) \|$", re.MULTILINE)


def test_every_row_is_shown_by_a_test_that_exists() -> None:
    written = {
        name
        for path in modules("tests")
        for name in re.findall(r"^(?:async )?def (test_\w+)", path.read_text(), re.MULTILINE)
    }
    rows = {
        int(number): set(re.findall(r"`(test_\w+)`", shown))
        for number, shown in ROW.findall((ROOT / "docs/seed-coverage.md").read_text())
    }
    assert sorted(rows) == list(range(1, 53))
    assert [number for number, shown in rows.items() if not shown] == []
    assert {name for shown in rows.values() for name in shown} - written == set()
