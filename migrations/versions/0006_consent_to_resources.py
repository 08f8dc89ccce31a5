"""Which APIs a person allowed a service to reach in their name"""

import sqlalchemy as sa
from alembic import op

from idp.store.tables import Json

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("consents", sa.Column("resources", Json()))


def downgrade() -> None:
    with op.batch_alter_table("consents") as consents:
        consents.drop_column("resources")
