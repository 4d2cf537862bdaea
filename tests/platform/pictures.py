"""Pictures as phones take them and as attackers make them."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw
from PIL.ExifTags import IFD, Base

SECRET = b"Canon PowerShot of Zhang San"


def photo(size: tuple[int, int] = (640, 480), form: str = "JPEG", mode: str = "RGB", **save: Any) -> bytes:
    """A red left half and a blue right half, so that one sees which way is up."""
    image = Image.new(mode, size, "blue" if mode != "P" else 0)
    if mode != "P":
        ImageDraw.Draw(image).rectangle((0, 0, size[0] // 2, size[1]), fill="red")
    out = io.BytesIO()
    image.save(out, form, **save)
    return out.getvalue()


def exif(
    *, taken: str | None = "2026:03:02 08:55:00", offset: str | None = None, orientation: int = 1,
    gps: dict[int, Any] | None = None,
) -> Image.Exif:  # fmt: skip
    """Camera metadata."""
    data = Image.Exif()
    data[Base.Make] = SECRET.decode()
    data[Base.Orientation] = orientation
    if taken is not None:
        data.get_ifd(IFD.Exif)[Base.DateTimeOriginal] = taken
    if offset is not None:
        data.get_ifd(IFD.Exif)[Base.OffsetTimeOriginal] = offset
    data.get_ifd(IFD.GPSInfo).update(gps or {1: "N", 2: (23.0, 7.0, 1.2), 3: "E", 4: (113.0, 14.0, 13.2)})
    return data


def png_of(width: int, height: int, body: bytes = b"") -> bytes:
    """A PNG that claims a size, whatever follows."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


HEIC = (Path(__file__).parent / "data" / "photo.heic").read_bytes()  # 96 × 64, with the metadata of `exif`
