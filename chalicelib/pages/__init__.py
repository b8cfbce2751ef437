"""The desk's own pages: static files, and the HTML that brings them to a browser. They speak the public APIs alone."""
