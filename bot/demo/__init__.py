"""The demo: hub and service as processes of their own, and a scenario that uses them as a person would."""
