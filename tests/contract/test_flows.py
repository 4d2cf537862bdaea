"""The drawn flows say what the transition tables say."""

from scripts.flows import PAGES, pages


def test_every_drawing_is_the_table_as_it_stands():
    drawn = {file: file.read_text() for file in PAGES.glob("*.md")}
    assert drawn == pages(), "`make docs` draws them anew"
