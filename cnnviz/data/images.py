"""The one intake of pictures: whatever is uploaded, pasted or read becomes uint8 ``(H, W, 3)``, upright RGB.

Limits are checked on the header, before anything is decoded. Every failure is a :class:`BadImage` whose message is the
sentence to show. Decoding 12 megapixels takes about 0.2 s and 150 MB.
"""

from __future__ import annotations

import io
import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from cnnviz.data.formats import ACCEPTED, BadImage, Header, read_header
from cnnviz.data.formats.exif import orientation as exif_orientation
from cnnviz.data.formats.header import damaged

__all__ = [
    "MAX_ASPECT",
    "MAX_BYTES",
    "MAX_PIXELS",
    "MIN_SIDE",
    "BadImage",
    "decode",
    "encode_jpeg",
    "encode_png",
    "fit_shorter_side",
    "read_image",
    "thumbnail",
]

Image = NDArray[np.uint8]

MAX_BYTES = 10_000_000
MAX_PIXELS = 12_600_000  # what cameras sell as 12 megapixels: 4032 × 3024 (12.19), 4080 × 3072 (12.53)
MIN_SIDE = 8
MAX_ASPECT = 50

_ROWS = 256  # strip height: the conversion needs memory for one strip, not for a second picture
_PLAIN = frozenset({"1", "L", "P", "RGB", "CMYK", "YCbCr", "LA", "PA", "RGBA", "La", "RGBa", "RGBX"})
_TO_8_BITS: Image = np.rint(np.arange(65_536) / 257).astype(np.uint8)  # 16-bit gray scaled, where Pillow would clip


def decode(data: bytes) -> Image:
    """Decode PNG, JPEG, WebP, GIF, BMP, AVIF or HEIC, recognised by content.

    The first frame only, turned upright by EXIF, 16-bit gray scaled to 8, transparency laid over white, CMYK by the
    Adobe convention; metadata and colour profiles are dropped. Returns a writable, contiguous array.
    Raises :class:`BadImage`, and nothing else, for bytes of any content.
    """
    _check_length(len(data))
    try:
        header = read_header(data)
        _check_size(*header.size)
        image, turned = _heic(header) if header.format == "HEIC" else _with_pillow(header)
        return _upright(image, turned)
    except BadImage:
        raise
    except MemoryError:
        raise BadImage("There is not enough memory for this picture: scale it down and choose it again.") from None
    except Exception:  # noqa: BLE001 - the promise is that nothing but BadImage escapes
        # Decoders raise what they like on damaged data (OSError, SyntaxError, ValueError, struct.error, zlib.error,
        # EOFError, DecompressionBombError, …): whatever it is, the file is at fault and the sentence is the same.
        raise damaged("picture") from None


def read_image(path: Path) -> Image:
    """Decode the file at ``path``; its size is checked before it is read. Raises :class:`BadImage`."""
    name = path.name if len(path.name) <= 40 else path.name[:37] + "…"
    try:
        if not path.is_file():
            raise BadImage(f"There is no picture file called “{name}”: check the path.")
        _check_length(path.stat().st_size)
        return decode(path.read_bytes())
    except (OSError, ValueError) as error:
        if isinstance(error, BadImage):
            raise
        raise BadImage(f"“{name}” can't be read: check the path and that you may open the file.") from None


def fit_shorter_side(image: Image, side: int) -> Image:
    """Scale so that the shorter side is ``side`` pixels and the aspect ratio stays; ``image`` itself if it fits."""
    height, width = image.shape[:2]
    scale = side / min(height, width)
    return _resized(image, max(side, round(height * scale)), max(side, round(width * scale)))


def thumbnail(image: Image, longest: int) -> Image:
    """Scale down so that no side is longer than ``longest``; never enlarges."""
    height, width = image.shape[:2]
    scale = min(1.0, longest / max(height, width))
    return _resized(image, max(1, round(height * scale)), max(1, round(width * scale)))


def encode_png(image: Image) -> bytes:
    """PNG of uint8 ``(H, W)`` gray, ``(H, W, 3)`` RGB or ``(H, W, 4)`` RGBA; lossless, no metadata."""
    if image.dtype != np.uint8 or not (image.ndim == 2 or (image.ndim == 3 and image.shape[2] in (3, 4))):
        raise ValueError(f"a PNG needs uint8 (H, W), (H, W, 3) or (H, W, 4), not {image.dtype} {image.shape}")
    buffer = io.BytesIO()
    Pillow.fromarray(np.ascontiguousarray(image)).save(buffer, "PNG", compress_level=3)
    return buffer.getvalue()


def encode_jpeg(image: Image) -> bytes:
    """JPEG of uint8 ``(H, W, 3)``: a tenth of the bytes of a PNG, for pictures that are only looked at."""
    buffer = io.BytesIO()
    Pillow.fromarray(np.ascontiguousarray(image)).save(buffer, "JPEG", quality=88)
    return buffer.getvalue()


def _resized(image: Image, height: int, width: int) -> Image:
    if image.shape[:2] == (height, width):
        return image
    import cv2  # 0.2 s, which the first page need not pay

    shrinks = height < image.shape[0] or width < image.shape[1]
    way = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, (width, height), interpolation=way), dtype=np.uint8)


def _check_length(length: int) -> None:
    if length == 0:
        raise BadImage(f"The file is empty: choose a {ACCEPTED} picture.")
    if length > MAX_BYTES:
        megabytes = math.ceil(length / 1e5) / 10  # rounded up: a byte too many must not read as the limit itself
        raise BadImage(f"The file has {megabytes:,} MB and the limit is 10: scale the picture down or save it as JPEG.")


def _check_size(width: int, height: int) -> None:
    shorter, longer = sorted((width, height))
    if shorter < MIN_SIDE:
        raise BadImage(f"The picture has {width} × {height} pixels; each side needs at least 8: choose a larger one.")
    if longer > MAX_ASPECT * shorter:
        raise BadImage(f"The picture has {width} × {height} pixels; one side may be 50 times the other: crop it.")
    if width * height > MAX_PIXELS:
        scale = math.sqrt(2e6 / (width * height))  # two megapixels are more than any network here looks at
        fitting = f"{width * scale:.0f} × {height * scale:.0f}"
        raise BadImage(
            f"The picture has {width} × {height} pixels; the limit is 12 megapixels: scale it down to about {fitting}."
        )


def _with_pillow(header: Header) -> tuple[Image, int]:
    with Pillow.open(io.BytesIO(header.content), formats=(header.format,)) as picture:
        _check_size(*picture.size)
        picture.load()
        turned = exif_orientation(picture.info.get("exif", b"")) if header.format == "AVIF" else header.orientation
        return _rgb(picture), turned


def _heic(header: Header) -> tuple[Image, int]:
    try:
        import pillow_heif  # has no wheel for every platform
    except ImportError:
        raise BadImage("This is a HEIC photo, which needs the pillow-heif package: export the photo as JPEG.") from None
    photo = pillow_heif.open_heif(header.content, convert_hdr_to_8bit=True)
    _check_size(*photo.size)
    pixels = np.asarray(photo)
    picture = Pillow.fromarray(pixels[:, : photo.size[0]])
    return _rgb(picture), 1


def _rgb(picture: Pillow.Image) -> Image:
    """RGB over white, strip by strip."""
    width, height = picture.size
    image = np.empty((height, width, 3), dtype=np.uint8)
    for top in range(0, height, _ROWS):
        strip = picture.crop((0, top, width, min(top + _ROWS, height)))
        image[top : top + strip.height] = _strip_rgb(strip)
    return image


def _strip_rgb(strip: Pillow.Image) -> Image:
    if strip.mode.startswith("I"):
        return _gray_16(strip)
    if strip.mode not in _PLAIN:
        raise damaged("picture")
    if not strip.has_transparency_data:
        return np.asarray(strip.convert("RGB"))
    over = Pillow.new("RGB", strip.size, "white")
    layer = strip.convert("RGBA")
    over.paste(layer, mask=layer)
    return np.asarray(over)


def _gray_16(strip: Pillow.Image) -> Image:
    levels = np.clip(np.asarray(strip), 0, 65_535).astype(np.uint16)
    gray = _TO_8_BITS[levels]
    gray[levels == strip.info.get("transparency", -1)] = 255
    return np.repeat(gray[..., None], 3, axis=2)


def _upright(image: Image, orientation: int) -> Image:
    """Undo the camera's orientation (EXIF 2.32, tag 0x0112): 5..8 swap the axes, the rest only mirror them."""
    turned = image.swapaxes(0, 1) if orientation >= 5 else image
    if orientation in (3, 4, 7, 8):
        turned = turned[::-1]
    if orientation in (2, 3, 6, 7):
        turned = turned[:, ::-1]
    return np.ascontiguousarray(turned)
