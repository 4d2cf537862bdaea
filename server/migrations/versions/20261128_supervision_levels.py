"""supervision: levels, plans, praise

Revision ID: 22f2d08fd15d
Revises: b7e7a58aec91
"""

import sqlalchemy as sa
from alembic import op

revision: str = "22f2d08fd15d"
down_revision: str | None = "b7e7a58aec91"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("supervision", schema=None) as batch_op:
        batch_op.add_column(sa.Column("level", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("target_state", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("plan_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("asked_times", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("praised_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("work_order", schema=None) as batch_op:
        batch_op.add_column(sa.Column("supervise_due_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("supervise_red_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("work_order", schema=None) as batch_op:
        batch_op.drop_column("supervise_red_at")
        batch_op.drop_column("supervise_due_at")

    with op.batch_alter_table("supervision", schema=None) as batch_op:
        batch_op.drop_column("praised_at")
        batch_op.drop_column("asked_times")
        batch_op.drop_column("plan_on")
        batch_op.drop_column("target_state")
        batch_op.drop_column("level")
