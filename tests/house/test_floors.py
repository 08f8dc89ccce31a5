"""Each floor imports only downward, and each line of code stays in its room."""

import os
import subprocess
import sys

from tests.house.source import ROOT, calls, imports, modules, named

WEB_FRAMEWORKS = {"fastapi", "starlette", "uvicorn"}
SQL = {"sqlalchemy", "asyncpg", "aiosqlite", "sqlite3"}


def test_floors_import_only_downward() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_import_of_the_house_is_deferred() -> None:
    """A deferred import papers over a circle, and hides a dependency from whoever reads the top of the file."""
    found = [
        named(path, each.line)
        for path in modules("idp")
        for each in imports(path)
        if each.deferred and each.name.split(".")[0] == "idp"
    ]
    assert found == []


def test_only_doors_know_the_web() -> None:
    rooms = {path for path in modules("idp") if not {"web", "commands"} & set(path.parts) and path.stem != "app"}
    found = [
        named(path, each.line) for path in rooms for each in imports(path) if each.name.split(".")[0] in WEB_FRAMEWORKS
    ]
    assert found == []


def test_doors_and_pure_rooms_hold_no_sql() -> None:
    rooms = modules("idp/web", "idp/flows", "idp/theme", "idp/base", "idp/provider.py")
    found = [
        named(path, each.line)
        for path in rooms
        for each in imports(path)
        if each.name.split(".")[0] in SQL or each.name.startswith("idp.store.tables")
    ]
    assert found == []


def test_only_flows_and_jobs_open_transactions() -> None:
    rooms = modules("idp/web", "idp/accounts", "idp/clients", "idp/keys", "idp/grants", "idp/sessions", "idp/theme")
    assert [named(path, line) for path in rooms for line in calls(path, "transaction")] == []


def test_nobody_commits_by_hand() -> None:
    """The transaction's own context manager commits, at one edge."""
    allowed = {ROOT / "idp/store/database.py", ROOT / "idp/store/schema.py"}
    assert [named(path, line) for path in modules("idp") if path not in allowed for line in calls(path, "commit")] == []
