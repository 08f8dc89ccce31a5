"""A passkey that began a session which its owner disowned"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("passkeys", sa.Column("suspended_at", sa.BigInteger()))


def downgrade() -> None:
    op.drop_column("passkeys", "suspended_at")
