"""What every use case needs: errors, access, rate limits, events, retries, the cache of a warm process."""
