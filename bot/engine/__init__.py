"""The durable part: intake, legs, rounds and plans. DBOS is imported here and nowhere else.

At the top is what all of it stands on: durable steps, the services, and the worker that runs it.
"""
