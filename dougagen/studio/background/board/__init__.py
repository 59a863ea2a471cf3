"""What every background is painted with: the board, its surfaces and perspective, tones, textures, media."""
