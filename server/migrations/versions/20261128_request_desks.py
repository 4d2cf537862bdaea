"""requests: desks of their own, return visits, whom a complaint is about

Revision ID: 2e104f2b6598
Revises: b440319e1733
"""

import sqlalchemy as sa
from alembic import op

revision: str = "2e104f2b6598"
down_revision: str | None = "b440319e1733"
branch_labels: str | None = None
depends_on: str | None = None

OPEN = sa.text("state NOT IN ('closed', 'merged', 'rejected', 'voided')")
ALONE = sa.text("order_id = ''")
WORDS = ("filed_by", "against", "against_text", "address", "unit_id", "handler_id", "returned_by", "reply",
         "reply_source", "answer_id", "replied_by", "confirmed_by", "verdict", "outcome", "reason",
         "refer_to")  # fmt: skip
FLAGS = ("overdue", "extended", "impossible", "published")
TIMES = ("due_at", "assigned_at", "contacted_at", "leader_asked_at", "answered_at")
DESK = ["state", "area", "overdue", "lon", "danger", "reported_at", "promised_at", "bundled_due_at",
        "return_times", "unsolved_times"]  # fmt: skip
UNIT = ["unit_id", "state", "due_at", "supervised", "rework_times", "reopen_times"]


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "request_contact",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("reached", sa.Boolean(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("request_contact", schema=None) as batch_op:
        batch_op.create_index("request_contact_of", ["subject_id", "at"], unique=False)

    op.create_table(
        "return_visit",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("no", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("against", sa.String(), nullable=False),
        sa.Column("unit_id", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("done_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("return_visit", schema=None) as batch_op:
        batch_op.create_index("return_visit_desk", ["state", "area", "due_at"], unique=False)
    with op.batch_alter_table("citizen_request", schema=None) as batch_op:
        for name in WORDS:
            batch_op.add_column(sa.Column(name, sa.String(), nullable=False, server_default=""))
        for name in FLAGS:
            batch_op.add_column(sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
        for name in TIMES:
            batch_op.add_column(sa.Column(name, sa.DateTime(timezone=True), nullable=True))
        for name in ("lon", "lat"):
            batch_op.add_column(sa.Column(name, sa.Float(), nullable=True))
        batch_op.add_column(sa.Column("accuracy_m", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("return_times", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("plan_on", sa.Date(), nullable=True))
        batch_op.create_index(
            "citizen_request_desk", ["state", "area", "unit_id"], sqlite_where=ALONE, postgresql_where=ALONE
        )
    op.execute("UPDATE citizen_request SET outcome = 'rated' WHERE state = 'closed'")
    with op.batch_alter_table("work_order", schema=None) as batch_op:
        batch_op.add_column(sa.Column("against", sa.String(), nullable=False, server_default=""))
    indexes(["against"])


def downgrade() -> None:
    """Undo."""
    indexes([])
    with op.batch_alter_table("work_order", schema=None) as batch_op:
        batch_op.drop_column("against")
    with op.batch_alter_table("citizen_request", schema=None) as batch_op:
        batch_op.drop_index("citizen_request_desk", sqlite_where=ALONE, postgresql_where=ALONE)
        more = ("lon", "lat", "accuracy_m", "return_times", "plan_on")
        for name in (*WORDS, *FLAGS, *TIMES, *more):
            batch_op.drop_column(name)
    op.drop_table("return_visit")
    op.drop_table("request_contact")


def indexes(last: list[str]) -> None:
    """What the lists are read by holds whom a case complains about, so that they need nothing else."""
    with op.batch_alter_table("work_order", schema=None) as batch_op:
        for name in ("area", "unit", "reported", "open_desk", "open_unit"):
            batch_op.drop_index(f"work_order_{name}")
        batch_op.create_index("work_order_area", ["area", "reported_at", "id", *last])
        batch_op.create_index("work_order_unit", ["unit_id", "reported_at", "id", *last])
        batch_op.create_index("work_order_reported", ["reported_at", "id", "area", *last])
        for name, columns in (("desk", DESK), ("unit", UNIT)):
            batch_op.create_index(
                f"work_order_open_{name}", [*columns, *last], sqlite_where=OPEN, postgresql_where=OPEN
            )
