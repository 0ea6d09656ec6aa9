"""nnlib's peers, each written as a competent user of that tool writes it, the loss recorded in every epoch.

Each module has ``train(task)``: train the task's network from its start, and return the losses (epochs,), each epoch's
the mean over its examples, every batch's taken before its own update.
"""
