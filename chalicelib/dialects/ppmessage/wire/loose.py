"""A text that merely describes something."""

from typing import Annotated

from msgspec import Meta

#: Clients send numbers and booleans in it, too (the agents' client of 2016 `"osversion": 0`); lenient.py makes text of them.
Loose = Annotated[str, Meta(max_length=256, extra={"takes": "numbers and booleans"})]
