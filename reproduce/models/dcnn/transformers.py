"""Transformers and all else that timm builds, frozen: features of RGB images by PyTorch, from a folder of weights."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from reproduce.errors import InvalidInputError
from reproduce.extras import ExtraMissingError, lacking

__all__ = ["FILES", "Features", "weights_file"]

#: The weights in such a folder, by the first of these names that is there.
FILES = ("model.safetensors", "pytorch_model.bin")


def weights_file(folder: Path) -> Path | None:
    """Return the file of weights beside a config.json, or None."""
    if not (folder / "config.json").is_file():
        return None
    return next((folder / name for name in FILES if (folder / name).is_file()), None)


class Features:
    """A model from (N, size, size, 3) RGB in [0, 255] to (N, C) float32 features, its classifier taken off.

    ``weights``: the file beside its config.json, which says the architecture, and what its input is scaled by. Raises
    ExtraMissingError where timm is not installed, InvalidInputError for a folder that timm cannot build.
    """

    def __init__(self, weights: Path, size: int) -> None:
        if without := lacking("timm"):
            raise ExtraMissingError(without)
        import timm

        folder = weights.parent
        try:
            config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
            wanted = {**config, **config.get("pretrained_cfg", {})}.get("input_size")
            made: dict[str, Any] = {"img_size": size} if wanted and list(wanted)[1:] != [size, size] else {}
            self._model = timm.create_model(f"local-dir:{folder}", pretrained=True, num_classes=0, **made).eval()
            found: Any = self._model.pretrained_cfg
            self._mean, self._deviation = (np.asarray(found[name], np.float32) for name in ("mean", "std"))
        except Exception as error:  # whatever timm, safetensors and PyTorch raise
            why = " ".join(str(error).split())[:160]
            raise InvalidInputError(f"{folder}: timm cannot build it for images of {size} px ({why})") from None

    def predict_on_batch(self, images: Any) -> np.ndarray:
        """Return (N, C) float32 features, on one thread: one order of sums."""
        import torch

        torch.set_num_threads(1)
        scaled = (np.asarray(images, np.float32) / 255 - self._mean) / self._deviation
        with torch.inference_mode():
            rows = self._model(torch.from_numpy(np.ascontiguousarray(scaled.transpose(0, 3, 1, 2))))
        return np.asarray(rows.numpy(), np.float32)
