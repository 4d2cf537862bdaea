"""supervision, facts: whom a case complains about; same-kind hints leave such cases out

Revision ID: 8f3b1c6d2a70
Revises: 6a0d7c51f3b8
"""

import sqlalchemy as sa
from alembic import op

revision: str = "8f3b1c6d2a70"
down_revision: str | None = "6a0d7c51f3b8"
branch_labels: str | None = None
depends_on: str | None = None
MATTER = ["matter_code", "reported_at", "unit_id"]
OF_ORDER = "(SELECT against FROM work_order WHERE work_order.id = {table}.order_id)"


def upgrade() -> None:
    """Apply."""
    for table in ("supervision", "order_facts"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("against", sa.String(), nullable=False, server_default=""))
        marks = OF_ORDER.format(table=table)
        op.execute(f"UPDATE {table} SET against = COALESCE({marks}, '')")
    with op.batch_alter_table("work_order", schema=None) as batch_op:
        batch_op.drop_index("work_order_matter")
        batch_op.create_index("work_order_matter", [*MATTER, "against"])


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("work_order", schema=None) as batch_op:
        batch_op.drop_index("work_order_matter")
        batch_op.create_index("work_order_matter", MATTER)
    for table in ("supervision", "order_facts"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("against")
