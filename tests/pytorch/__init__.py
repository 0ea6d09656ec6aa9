"""What needs PyTorch to run: only `make test-torch` collects it."""
