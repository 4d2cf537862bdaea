"""What strangers send comes out as plain pixels or not at all."""

import io
import struct
import zipfile
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from server.platform.images import FileTooLarge, NotAnImage, develop
from tests.platform.pictures import HEIC, SECRET, exif, photo, png_of

SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
HTML = b"<!doctype html><script>alert(1)</script>"


def opened(webp):
    image = Image.open(io.BytesIO(webp))
    image.load()
    return image


def corner(webp, x, y):
    image = opened(webp).convert("RGB")
    red, _, blue = image.getpixel((int(x * (image.width - 1)), int(y * (image.height - 1))))
    return "red" if red > blue else "blue"


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_photo_becomes_webp_in_two_sizes(form):
    picture = develop(photo((2000, 1000), form))
    full, thumb = opened(picture.full), opened(picture.thumb)
    assert (full.format, full.size, thumb.format, thumb.size) == ("WEBP", (1600, 800), "WEBP", (320, 160))
    assert (picture.width, picture.height) == (1600, 800)
    assert (corner(picture.full, 0, 0), corner(picture.full, 1, 1)) == ("red", "blue")


def test_an_iphones_photo_is_read():
    picture = develop(HEIC)
    assert (picture.width, picture.height) == (96, 64)
    assert (corner(picture.full, 0, 0), corner(picture.full, 1, 1)) == ("red", "blue")
    assert picture.taken_at == datetime(2026, 3, 2, 0, 55, tzinfo=UTC)


def test_a_photo_that_crashes_its_decoder_is_refused_and_harms_nobody():
    """One byte that is no UTF-8 in an item's type is enough for pi-heif 1.4."""
    with pytest.raises(NotAnImage):
        develop(HEIC.replace(b"\0Exif\0", b"\0E\x80if\0", 1))


def test_a_small_photo_is_not_blown_up():
    picture = develop(photo((40, 30)))
    assert (opened(picture.full).size, opened(picture.thumb).size) == ((40, 30), (40, 30))


@pytest.mark.parametrize(
    ("orientation", "red_corner"), [(1, (0, 0)), (3, (1, 1)), (6, (0, 0)), (8, (1, 1)), (2, (1, 0))]
)
def test_it_is_turned_upright(orientation, red_corner):
    picture = develop(photo((400, 200), exif=exif(orientation=orientation)))
    upright = (200, 400) if orientation in (6, 8) else (400, 200)
    assert (picture.width, picture.height) == upright
    assert corner(picture.full, *red_corner) == "red"


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_no_metadata_comes_out(form):
    profile = b"ICC of " + SECRET
    raw = photo((400, 200), form, exif=exif(), icc_profile=profile, comment=SECRET)
    assert SECRET in raw
    picture = develop(raw)
    for webp in (picture.full, picture.thumb):
        assert SECRET not in webp and b"EXIF" not in webp and b"ICCP" not in webp and b"XMP " not in webp
        image = opened(webp)
        assert len(image.getexif()) == 0 and not set(image.info) & {"exif", "xmp", "icc_profile"}


def test_what_hides_behind_the_picture_is_cut_off():
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("evil.php", "<?php system($_GET[0]);")
    for tail in (archive.getvalue(), HTML, PDF):
        picture = develop(photo((400, 200)) + tail)
        assert tail not in picture.full and b"script" not in picture.full and b"PK" not in picture.full[-99:]


@pytest.mark.parametrize(
    "raw",
    [
        SVG, PDF, HTML, b"", b"\0" * 100, b"GIF89a" + HTML, b"\xff\xd8\xff", b"RIFF\0\0\0\0WEBP",
        HTML + photo(), PDF + photo(), photo(form="GIF"), photo(form="BMP"), photo(form="TIFF"),
        photo(form="PDF"), photo(form="AVIF"), photo((64, 64), "ICO"), photo(form="PPM"), photo()[:3000],
        photo(form="PNG")[:-40], photo(form="WEBP")[:-100], photo()[:200] + b"\0" * 2000,
        HEIC[:-100], HEIC[:400], HEIC[:32], png_of(0, 0), png_of(10, 10), png_of(10, 10, b"not deflated"),
    ],
    ids=lambda raw: f"{len(raw)}-{raw[:8]!r}",
)  # fmt: skip
def test_what_is_no_whole_photo_is_refused(raw):
    with pytest.raises(NotAnImage):
        develop(raw)


@pytest.mark.parametrize("size", [(10_000, 5_001), (50_000, 50_000), (2**31 - 1, 2**31 - 1), (1, 50_000_001)])
def test_a_pixel_flood_is_refused_by_its_header(size):
    with pytest.raises(FileTooLarge) as refusal:
        develop(png_of(*size))
    assert refusal.value.params == {"limitMb": 15, "limitMegapixels": 50}


def test_a_pixel_flood_in_heic_is_refused():
    size = HEIC.index(b"ispe") + 8
    with pytest.raises(FileTooLarge):
        develop(HEIC[:size] + struct.pack(">II", 10_000, 10_000) + HEIC[size + 8 :])


def test_a_bomb_that_unfolds_is_refused():
    bomb = photo((20_000, 20_000), "PNG", mode="1")
    assert len(bomb) < 100_000
    with pytest.raises(FileTooLarge):
        develop(bomb)


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "CMYK", "1", "I;16"])
def test_every_way_of_writing_pixels_becomes_plain_colour(mode):
    form = "JPEG" if mode == "CMYK" else "PNG"
    raw = photo((60, 40), form, mode) if mode not in ("LA", "I;16") else _grey(mode)
    assert opened(develop(raw).full).mode == "RGB"


def _grey(mode):
    out = io.BytesIO()
    Image.new(mode, (60, 40)).save(out, "PNG")
    return out.getvalue()


def test_what_was_transparent_becomes_white():
    out = io.BytesIO()
    Image.new("RGBA", (60, 40), (255, 0, 0, 0)).save(out, "PNG")
    assert opened(develop(out.getvalue()).full).getpixel((30, 20)) == (255, 255, 255)


def test_the_first_frame_of_a_moving_picture_stands():
    frames = [Image.new("RGB", (60, 40), colour) for colour in ("red", "blue", "red")]
    out = io.BytesIO()
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:])
    full = opened(develop(out.getvalue()).full)
    assert getattr(full, "n_frames", 1) == 1 and full.size == (60, 40)


def test_the_cameras_claim_is_read():
    picture = develop(photo(exif=exif()))
    assert picture.taken_at == datetime(2026, 3, 2, 0, 55, tzinfo=UTC)  # local time in the district
    assert picture.taken is not None
    assert (round(picture.taken.lon, 5), round(picture.taken.lat, 5)) == (113.237, 23.117)


def test_an_offset_is_believed():
    assert develop(photo(exif=exif(offset="+09:00"))).taken_at == datetime(2026, 3, 1, 23, 55, tzinfo=UTC)


def test_south_and_west_are_negative():
    gps = {1: "S", 2: (1.0, 30.0, 0.0), 3: "W", 4: (2.0, 0.0, 36.0)}
    taken = develop(photo(exif=exif(gps=gps))).taken
    assert taken is not None and (taken.lon, taken.lat) == (-2.01, -1.5)


@pytest.mark.parametrize(
    "taken",
    [
        "",
        "yesterday",
        "0000:00:00 00:00:00",
        "2026:13:01 00:00:00",
        "0001:01:01 00:00:00",
        "9999:12:31 23:59:59",
        None,
    ],
)
def test_a_camera_that_does_not_know_the_time_claims_none(taken):
    assert develop(photo(exif=exif(taken=taken))).taken_at is None


@pytest.mark.parametrize("offset", ["", "somewhere", "+99:99"])
def test_a_broken_offset_is_no_claim(offset):
    assert develop(photo(exif=exif(offset=offset))).taken_at is None


@pytest.mark.parametrize(
    "gps",
    [
        {1: "N", 2: (91.0, 0.0, 0.0), 3: "E", 4: (113.0, 0.0, 0.0)}, {1: "N", 2: (23.0, 0.0, 0.0)},
        {2: (23.0,), 4: (113.0,)},
    ],
)  # fmt: skip
def test_a_camera_that_does_not_know_the_place_claims_none(gps):
    assert develop(photo(exif=exif(gps=gps))).taken is None


SAMPLES = [photo((32, 24), form, exif=exif()) for form in ("JPEG", "PNG", "WEBP")]


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")  # Pillow's remarks on what it skips
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_damaged_photos_are_read_or_refused_and_nothing_else(data):
    raw = bytearray(data.draw(st.sampled_from(SAMPLES)))
    for _ in range(data.draw(st.integers(1, 8))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        picture = develop(bytes(raw))
    except (NotAnImage, FileTooLarge):
        return
    assert opened(picture.full).format == "WEBP" and SECRET[:5] not in picture.full
