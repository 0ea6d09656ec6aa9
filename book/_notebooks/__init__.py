"""The chapters as Jupyter notebooks that any Jupyter shows, and what is made of them: ``python -m book._notebooks``."""
