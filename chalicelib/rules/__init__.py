"""Pure decisions, of the standard library and msgspec's structs alone."""
