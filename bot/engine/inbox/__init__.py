"""From deliveries to messages: live state is read, permission checked, and a leg queued or a reply given."""
