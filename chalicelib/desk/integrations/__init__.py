"""What tells an account's own programs: webhooks."""
