"""The bytes of an image file as the pixels that are seen: 8 bits, turned as EXIF says, cut-outs on black.

What has more than 8 bits is scaled to them: by its depth where its values fill that, else by its own range. What lies
below full transparency is not seen, whatever the file holds there.
"""

import io
import os
from dataclasses import dataclass
from typing import Any

import numpy as np

from reproduce.errors import InvalidInputError, short_of_memory

__all__ = ["Decoded", "decode"]

#: Values within this part of their depth fill it so little that they are scaled by their own range.
FLAT = 1 / 8
#: What the head of a HEIF file holds after its first box's size.
_HEIF = (b"ftypheic", b"ftypheix", b"ftyphevc", b"ftypmif1", b"ftypmsf1", b"ftypheim", b"ftypheis")


@dataclass(frozen=True)
class Decoded:
    """``pixels`` (H, W, 3) uint8 BGR; ``kind``: "JPEG" and its like; ``changed``: what was done to the values."""

    pixels: np.ndarray
    kind: str = "unknown"
    changed: str = ""


def decode(content: bytes, path: str | os.PathLike) -> Decoded:
    """Return what an image file shows. Raises InvalidInputError naming a file that is cut off or no image."""
    import cv2

    if content[4:12] in _HEIF:
        _read_heif(path)
    found, kind, mode = _by_pillow(content, path)
    if found is not None:
        return found
    buffer = np.frombuffer(content, np.uint8)
    try:
        deep = cv2.imdecode(buffer, cv2.IMREAD_UNCHANGED) if _is_deep(content, kind, mode) else None
        if deep is not None and deep.dtype != np.uint8:
            scaled, changed = _eight_bits(deep[..., :3] if deep.ndim == 3 else deep)
            if deep.ndim == 3 and deep.shape[2] == 4 and deep[..., 3].min() < (full := _opaque(deep)):
                alpha = np.clip(deep[..., 3:].astype(np.float64) * (255 / full), 0, 255).round().astype(np.uint8)
                cut = _on_black(np.concatenate([scaled[..., ::-1], alpha], axis=2))
                return Decoded(cut, kind, f"{changed}, transparent parts on black")
            return Decoded(scaled, kind, changed)
        pixels = cv2.imdecode(buffer, cv2.IMREAD_COLOR)
    except cv2.error as error:  # no memory, or more pixels than it takes, of a format that Pillow does not know
        if short_of_memory(error):
            raise MemoryError(error.err) from None
        raise InvalidInputError(f"{path}: a damaged image ({error.err}); fetch it again or remove it") from None
    if pixels is None:
        return Decoded(_converted(content, path), kind)
    return Decoded(np.asarray(pixels, np.uint8), kind)


def _by_pillow(content: bytes, path: str | os.PathLike) -> tuple[Decoded | None, str, str]:
    """Return the pixels where Pillow is to give them, the file's format and its mode; check that the file is whole.

    OpenCV 4.10 fills what a cut-off JPEG lacks with grey and says nothing (4.14 refuses); Pillow always notices.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(content)) as image:
            image.load()
            kind, mode = image.format or "unknown", image.mode
            if mode in ("I", "F") or mode.startswith("I;16"):
                pixels, changed = _eight_bits(np.asarray(ImageOps.exif_transpose(image)))
                return Decoded(pixels, kind, changed), kind, mode
            if mode == "LAB":  # OpenCV takes lightness and the two axes of colour for blue, green and red
                return Decoded(_from_lab(ImageOps.exif_transpose(image)), kind), kind, mode
            if "A" in image.getbands() or "transparency" in image.info:
                seen = np.asarray(ImageOps.exif_transpose(image).convert("RGBA"))
                if seen[..., 3].min() < 255 and _bits(image, content) == 8:
                    return Decoded(_on_black(seen), kind, "transparent parts on black"), kind, mode
            return None, kind, mode
    except UnidentifiedImageError:
        return None, "unknown", ""  # OpenCV may still know the format, and says so if not
    except Image.DecompressionBombError as error:
        raise InvalidInputError(f"{path}: too large to be an image of an animal ({error}); make it smaller") from None
    except Exception as error:  # its readers raise whatever a broken header leads them to
        if short_of_memory(error):  # the photograph is sound
            raise
        raise InvalidInputError(f"{path}: a damaged image ({error}); fetch it again or remove it") from None


def _from_lab(image: Any) -> np.ndarray:
    """Return an image in CIE L*a*b* as (H, W, 3) uint8 BGR."""
    from PIL import ImageCms

    spaces = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    seen = ImageCms.applyTransform(image, ImageCms.buildTransform(*spaces, "LAB", "RGB"))
    return np.asarray(seen)[..., ::-1].copy()


def _bits(image: Any, content: bytes) -> int:
    """Return the bits of a colour in an open image's file; Pillow may have halved them."""
    if image.format == "PNG":
        return max(8, content[24])
    return max(8, *getattr(image, "tag_v2", {}).get(258, (8,)))


def _opaque(deep: np.ndarray) -> float:
    """Return the value of a wholly opaque pixel."""
    return float(np.iinfo(deep.dtype).max) if deep.dtype.kind in "iu" else 1.0


def _on_black(seen: np.ndarray) -> np.ndarray:
    """Return (H, W, 4) uint8 RGBA as BGR on a black ground."""
    alpha = seen[..., 3:].astype(np.uint16)
    return ((seen[..., 2::-1].astype(np.uint16) * alpha + 127) // 255).astype(np.uint8)


def _is_deep(content: bytes, kind: str, mode: str) -> bool:
    """Return whether a file may hold colours of 16 bits, which Pillow halves or does not know."""
    return (kind == "PNG" and content[24:25] == b"\x10") or (kind == "TIFF" and mode not in ("1", "L", "P")) or not mode


def _eight_bits(values: np.ndarray) -> tuple[np.ndarray, str]:
    """Return any numbers (H, W) or (H, W, 3) as (H, W, 3) uint8, and how they were scaled."""
    found = np.nan_to_num(values.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(found.min()), float(found.max())
    if values.dtype.kind == "f" and low >= 0 and high <= 1:
        start, full, said = 0.0, 1.0, "floating point in 0 to 1"
    elif low >= 0 and high <= 255:
        start, full, said = 0.0, 255.0, "8 of more bits"
    elif low >= 0 and values.dtype.kind in "iu":
        bits = max(int(high).bit_length(), 8)
        start, full, said = 0.0, float(2**bits - 1), f"{bits} bits"
    else:
        start, full, said = low, high - low, f"values {low:.6g} to {high:.6g}"
    if high > low and high - low < FLAT * full:
        start, full, said = low, high - low, f"values {low:.6g} to {high:.6g}"
    scaled = np.clip((found - start) * (255 / (full or 1)), 0, 255).round().astype(np.uint8)
    return np.repeat(scaled[..., None], 3, axis=2) if scaled.ndim == 2 else scaled, f"{said} scaled to 8 bits"


def _converted(content: bytes, path: str | os.PathLike) -> np.ndarray:
    """Return what OpenCV does not know, such as a GIF, as (H, W, 3) uint8 BGR: its first picture."""
    from PIL import Image, ImageOps

    try:
        with Image.open(io.BytesIO(content)) as image:
            return np.asarray(ImageOps.exif_transpose(image).convert("RGB"))[..., ::-1].copy()
    except MemoryError:
        raise
    except Exception:
        raise InvalidInputError(f"{path}: not an image that can be decoded; fetch it again or remove it") from None


def _read_heif(path: str | os.PathLike) -> None:
    """Let Pillow read HEIC photographs. Raises InvalidInputError, which names them, where the library is not here."""
    try:
        from pillow_heif import register_heif_opener
    except ImportError:
        raise InvalidInputError(
            f"{path}: a HEIC photograph, whatever its ending; save it as JPEG, or python -m pip install pillow-heif"
        ) from None
    register_heif_opener()
