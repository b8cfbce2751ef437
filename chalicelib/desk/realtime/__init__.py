"""Open sockets: who listens, what is sent to them, what a device has not received yet."""
