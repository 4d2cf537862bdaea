"""HEIC in on stdin, PNG out on stdout: a program of its own, because libheif's binding can be crashed by a
damaged file. A crash here costs the sender his photo and nobody else anything.

`python heic.py MOST_PIXELS SIDE` · exit 0 done, 3 too many pixels, anything else: not a photo.
"""

import io
import sys

from PIL import Image

TOO_LARGE = 3
SECONDS = 20
MOST_MEMORY = 2 * 1024**3


def translate(raw: bytes, most_pixels: int, side: int) -> bytes | None:
    """The photo as PNG, at most `side` on its longer side, EXIF kept; None when it has too many pixels."""
    import pi_heif  # type: ignore[import-untyped]  # here, because the server imports this file's limits

    pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
    with Image.open(io.BytesIO(raw), formats=("HEIF",)) as image:
        if image.width * image.height > most_pixels:
            return None
        exif = image.getexif()
        image.thumbnail((side, side), Image.Resampling.LANCZOS)
        out = io.BytesIO()
        image.convert("RGB").save(out, "PNG", exif=exif, compress_level=1)
        return out.getvalue()


def limit() -> None:
    """No endless loops, no flood of memory; Windows has no such limits."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    limit()
    png = translate(sys.stdin.buffer.read(), int(sys.argv[1]), int(sys.argv[2]))
    if png is None:
        sys.exit(TOO_LARGE)
    sys.stdout.buffer.write(png)
