"""How the frozen types check their arrays: once, with the wanted and the given shape in the message."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dougagen.errors import DomainError


def described(array: object) -> str:
    """``uint8[4, 6, 3]`` for an array, the type's name for anything else."""
    if isinstance(array, np.ndarray):
        return f"{array.dtype}[{', '.join(map(str, array.shape))}]"
    return type(array).__name__


def require_array(
    name: str, array: object, dtype: type[np.generic], shape: tuple[int | str, ...]
) -> NDArray[Any]:
    """Return ``array`` as a read-only view; a name in ``shape`` (``"H"``) stands for any length ≥ 1.

    Raises DomainError: ``Triplet.douga must be uint8[4, 6], got uint8[4, 5]``.
    """
    fits = (
        isinstance(array, np.ndarray)
        and array.dtype == dtype
        and array.ndim == len(shape)
        and all(
            n == want if isinstance(want, int) else n > 0 for n, want in zip(array.shape, shape, strict=True)
        )
    )
    if not fits:
        wanted = f"{np.dtype(dtype)}[{', '.join(map(str, shape))}]"
        raise DomainError(f"{name} must be {wanted}, got {described(array)}")
    assert isinstance(array, np.ndarray)
    view = array.view()
    view.setflags(write=False)
    return view
