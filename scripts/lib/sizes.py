"""sizes: amounts of memory as options take them and messages tell them: 65536K, 64M, 64, 1G."""
import re

_SHIFT = {"K": 10, "M": 20, "": 20, "G": 30}


def parse(text):
    """In bytes; None where the text is no size."""
    match = re.fullmatch(r"([0-9]{1,12})([KMG]?)", text.upper())
    return int(match[1]) << _SHIFT[match[2]] if match else None


def shown(size):
    """In the largest unit that tells it exactly; of what is no whole KiB, the KiB that hold it."""
    for unit in "GM":
        if size and size % (1 << _SHIFT[unit]) == 0:
            return f"{size >> _SHIFT[unit]}{unit}"
    return f"{-(-size >> 10)}K"
