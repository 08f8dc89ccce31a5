"""When a replaced contact had been proven, and recoveries through a branch that old contacts cannot cancel"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contact_changes", sa.Column("proven_at", sa.BigInteger()))
    op.add_column("assisted_recoveries", sa.Column("override_asked_by", sa.Text()))
    op.add_column("assisted_recoveries", sa.Column("override_reason", sa.Text()))
    op.add_column("assisted_recoveries", sa.Column("overridden", sa.Boolean()))


def downgrade() -> None:
    op.drop_column("assisted_recoveries", "overridden")
    op.drop_column("assisted_recoveries", "override_reason")
    op.drop_column("assisted_recoveries", "override_asked_by")
    op.drop_column("contact_changes", "proven_at")
