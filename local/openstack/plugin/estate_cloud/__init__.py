"""What the local stack of an estate plays for OpenStack."""
