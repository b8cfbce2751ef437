"""PPMessage's words for the desk's things, one file for each noun. Pure: no clock, no I/O."""
