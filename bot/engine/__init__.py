"""The durable part: legs, conversations, intake and publications. DBOS is imported here and nowhere else."""
