"""orders: open ones and newest ones have indexes of their own

Revision ID: 83030c6f7ac7
Revises: 7d0c2f5b9a41
"""

import sqlalchemy as sa
from alembic import op

revision: str = "83030c6f7ac7"
down_revision: str | None = "7d0c2f5b9a41"
branch_labels: str | None = None
depends_on: str | None = None

OPEN = sa.text("state NOT IN ('closed', 'merged', 'rejected', 'voided')")


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("work_order", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_work_order_overdue"))
        batch_op.drop_index(batch_op.f("ix_work_order_rated_at"))
        batch_op.drop_index(batch_op.f("work_order_cell"))
        batch_op.drop_index(batch_op.f("work_order_spot"))
        batch_op.drop_index(batch_op.f("work_order_state"))
        batch_op.drop_index(batch_op.f("work_order_reported"))
        batch_op.create_index("work_order_reported", ["reported_at", "id", "area"], unique=False)
        batch_op.drop_index(batch_op.f("work_order_unit"))
        batch_op.create_index("work_order_unit", ["unit_id", "reported_at", "id"], unique=False)
        batch_op.create_index("work_order_area", ["area", "reported_at", "id"], unique=False)
        batch_op.create_index("work_order_matter", ["matter_code", "reported_at", "unit_id"], unique=False)
        batch_op.create_index(
            "work_order_open_desk",
            [
                "state",
                "area",
                "overdue",
                "lon",
                "danger",
                "reported_at",
                "promised_at",
                "bundled_due_at",
                "return_times",
                "unsolved_times",
            ],
            unique=False,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        )
        batch_op.create_index(
            "work_order_open_spot",
            ["spot", "lon", "lat", "confidential", "source", "reporter_id"],
            unique=False,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        )
        batch_op.create_index(
            "work_order_open_unit",
            ["unit_id", "state", "due_at", "supervised", "rework_times", "reopen_times"],
            unique=False,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        )
        batch_op.create_index("work_order_rated", ["rated_at", "area", "satisfied"], unique=False)


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("work_order", schema=None) as batch_op:
        batch_op.drop_index("work_order_rated")
        batch_op.drop_index("work_order_open_unit")
        batch_op.drop_index("work_order_open_spot")
        batch_op.drop_index("work_order_open_desk")
        batch_op.drop_index("work_order_matter")
        batch_op.drop_index("work_order_area")
        batch_op.drop_index("work_order_unit")
        batch_op.create_index(batch_op.f("work_order_unit"), ["unit_id", "state", "due_at"], unique=False)
        batch_op.drop_index("work_order_reported")
        batch_op.create_index(batch_op.f("work_order_reported"), ["reported_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("work_order_state"), ["state", "due_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("work_order_spot"), ["spot"], unique=False)
        batch_op.create_index(batch_op.f("work_order_cell"), ["cell", "reported_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_work_order_rated_at"), ["rated_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_work_order_overdue"), ["overdue"], unique=False)
