"""orders: parts, pairs, masters

Revision ID: 2d8f98360e29
Revises: 5c1b7a90d2e4
"""

import sqlalchemy as sa
from alembic import op

revision: str = "2d8f98360e29"
down_revision: str | None = "5c1b7a90d2e4"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "order_pair",
        sa.Column("low_id", sa.String(), nullable=False),
        sa.Column("high_id", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("actor_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("low_id", "high_id"),
    )
    with op.batch_alter_table("order_pair", schema=None) as batch_op:
        batch_op.create_index("order_pair_high", ["high_id"], unique=False)

    with op.batch_alter_table("work_order", schema=None) as batch_op:
        batch_op.add_column(sa.Column("parent_id", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("parts", sa.Integer(), nullable=False, server_default="0"))
        batch_op.create_index(
            "work_order_master",
            ["merged_into"],
            unique=False,
            sqlite_where=sa.text("merged_into <> ''"),
            postgresql_where=sa.text("merged_into <> ''"),
        )
        batch_op.create_index(
            "work_order_parent",
            ["parent_id"],
            unique=False,
            sqlite_where=sa.text("parent_id <> ''"),
            postgresql_where=sa.text("parent_id <> ''"),
        )


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("work_order", schema=None) as batch_op:
        batch_op.drop_index(
            "work_order_parent",
            sqlite_where=sa.text("parent_id <> ''"),
            postgresql_where=sa.text("parent_id <> ''"),
        )
        batch_op.drop_index(
            "work_order_master",
            sqlite_where=sa.text("merged_into <> ''"),
            postgresql_where=sa.text("merged_into <> ''"),
        )
        batch_op.drop_column("parts")
        batch_op.drop_column("parent_id")

    with op.batch_alter_table("order_pair", schema=None) as batch_op:
        batch_op.drop_index("order_pair_high")

    op.drop_table("order_pair")
