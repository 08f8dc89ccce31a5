"""Passkeys, recovery codes, memberships, and how an identity was verified"""

import sqlalchemy as sa
from alembic import op

from idp.store.tables import Id, Json

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in (
        sa.Column("identity_method", sa.String(length=16)),
        sa.Column("identity_verified_at", sa.BigInteger()),
        sa.Column("category", sa.String(length=8)),
        sa.Column("terms_version", sa.String(length=32)),
        sa.Column("terms_accepted_at", sa.BigInteger()),
    ):
        op.add_column("accounts", column)
    op.create_table(
        "passkeys",
        sa.Column("id", Id(), nullable=False),
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("backed_up", sa.Boolean(), nullable=False),
        sa.Column("transports", Json(), nullable=False),
        sa.Column("aaguid", sa.String(length=36), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], op.f("fk_passkeys_account_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkeys")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkeys_credential_id")),
    )
    op.create_index(op.f("ix_passkeys_account_id"), "passkeys", ["account_id"])
    op.create_table(
        "recovery_codes",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], op.f("fk_recovery_codes_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "code_hash", name=op.f("pk_recovery_codes")),
    )
    op.create_table(
        "memberships",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("numbers", Json(), nullable=False),
        sa.Column("category", sa.String(length=8), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("employers", Json(), nullable=False),
        sa.Column("verified_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], op.f("fk_memberships_account_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_memberships")),
    )


def downgrade() -> None:
    for table in ("memberships", "recovery_codes", "passkeys"):
        op.drop_table(table)
    with op.batch_alter_table("accounts") as accounts:
        for column in ("terms_accepted_at", "terms_version", "category", "identity_verified_at", "identity_method"):
            accounts.drop_column(column)
