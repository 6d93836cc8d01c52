"""Values and bins: DDSketch's logarithmic bins as places on one line, negative values left of zero."""

import math

import numpy as np
import numpy.typing as npt
from ddsketch.mapping import LogarithmicMapping

RELATIVE_ACCURACY = 0.01
"""A quantile differs from the value it stands for by at most this share of it."""
GAMMA = float(LogarithmicMapping(RELATIVE_ACCURACY).gamma)
"""A bin's upper bound over its lower one."""
LOG2_GAMMA = math.log2(GAMMA)
LAST_KEY = 16_000
"""Keys of bins end here: absolute values within 10**±139; what is beyond counts as the last or the first of them."""
LEAST, MOST = GAMMA**-LAST_KEY, GAMMA ** (LAST_KEY - 1)
ZERO_PLACE = 0
"""The place of the value zero. Places of positive values are above it, those of negative ones mirrored below."""
FIRST_PLACE = LAST_KEY + 1
"""What a key is moved by to be a place."""
CENTRE = 2.0 / (1.0 + GAMMA)
"""Of a bin's upper bound: the value with the least relative error anywhere in the bin."""

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
Counts = npt.NDArray[np.int64]


def find_places(values: Floats) -> Places:
    """The place of each value; ValueError for what is not a number."""
    if np.isnan(values).any():
        raise ValueError("a sketch holds numbers only")
    sizes = np.abs(values)
    keys = np.ceil(np.log2(np.clip(sizes, LEAST, MOST)) / LOG2_GAMMA)
    places = np.clip(keys, -LAST_KEY, LAST_KEY).astype(np.int64) + FIRST_PLACE
    return np.where(values == 0, ZERO_PLACE, np.where(values < 0, -places, places))


def get_value(place: int) -> float:
    """The value that stands for all of a place."""
    if place == ZERO_PLACE:
        return 0.0
    size = CENTRE * float(GAMMA ** (abs(place) - FIRST_PLACE))
    return size if place > 0 else -size


def get_upper_bounds(places: Places) -> Floats:
    """Upper bounds of positive places."""
    bounds: Floats = np.exp2((places - FIRST_PLACE) * LOG2_GAMMA)
    return bounds
