"""Units: the DynamoDB capacity that a call has consumed. Administrators see it."""

from contextlib import AbstractContextManager

from chalicelib.context import ADMIN, Context
from chalicelib.models import capacity
from chalicelib.models.capacity import Units


def collecting() -> AbstractContextManager[Units]:
    """Sums the units of all requests to DynamoDB within the block."""
    return capacity.collecting()


def tell(ctx: Context) -> None:
    """Lets the caller be told what the call consumes, if they are an administrator."""
    if (units := capacity.collected()) is not None:
        units.is_told = ctx.caller.at_least(ADMIN)
