"""What is kept about each kind of base data (domain A6): a row per field tells forms, masks and checks."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from server.identity.posts import DataClass


class BaseKind(StrEnum):
    """房屋 (a building and its rooms), 人口, 单位, 设施."""

    BUILDING = "building"
    ROOM = "room"
    RESIDENT = "resident"
    ORGANISATION = "organisation"
    FACILITY = "facility"


class BaseFieldName(StrEnum):
    """One fact of a record."""

    NAME = "name"
    ADDRESS = "address"
    ADDRESS_CODE = "address_code"
    BUILDING_CODE = "building_code"
    STOREYS = "storeys"
    USE = "use"
    OWNER = "owner"
    OWNER_PHONE = "owner_phone"
    LESSOR = "lessor"
    TENANTS = "tenants"
    FIRE_EQUIPMENT = "fire_equipment"
    SAFETY_GRADE = "safety_grade"
    SEX = "sex"
    BORN_ON = "born_on"
    ID_TYPE = "id_type"
    ID_NUMBER = "id_number"
    PHONE = "phone"
    RELATION = "relation"
    STAY_REASON = "stay_reason"
    EMPLOYER = "employer"
    CHECKED_IN_ON = "checked_in_on"
    CHECKED_OUT_ON = "checked_out_on"
    USCC = "uscc"
    LEGAL_REP = "legal_rep"
    SORT = "sort"
    INDUSTRY = "industry"
    SAFETY_PERSON = "safety_person"
    STAFF = "staff"
    KEY_PLACE = "key_place"
    IDENTIFIER = "identifier"
    STATE = "state"
    OWNER_UNIT = "owner_unit"
    KEEPER_UNIT = "keeper_unit"
    REMARK = "remark"


class BaseForm(StrEnum):
    """How a fact is written."""

    LINE = "line"
    PHONE = "phone"
    ID_NUMBER = "id_number"
    DATE = "date"
    NUMBER = "number"
    USCC = "uscc"
    IDENTIFIER = "identifier"
    CHOICE = "choice"


class BaseGroup(StrEnum):
    """The short groups of a form."""

    WHAT = "what"
    PERSON = "person"
    STAY = "stay"
    SAFETY = "safety"
    CARE = "care"


class BaseSource(StrEnum):
    """Where what is written was learnt."""

    VISIT = "visit"  # 上门走访
    DECLARED = "declared"  # 本人申报
    DEPARTMENT = "department"  # 部门核实
    INSPECTION = "inspection"  # 行政检查


class BaseVerb(StrEnum):
    """What was done to a record."""

    CREATE = "create"
    EDIT = "edit"
    VERIFY = "verify"
    MOVE = "move"
    LOCATE = "locate"  # 定位: put on the map
    END = "end"


class EndReason(StrEnum):
    """Why a record is no longer about anything: it is kept, and says so."""

    MOVED_AWAY = "moved_away"
    GONE = "gone"
    DEMOLISHED = "demolished"
    CLOSED_DOWN = "closed_down"
    REMOVED = "removed"
    MISTAKE = "mistake"
    SAME_AS_ANOTHER = "same_as_another"


@dataclass(frozen=True, slots=True)
class Spec:
    """One row: `data` says how personal it is, which decides where it is kept and who reads it whole."""

    name: BaseFieldName
    group: BaseGroup
    form: BaseForm = BaseForm.LINE
    data: DataClass = DataClass.INTERNAL
    required: bool = False
    choices: tuple[str, ...] = ()
    limit: int = 100

    @property
    def personal(self) -> bool:
        """Kept sealed."""
        return self.data >= DataClass.PERSONAL


_F, _G, _W = BaseFieldName, BaseGroup, BaseForm
_PERSONAL, _SENSITIVE = DataClass.PERSONAL, DataClass.SENSITIVE
_REMARK = Spec(_F.REMARK, _G.WHAT, limit=500)

FIELDS: Mapping[BaseKind, tuple[Spec, ...]] = {
    BaseKind.BUILDING: (
        Spec(_F.ADDRESS, _G.WHAT, required=True, limit=200),
        Spec(_F.BUILDING_CODE, _G.WHAT, required=True, limit=32),
        Spec(_F.STOREYS, _G.WHAT, _W.NUMBER),
        Spec(_F.SAFETY_GRADE, _G.SAFETY, _W.CHOICE, choices=("a", "b", "c", "d")),
        _REMARK,
    ),
    BaseKind.ROOM: (
        Spec(_F.ADDRESS, _G.WHAT, required=True, limit=200),
        Spec(_F.ADDRESS_CODE, _G.WHAT, limit=32),
        Spec(_F.USE, _G.WHAT, _W.CHOICE, choices=("own", "let", "empty", "business")),
        Spec(_F.OWNER, _G.PERSON, data=_PERSONAL),
        Spec(_F.OWNER_PHONE, _G.PERSON, _W.PHONE, _PERSONAL),
        Spec(_F.LESSOR, _G.PERSON, data=_PERSONAL),
        Spec(_F.TENANTS, _G.STAY, _W.NUMBER),
        Spec(_F.FIRE_EQUIPMENT, _G.SAFETY, _W.CHOICE, choices=("complete", "short", "none")),
        Spec(_F.SAFETY_GRADE, _G.SAFETY, _W.CHOICE, choices=("a", "b", "c", "d")),
        _REMARK,
    ),
    BaseKind.RESIDENT: (
        Spec(_F.NAME, _G.PERSON, data=_PERSONAL, required=True),
        Spec(_F.PHONE, _G.PERSON, _W.PHONE, _PERSONAL),
        Spec(_F.SEX, _G.PERSON, _W.CHOICE, _PERSONAL, choices=("female", "male", "unknown")),
        Spec(_F.BORN_ON, _G.PERSON, _W.DATE, _SENSITIVE),
        Spec(_F.ID_TYPE, _G.PERSON, _W.CHOICE,
             choices=("resident_id", "hk_macao", "taiwan", "foreign", "passport")),
        Spec(_F.ID_NUMBER, _G.PERSON, _W.ID_NUMBER, _SENSITIVE),
        Spec(_F.RELATION, _G.STAY, _W.CHOICE,
             choices=("head", "spouse", "child", "parent", "relative", "tenant", "other")),
        Spec(_F.STAY_REASON, _G.STAY, _W.CHOICE,
             choices=("household", "work", "study", "business", "family", "medical", "other")),
        Spec(_F.EMPLOYER, _G.STAY, data=_PERSONAL),
        Spec(_F.CHECKED_IN_ON, _G.STAY, _W.DATE),
        Spec(_F.CHECKED_OUT_ON, _G.STAY, _W.DATE),
    ),
    BaseKind.ORGANISATION: (
        Spec(_F.NAME, _G.WHAT, required=True),
        Spec(_F.USCC, _G.WHAT, _W.USCC),
        Spec(_F.SORT, _G.WHAT, _W.CHOICE,
             choices=("company", "household_business", "institution", "association")),
        Spec(_F.INDUSTRY, _G.WHAT),
        Spec(_F.LEGAL_REP, _G.PERSON, data=_PERSONAL),
        Spec(_F.PHONE, _G.PERSON, _W.PHONE, _PERSONAL),
        Spec(_F.SAFETY_PERSON, _G.SAFETY, data=_PERSONAL),
        Spec(_F.STAFF, _G.SAFETY, _W.NUMBER),
        Spec(_F.KEY_PLACE, _G.SAFETY, _W.CHOICE,
             choices=("none", "shop", "catering", "lodging", "entertainment", "internet", "school", "clinic",
                      "workshop")),
        _REMARK,
    ),
    BaseKind.FACILITY: (
        Spec(_F.NAME, _G.WHAT, required=True, limit=30),
        Spec(_F.IDENTIFIER, _G.WHAT, _W.IDENTIFIER, required=True),
        Spec(_F.ADDRESS, _G.WHAT, limit=200),
        Spec(_F.STATE, _G.CARE, _W.CHOICE, required=True,
             choices=("intact", "damaged", "lost", "abandoned", "removed")),
        Spec(_F.OWNER_UNIT, _G.CARE),
        Spec(_F.KEEPER_UNIT, _G.CARE),
        _REMARK,
    ),
}  # fmt: skip

PARENTS: Mapping[BaseKind, frozenset[BaseKind]] = {  # what a record of a kind stands in
    BaseKind.ROOM: frozenset({BaseKind.BUILDING}),
    BaseKind.RESIDENT: frozenset({BaseKind.ROOM}),
    BaseKind.ORGANISATION: frozenset({BaseKind.ROOM, BaseKind.BUILDING}),
}

ENDS: Mapping[BaseKind, tuple[EndReason, ...]] = {
    BaseKind.BUILDING: (EndReason.DEMOLISHED, EndReason.MISTAKE),
    BaseKind.ROOM: (EndReason.DEMOLISHED, EndReason.MISTAKE),
    BaseKind.RESIDENT: (EndReason.MOVED_AWAY, EndReason.GONE, EndReason.MISTAKE),
    BaseKind.ORGANISATION: (EndReason.CLOSED_DOWN, EndReason.MOVED_AWAY, EndReason.MISTAKE),
    BaseKind.FACILITY: (EndReason.REMOVED, EndReason.MISTAKE),
}


def spec(kind: BaseKind, name: BaseFieldName) -> Spec | None:
    """The row of a field, or None where the kind has no such fact."""
    return next((row for row in FIELDS[kind] if row.name is name), None)
