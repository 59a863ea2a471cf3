"""Designs of people: head, hair, body, stance, clothes, and what they hold."""
