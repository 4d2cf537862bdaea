import pytest

from server.platform.gazetteer import Entry, Gazetteer

GAZETTEER = Gazetteer(
    [
        Entry("district", ("荔湾区",), ("LW",)),
        Entry("fy", ("荔湾区", "逢源街道"), ("FY",)),
        Entry("fy-north", ("荔湾区", "逢源街道", "逢源北社区"), ("FYB",)),
        Entry("fy-07", ("荔湾区", "逢源街道", "逢源北社区", "第07网格"), ("FY07X2",)),
        Entry("fy-50", ("荔湾区", "逢源街道", "逢源北社区", "第50网格"), ("FY507K",)),
        Entry("sm", ("荔湾区", "沙面街道"), ("SM",)),
        Entry("sm-07", ("荔湾区", "沙面街道", "翠洲社区", "第07网格"), ("SM07KA",)),
        Entry("road", ("荔湾区", "逢源街道", "逢源北社区", "第07网格", "恩宁路"), ("ENL",)),
    ]
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("逢源", ["fy", "fy-north"]),
        ("北社区", ["fy-north"]),
        ("第07网格", ["fy-07", "sm-07"]),
        ("逢源 07", ["fy-07"]),
        ("07 沙面", ["sm-07"]),
        ("fy07x2", ["fy-07"]),
        ("ＦＹ０７", ["fy-07"]),
        ("FY", ["fy", "fy-north", "fy-07", "fy-50"]),
        ("enl", ["road"]),
        ("7X", []),
        ("荔湾区逢源街道恩宁路99号", ["road", "fy", "district"]),
        ("逢源街道第07网格", ["fy-07", "sm-07", "fy"]),
        ("逢源 沙面", []),
        ("没有这个地方", []),
        ("", []),
        (" \u3000", []),
    ],
)
def test_search(text, found):
    assert GAZETTEER.search(text, 20) == found


def test_only_as_many_as_wanted_the_best_first():
    assert GAZETTEER.search("FY", 2) == ["fy", "fy-north"]


def test_only_the_beginning_of_a_long_text_is_read():
    assert GAZETTEER.search("某" * 97 + "恩宁路", 20) == ["road"]
    assert GAZETTEER.search("某" * 98 + "恩宁路", 20) == []
