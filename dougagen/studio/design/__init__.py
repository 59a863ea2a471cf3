"""Who and what is in the shot: designs that can be drawn in any pose."""
