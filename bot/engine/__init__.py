"""Durable execution: intake, legs, review rounds and plans. DBOS is imported here and nowhere else.

At the top level are the parts that the others build on: durable steps, the queues, the services, and the worker.
"""
