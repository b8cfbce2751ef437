"""A state machine over the whole desk: all who use it act, AWS delivers in any order it may, and processes die."""
