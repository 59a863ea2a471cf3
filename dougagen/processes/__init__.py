"""Work beside work: helper processes, workers in order, threads behind bounded queues, shared memory."""
