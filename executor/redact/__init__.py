"""No secret leaves `executor` in clear (I9): text and objects pass through here first."""

from executor.redact.keys import MASK
from executor.redact.logs import mask_log
from executor.redact.objects import mask_object, mask_value
from executor.redact.text import MAX_TEXT, Masked, mask, mask_lines

__all__ = ["MASK", "MAX_TEXT", "Masked", "mask", "mask_lines", "mask_log", "mask_object", "mask_value"]
