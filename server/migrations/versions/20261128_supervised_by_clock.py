"""supervision: by the system alone

Revision ID: b440319e1733
Revises: 372e2da2cfbd
"""

import sqlalchemy as sa
from alembic import op

revision: str = "b440319e1733"
down_revision: str | None = "372e2da2cfbd"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("work_order", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("supervised_by_clock", sa.Boolean(), nullable=False, server_default=sa.false())
        )


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("work_order", schema=None) as batch_op:
        batch_op.drop_column("supervised_by_clock")
