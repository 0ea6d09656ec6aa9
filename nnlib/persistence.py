"""Saving to one ``.npz`` file and loading back to the same bits: networks, and whatever else a prediction needs.

The file holds plain arrays and one text in JSON that says what they are. Nothing in it is ever executed.
"""

from __future__ import annotations

import inspect
import os
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from nnlib import activations, initializers, layers, optimizers, preprocessing, schedules
from nnlib.network import Network
from nnlib.optimizers import Optimizer
from nnlib.preprocessing import Scaler
from nnlib.validation import Array

FORMAT, VERSION = "nnlib model", 1


def save(path: str | os.PathLike[str], net: Network, **others: Any) -> None:
    """Write a network to one ``.npz`` file, and with it whatever should not be lost.

    The file is complete or not there: it is written under another name beside ``path`` and then renamed, so that a
    crash, a full disk or a second reader never meets half a file, and an older file stays whole until then.

    Parameters
    ----------
    path : str or path
        Ends in ``.npz``.
    net : Network
    **others : Optimizer, StandardScaler, MinMaxScaler, numpy.random.Generator, text, number, or a list of these
        By names of your own. An optimiser is saved with what it remembers, and a generator with its state, so that
        training continues to the same bits. Texts are for what a prediction must know besides: names of features, of
        classes, units.

    Raises
    ------
    ValueError, TypeError
        For another ending, and for what cannot be saved, such as an activation that nnlib does not know.

    Examples
    --------
    >>> import tempfile
    >>> from nnlib import Adam, StandardScaler, mlp
    >>> net, hours = mlp([1, 4, 1], seed=0), StandardScaler().fit([0.0, 12.0, 23.0])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(f"{folder}/day.npz", net, optimizer=Adam(0.01), hours=hours)
    ...     model = load(f"{folder}/day.npz")
    >>> model.optimizer, model.hours
    (Adam(0.01), StandardScaler(mean=11.667, scale=9.393))
    >>> bool((model.net.params == net.params).all())
    True
    """
    import json  # here, because it makes `import nnlib` slower

    path = Path(path)
    if path.suffix != ".npz":
        raise ValueError(f"path: expected a name that ends in .npz, got {str(path)!r}")
    if not isinstance(net, Network):
        raise TypeError(f"net: expected a Network, got {type(net).__name__} {net!r}")
    arrays: dict[str, Array] = {}
    content = {name: _describe(name, value, arrays) for name, value in {"net": net, **others}.items()}
    text = json.dumps({"format": FORMAT, "version": VERSION, "content": content})
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with partial.open("wb") as file:
            np.savez(file, allow_pickle=False, json=np.array(text), **arrays)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def load(path: str | os.PathLike[str]) -> SimpleNamespace:
    """Read what :func:`save` wrote: ``load(path).net`` is the network, the others are there by their names.

    Parameters
    ----------
    path : str or path

    Returns
    -------
    types.SimpleNamespace

    Raises
    ------
    FileNotFoundError
        For a file that is not there.
    ValueError
        For a file that is damaged, cut short, of a newer version, or not written by :func:`save`.

    Examples
    --------
    >>> import tempfile
    >>> from nnlib import mlp
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(f"{folder}/net.npz", mlp([1, 4, 1], seed=0))
    ...     net = load(f"{folder}/net.npz").net
    >>> net.params.size
    13
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f"path: expected a file written by nnlib.save, found none at {str(path)!r}")
    import json  # here, because they make `import nnlib` slower
    import zlib
    from zipfile import BadZipFile

    try:
        with Path(path).open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        header = json.loads(str(arrays["json"]))
        if header["format"] != FORMAT:
            raise ValueError(f"its format is {header['format']!r}")
        if header["version"] > VERSION:
            raise ValueError(f"it has version {header['version']}, this nnlib reads versions up to {VERSION}")
        return SimpleNamespace(**{name: _restore(name, value, arrays) for name, value in header["content"].items()})
    except (ValueError, TypeError, LookupError, AttributeError, OSError, EOFError, BadZipFile, zlib.error) as error:
        raise ValueError(
            f"path: expected a whole file written by nnlib.save, got {str(path)!r} ({type(error).__name__}: {error})"
        ) from error


def _describe(name: str, value: Any, arrays: dict[str, Array]) -> Any:
    """A value as JSON; its arrays are put into ``arrays``, under names that begin with ``name``."""
    if isinstance(value, int | float | str):
        return value
    if isinstance(value, list | tuple):
        return [_describe(f"{name}[{i}]", item, arrays) for i, item in enumerate(value)]
    if isinstance(value, Network):
        arrays[f"{name}.params"] = value.params
        layers = [_describe(f"{name}.layers[{i}]", layer, arrays) for i, layer in enumerate(value.layers)]
        return {"class": "Network", "layers": layers, "dtype": value.dtype.name}
    if isinstance(value, np.random.Generator) and isinstance(value.bit_generator, np.random.PCG64):
        return {"class": "Generator", "state": value.bit_generator.state}
    kind = type(value).__name__
    if _classes().get(kind) is not type(value):
        raise TypeError(f"{name}: expected something that nnlib can save, got {kind} {value!r}")
    content: dict[str, Any] = {"class": kind}
    for argument in _arguments(type(value)):  # each is kept under its own name
        content[argument] = _describe(f"{name}.{argument}", getattr(value, argument), arrays)
    if isinstance(value, Optimizer):
        content["iterations"] = value.iterations
        content["begun"] = value.begun and (value.begun[0], np.dtype(value.begun[1]).name)
        arrays.update({f"{name}.memory.{key}": values for key, values in value.memory.items()})
    if isinstance(value, Scaler):
        arrays.update({f"{name}.{key}": values for key, values in vars(value).items()})
    return content


@cache
def _classes() -> dict[str, type]:
    """What is made anew from the arguments of its constructor, by name."""
    return {
        name: kind
        for module in (activations, initializers, layers, schedules, optimizers, preprocessing)
        for name, kind in vars(module).items()
        if isinstance(kind, type)
        and kind.__module__ == module.__name__
        and not getattr(kind, "__abstractmethods__", ())
    }


def _arguments(kind: type) -> list[str]:
    """The names of a constructor's arguments."""
    return list(inspect.signature(kind).parameters) if "__init__" in dir(kind) else []


def _restore(name: str, content: Any, arrays: dict[str, Array]) -> Any:
    """What :func:`_describe` described."""
    if isinstance(content, list):
        return [_restore(f"{name}[{i}]", item, arrays) for i, item in enumerate(content)]
    if not isinstance(content, dict):
        return content
    kind = content.pop("class")
    if kind == "Generator":
        rng = np.random.Generator(np.random.PCG64())
        rng.bit_generator.state = content["state"]
        return rng
    if kind == "Network":
        layers = [_restore(f"{name}.layers[{i}]", layer, arrays) for i, layer in enumerate(content["layers"])]
        net, params = Network(layers, dtype=content["dtype"]), arrays[f"{name}.params"]
        if params.shape != net.params.shape or params.dtype != net.dtype:
            raise ValueError(f"{name}: {net.params.size} parameters described, {params.size} {params.dtype} there")
        net.params[:] = params
        return net
    iterations, begun = content.pop("iterations", 0), content.pop("begun", None)
    value = _classes()[kind](**{argument: _restore("", given, arrays) for argument, given in content.items()})
    own = {key.removeprefix(f"{name}."): values for key, values in arrays.items() if key.startswith(f"{name}.")}
    if isinstance(value, Optimizer) and begun:
        memory = {key.removeprefix("memory."): values for key, values in own.items()}
        value.begin(np.empty(*begun), iterations, memory)
    if isinstance(value, Scaler):
        vars(value).update(own)
    return value
