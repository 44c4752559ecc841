"""Small trainings that a lecture shows: one per file, each a generator of events that runs in the worker process."""
