"""What comes in: a delivery as an event, commands and description in its text, and what a person wants by it."""
