"""PPMessage's words for the desk's things: a file a noun. Pure: no clock, no I/O."""
