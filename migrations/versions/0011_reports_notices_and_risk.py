"""Reports and notices, the account's own view of its audit trail, and what a sign-in was like"""

import sqlalchemy as sa
from alembic import op

from idp.store.tables import Id, Json

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reports",
        sa.Column("id", Id(), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("about", Id(), nullable=True),
        sa.Column("account_id", Id(), nullable=True),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("contact_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("network", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], op.f("fk_reports_account_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        sa.UniqueConstraint("reference", name=op.f("uq_reports_reference")),
        sa.UniqueConstraint("about", name=op.f("uq_reports_about")),
    )
    op.create_index(op.f("ix_reports_account_id"), "reports", ["account_id"])
    op.create_table(
        "notices",
        sa.Column("id", Id(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("texts", Json(), nullable=False),
        sa.Column("published_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("shown_from", sa.BigInteger(), nullable=False),
        sa.Column("shown_until", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_index(op.f("ix_notices_shown_until"), "notices", ["shown_until"])
    op.execute("INSERT INTO changes (noun, version) VALUES ('notices', 0)")
    op.add_column("accounts", sa.Column("reset_required_at", sa.BigInteger()))
    op.add_column("known_devices", sa.Column("user_agent", sa.Text()))
    op.add_column("known_devices", sa.Column("network", sa.Text()))
    op.add_column("known_devices", sa.Column("country", sa.String(length=2)))
    op.add_column("sessions", sa.Column("risk", sa.Text()))
    op.add_column("sessions", sa.Column("held_at", sa.BigInteger()))
    op.add_column("sessions", sa.Column("alert_at", sa.BigInteger()))
    waiting = sa.text("alert_at IS NOT NULL")
    op.create_index("ix_sessions_alert_at", "sessions", ["alert_at"], postgresql_where=waiting, sqlite_where=waiting)
    # The wider index answers whatever the narrow one did.
    op.create_index("ix_audit_account_id_id", "audit", ["account_id", "id"])
    op.drop_index(op.f("ix_audit_account_id"), "audit")


def downgrade() -> None:
    op.create_index(op.f("ix_audit_account_id"), "audit", ["account_id"])
    op.drop_index("ix_audit_account_id_id", "audit")
    op.drop_index("ix_sessions_alert_at", "sessions")
    for table, columns in (
        ("sessions", ("alert_at", "held_at", "risk")),
        ("known_devices", ("country", "network", "user_agent")),
        ("accounts", ("reset_required_at",)),
    ):
        with op.batch_alter_table(table) as altered:
            for column in columns:
                altered.drop_column(column)
    op.execute("DELETE FROM changes WHERE noun = 'notices'")
    op.drop_table("notices")
    op.drop_table("reports")
