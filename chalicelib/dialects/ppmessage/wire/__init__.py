"""PPMessage's requests and answers, with the documented names: a file a noun."""
