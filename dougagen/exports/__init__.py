"""DATASET → OTHER PEOPLE'S FORMATS: ``export(dataset, out, to=…)``; a format is a module (``formats.py``)."""
