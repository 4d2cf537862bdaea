"""basedata: where a record stands

Revision ID: cd2a1921710c
Revises: 9e41b7a2d85c
"""

import sqlalchemy as sa
from alembic import op

revision: str = "cd2a1921710c"
down_revision: str | None = "9e41b7a2d85c"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("base_record", schema=None) as batch_op:
        batch_op.add_column(sa.Column("lon", sa.Float(), nullable=True))
        batch_op.add_column(sa.Column("lat", sa.Float(), nullable=True))


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("base_record", schema=None) as batch_op:
        batch_op.drop_column("lat")
        batch_op.drop_column("lon")
