"""Everything around the desk: its AWS resources, and all of it on one machine."""
