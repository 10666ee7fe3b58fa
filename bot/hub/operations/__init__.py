"""What a person or the App can do: one function each, over HTTP and on the pages alike.

Each takes the hub, who acts and the repository; refuses what GitHub refuses (RefusedError); changes facts in one
transaction; records what happened; and tells the App by webhook.
"""
