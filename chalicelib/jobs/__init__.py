"""Bodies of the queue, stream and schedule lambdas."""
