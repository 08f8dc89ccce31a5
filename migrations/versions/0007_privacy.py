"""Consent with history and withheld claims, the last release of a grant, requests about one's own data, sealed copies"""

import sqlalchemy as sa
from alembic import op

from idp.store.tables import Id, Json

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("accounts", sa.Column("restricted_at", sa.BigInteger(), nullable=True))
    op.add_column("grants", sa.Column("withheld", Json(), nullable=True))
    op.add_column("grants", sa.Column("read_at", sa.BigInteger(), nullable=True))
    op.add_column("consents", sa.Column("withheld", Json(), nullable=True))
    op.add_column("consents", sa.Column("purpose_version", sa.String(length=32), nullable=True))
    op.add_column("consents", sa.Column("notice_version", sa.String(length=32), nullable=True))
    op.create_table(
        "consent_history",
        sa.Column("id", Id(), nullable=False),
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("client_id", sa.String(length=128), nullable=False),
        sa.Column("event", sa.String(length=12), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("claims", Json(), nullable=False),
        sa.Column("withheld", Json(), nullable=False),
        sa.Column("purpose_version", sa.String(length=32), nullable=False),
        sa.Column("purpose", Json(), nullable=False),
        sa.Column("notice_version", sa.String(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_history")),
    )
    op.create_index(op.f("ix_consent_history_account_id"), "consent_history", ["account_id"])
    op.create_index(op.f("ix_consent_history_at"), "consent_history", ["at"])
    op.create_table(
        "privacy_requests",
        sa.Column("id", Id(), nullable=False),
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("detail_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("outcome_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("ground", sa.String(length=24), nullable=True),
        sa.Column("link_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("runs_at", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_requests")),
    )
    op.create_index(op.f("ix_privacy_requests_account_id"), "privacy_requests", ["account_id"])
    op.create_index("ix_privacy_requests_due", "privacy_requests", ["state", "due_at"])
    op.create_index(
        "uq_privacy_requests_open",
        "privacy_requests",
        ["account_id", "kind"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
        sqlite_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "privacy_exports",
        sa.Column("id", Id(), nullable=False),
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("archive_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], op.f("fk_privacy_exports_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_exports")),
    )
    op.create_index(op.f("ix_privacy_exports_account_id"), "privacy_exports", ["account_id"])
    op.create_index(op.f("ix_privacy_exports_expires_at"), "privacy_exports", ["expires_at"])


def downgrade() -> None:
    for table in ("privacy_exports", "privacy_requests", "consent_history"):
        op.drop_table(table)
    with op.batch_alter_table("consents") as consents:
        for column in ("notice_version", "purpose_version", "withheld"):
            consents.drop_column(column)
    with op.batch_alter_table("grants") as grants:
        for column in ("read_at", "withheld"):
            grants.drop_column(column)
    with op.batch_alter_table("accounts") as accounts:
        accounts.drop_column("restricted_at")
