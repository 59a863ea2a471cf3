"""What a background shows: rooms, streets, nature, skies, people far away, moods without a place."""
