"""``python -m dougagen`` is the ``dougagen`` command."""

from dougagen.cli import main

if __name__ == "__main__":
    main()
