"""Photos as strangers send them, decoded under limits and written anew: what comes out is only pixels."""

import io
import struct
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from PIL import ExifTags, Image, ImageOps

from server.kernel.calendar import SHANGHAI
from server.kernel.errors import CityError
from server.kernel.geo import BadPosition, Wgs84
from server.platform import heic

FORMATS = ("JPEG", "PNG", "WEBP")
HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
MOST_PIXELS = 50_000_000
MOST_BYTES = 15 * 1024 * 1024
FULL_PX, THUMB_PX = 1600, 320
WEBP_QUALITY = 80
PLAUSIBLE_YEARS = range(2000, 2100)
# what decoders raise over bytes that are not what they seem
BROKEN = (
    OSError, SyntaxError, ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RuntimeError,
    EOFError, MemoryError, struct.error,
)  # fmt: skip


class NotAnImage(CityError):
    """Not a JPEG, PNG, WebP or HEIC photo, or a damaged one."""

    code = "NOT_AN_IMAGE"


class FileTooLarge(CityError):
    """More than `limitMb` megabytes or `limitMegapixels` million pixels."""

    code = "FILE_TOO_LARGE"

    def __init__(self) -> None:
        super().__init__(limitMb=MOST_BYTES // 1024**2, limitMegapixels=MOST_PIXELS // 10**6)


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo written anew as WebP, without metadata, and what its metadata claimed."""

    full: bytes
    thumb: bytes
    width: int
    height: int
    taken_at: datetime | None
    taken: Wgs84 | None


def develop(raw: bytes) -> Picture:
    """Turn upright, shrink to 1600 and 320 px, strip. Up to seconds of work: run it in a thread.

    Raises NotAnImage or FileTooLarge.
    """
    if raw[4:8] == b"ftyp" and raw[8:12] in HEIC_BRANDS:
        raw = _translated(raw)
    try:
        with Image.open(io.BytesIO(raw), formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:  # known from the header, before any pixel is
                raise FileTooLarge
            image.draft("RGB", (FULL_PX, FULL_PX))  # JPEG: decode small in the first place
            image.load()
            taken_at, taken = _claims(image)
            full = _flat(ImageOps.exif_transpose(image))
            full.thumbnail((FULL_PX, FULL_PX), Image.Resampling.LANCZOS)
            thumb = full.copy()
            thumb.thumbnail((THUMB_PX, THUMB_PX), Image.Resampling.LANCZOS)
            return Picture(_webp(full), _webp(thumb), full.width, full.height, taken_at, taken)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise FileTooLarge from None
    except BROKEN:
        raise NotAnImage from None


def _translated(raw: bytes) -> bytes:
    """The HEIC photo as PNG, made by a process that may crash and that sees nothing of ours."""
    command = [sys.executable, "-I", heic.__file__, str(MOST_PIXELS), str(FULL_PX)]
    try:
        done = subprocess.run(
            command, input=raw, capture_output=True, timeout=heic.SECONDS, env={}, check=False
        )
    except subprocess.TimeoutExpired:
        raise NotAnImage from None
    if done.returncode == heic.TOO_LARGE:
        raise FileTooLarge
    return done.stdout if done.returncode == 0 else b""


def _flat(image: Image.Image) -> Image.Image:
    """RGB; what was transparent becomes white."""
    if image.has_transparency_data:
        ground = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(ground, image.convert("RGBA")).convert("RGB")
    return image.convert("RGB")


def _webp(image: Image.Image) -> bytes:
    image.info.clear()  # Pillow would copy colour profile, EXIF and XMP from here
    out = io.BytesIO()
    image.save(out, "WEBP", quality=WEBP_QUALITY)
    return out.getvalue()


def _claims(image: Image.Image) -> tuple[datetime | None, Wgs84 | None]:
    """When and where the camera says it was. Metadata is the sender's word; broken metadata is none."""
    claims: list[Any] = []
    for ifd, read in ((ExifTags.IFD.Exif, _time), (ExifTags.IFD.GPSInfo, _place)):
        try:
            claims.append(read(image.getexif().get_ifd(ifd)))
        except (*BROKEN, BadPosition):
            claims.append(None)
    return claims[0], claims[1]


def _time(ifd: dict[int, object]) -> datetime | None:
    """Cameras write local time; those that do not say where are taken to be in Shanghai's zone."""
    written, offset = ifd.get(ExifTags.Base.DateTimeOriginal), ifd.get(ExifTags.Base.OffsetTimeOriginal)
    if not isinstance(written, str):
        return None
    zone = datetime.strptime(offset.strip("\0 "), "%z").tzinfo if isinstance(offset, str) else SHANGHAI
    taken = datetime.strptime(written.strip("\0 "), "%Y:%m:%d %H:%M:%S").replace(tzinfo=zone)
    return taken.astimezone(UTC) if taken.year in PLAUSIBLE_YEARS else None


def _place(ifd: dict[int, object]) -> Wgs84 | None:
    gps = ExifTags.GPS
    lat = _degrees(ifd.get(gps.GPSLatitude), negative=ifd.get(gps.GPSLatitudeRef) == "S")
    lon = _degrees(ifd.get(gps.GPSLongitude), negative=ifd.get(gps.GPSLongitudeRef) == "W")
    return None if lat is None or lon is None else Wgs84(lon, lat)


def _degrees(parts: object, *, negative: bool) -> float | None:
    """Degrees, minutes, seconds as one number."""
    if not isinstance(parts, tuple) or len(parts) != 3:
        return None
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    return -value if negative else value
