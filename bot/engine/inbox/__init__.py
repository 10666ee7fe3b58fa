"""From deliveries to messages: what happened is read again live, judged, answered, or put on a subject's queue."""
