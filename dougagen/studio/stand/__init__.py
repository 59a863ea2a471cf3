"""The compositing stand: layers to one picture, light, lens, colour script and lettering over it."""
