"""nnlib under Pyodide, the Python of JupyterLite: `make lite-check`. It needs Node, npm and PyPI."""
