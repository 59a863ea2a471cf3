"""Designs of everything else: animals, machines, props, smoke and fire, abstract arrangements."""
