from unicodedata import is_normalized

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.kernel.errors import BadInput
from server.kernel.text import BadCharacters, TextRequired, TextTooLong, clean_line, clean_text


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("  路灯不亮\r\n三天了\r  ", "路灯不亮\n三天了"),
        ("e\u0301", "é"),
        ("\u3000 \n", ""),
        ("\u200b\ufeff", ""),
        ("", ""),
        ("👨\u200d👩\u200d👧 全家", "👨\u200d👩\u200d👧 全家"),
        ("第一行\n\t第二行", "第一行\n\t第二行"),
    ],
)
def test_text_is_brought_to_one_form(text, clean):
    assert clean_text(text, field="text", limit=20) == clean


def test_a_line_has_no_breaks():
    assert clean_line(" 恩宁路 \n\t 99号\u3000侧 ", field="address", limit=20) == "恩宁路 99号 侧"


@pytest.mark.parametrize(
    "sign", ["\0", "\x07", "\x1b", "\x1c", "\x7f", "\x85", "\u2028", "\u2029", "\u202e", "\u2066", "\ud800"]
)
@pytest.mark.parametrize("clean", [clean_text, clean_line])
@pytest.mark.parametrize("pattern", ["{}", "路灯{}不亮", "{}路灯"])
def test_characters_that_command_or_deceive_are_refused(clean, sign, pattern):
    with pytest.raises(BadCharacters) as refusal:
        clean(pattern.format(sign), field="text", limit=20)
    assert refusal.value.extensions == {"code": "BAD_CHARACTERS", "params": {}, "field": "text"}


def test_text_may_fill_its_limit_and_not_a_character_more():
    assert clean_text(" " + "灯" * 500 + " ", field="text", limit=500) == "灯" * 500
    with pytest.raises(TextTooLong) as refusal:
        clean_text("灯" * 501, field="text", limit=500)
    assert refusal.value.params == {"limit": 500, "length": 501}
    assert refusal.value.field == "text"


@pytest.mark.parametrize("text", ["", "  \n", "\u200b", "\u3000", "\ufe0f"])
def test_required_text_can_be_seen(text):
    with pytest.raises(TextRequired) as refusal:
        clean_text(text, field="opinion", limit=10, required=True)
    assert refusal.value.field == "opinion"
    assert clean_text("。", field="opinion", limit=10, required=True) == "。"


@given(st.text())
def test_clean_text_is_clean_for_good(text):
    try:
        clean = clean_text(text, field="text", limit=1_000)
    except BadInput:
        return
    assert is_normalized("NFC", clean)
    assert clean == clean.strip()
    assert clean_text(clean, field="text", limit=1_000) == clean
