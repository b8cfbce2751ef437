"""What happens without a person: routing, the waiting queue, timers, the away message."""
