"""Properties of networks and their training that hold for any size, seed and data; and the book's own network."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nnlib
from nnlib import Adam, AdamW, Dense, Dropout, GradientDescent, Momentum, Nesterov, Network, RMSProp, mlp, train
from nnlib.activations import ACTIVATIONS
from nnlib.initializers import INITIALIZERS
from nnlib.losses import LOSSES, Penalty

RNG = np.random.default_rng
BOOK = Path(__file__).parents[1] / "book"
RULES = [GradientDescent, Momentum, Nesterov, RMSProp, Adam, AdamW]

seeds = st.integers(0, 2**32)
sizes = st.lists(st.integers(1, 7), min_size=2, max_size=6)
rows = st.integers(1, 9)
names = st.sampled_from(sorted(ACTIVATIONS))
loss_names = st.sampled_from(sorted(LOSSES))
some = settings(max_examples=60, deadline=None)


def case(sizes, n_rows, activation, loss, seed, dtype=np.float64):
    """A network with random weights and biases, and data that its loss takes."""
    rng = RNG(seed)
    if loss == "cross_entropy":
        sizes = [*sizes[:-1], max(2, sizes[-1])]
    net = mlp(sizes, activation, dtype=dtype)
    net.params[:] = rng.normal(size=net.params.size)
    X, y = rng.normal(size=(n_rows, sizes[0])), rng.normal(size=(n_rows, sizes[-1]))
    if loss == "binary_cross_entropy":
        y = (y > 0).astype(float)
    if loss == "cross_entropy":
        y = np.eye(sizes[-1])[y.argmax(axis=1)]
    return net, X, y


def gradient(net, X, y, loss, l2=0.0):
    loss = LOSSES[loss]
    grads = net.backward(loss.gradient(net.forward(X), y))
    Penalty(net, l2).add_gradient(net.params, grads)
    return grads


# Shapes


@given(sizes=sizes, n_rows=rows, activation=names, loss=loss_names, seed=seeds, dtype=st.sampled_from(["f4", "f8"]))
@some
def test_shapes_and_types_for_any_sizes(sizes, n_rows, activation, loss, seed, dtype):
    net, X, y = case(sizes, n_rows, activation, loss, seed, dtype)
    assert net.n_in == sizes[0]
    assert net.n_out == len(y[0])
    assert net.params.size == sum((layer.n_in + 1) * layer.n_out for layer in net.layers)
    y_hat, grads = net.forward(X), gradient(net, X, y, loss)
    assert y_hat.shape == net.predict(X).shape == y.shape
    assert grads.shape == net.params.shape == net.is_weight.shape
    assert y_hat.dtype == net.predict(X).dtype == grads.dtype == net.params.dtype == dtype
    for layer in net.layers:
        assert layer.dW.shape == layer.W.shape == (layer.n_in, layer.n_out)
        assert layer.db.shape == layer.b.shape == (layer.n_out,)
    assert np.isfinite(grads).all()


@given(sizes=sizes, n_rows=rows, activation=names, seed=seeds)
@some
def test_each_row_is_predicted_on_its_own(sizes, n_rows, activation, seed):
    net, X, _ = case(sizes, n_rows, activation, "mse", seed)
    together = net.forward(X)
    assert_equal_to_rounding(together, np.vstack([net.forward(x[np.newaxis]) for x in X]))
    assert_equal_to_rounding(together, net.predict(X))


def assert_equal_to_rounding(a, b):
    """Equal but for the order of sums, in which numbers as large as the largest ones may cancel."""
    np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-11 * (1 + np.abs(b).max()))


# Gradients are those of a mean


@given(sizes=sizes, n_rows=rows, activation=names, loss=loss_names, seed=seeds, l2=st.sampled_from([0.0, 0.3]))
@some
def test_the_gradient_is_the_mean_of_those_of_single_rows(sizes, n_rows, activation, loss, seed, l2):
    net, X, y = case(sizes, n_rows, activation, loss, seed)
    single = [(X[i : i + 1], y[i : i + 1]) for i in range(n_rows)]
    gradients = [gradient(net, x, target, loss, l2) for x, target in single]
    assert_equal_to_rounding(gradient(net, X, y, loss, l2), np.mean(gradients, axis=0))
    values = [LOSSES[loss](net.predict(x), target) for x, target in single]
    assert_equal_to_rounding(LOSSES[loss](net.predict(X), y), np.mean(values))


@given(sizes=sizes, n_rows=rows, activation=names, loss=loss_names, seed=seeds, copies=st.integers(2, 4))
@some
def test_duplicated_rows_leave_gradient_and_loss_unchanged(sizes, n_rows, activation, loss, seed, copies):
    net, X, y = case(sizes, n_rows, activation, loss, seed)
    more_X, more_y = np.tile(X, (copies, 1)), np.tile(y, (copies, 1))
    assert_equal_to_rounding(gradient(net, more_X, more_y, loss, 0.1), gradient(net, X, y, loss, 0.1))
    assert_equal_to_rounding(LOSSES[loss](net.predict(more_X), more_y), LOSSES[loss](net.predict(X), y))


@given(sizes=sizes, n_rows=rows, activation=names, loss=loss_names, seed=seeds)
@some
def test_permuted_rows_leave_the_full_batch_gradient_unchanged(sizes, n_rows, activation, loss, seed):
    net, X, y = case(sizes, n_rows, activation, loss, seed)
    order = RNG(seed).permutation(n_rows)
    assert_equal_to_rounding(gradient(net, X[order], y[order], loss), gradient(net, X, y, loss))


@given(sizes=sizes, seed=seeds, activation=names, l2=st.just(0.0) | st.floats(1e-9, 10))
@some
def test_the_penalty_s_gradient_is_lambda_times_the_weights(sizes, seed, activation, l2):
    net, _, _ = case(sizes, 1, activation, "mse", seed)
    penalty, grads, before = Penalty(net, l2), np.zeros_like(net.params), net.params.copy()
    penalty.add_gradient(net.params, grads)
    pairs = [(l2 * layer.W, 0 * layer.b) for layer in net.layers]
    np.testing.assert_allclose(grads, np.concatenate([a.ravel() for pair in pairs for a in pair]), rtol=1e-15)
    assert penalty.value(net.params) == pytest.approx(l2 / 2 * sum((layer.W**2).sum() for layer in net.layers))
    penalty.add_gradient(net.params, grads)  # it adds
    np.testing.assert_allclose(grads, 2 * l2 * net.params * net.is_weight, rtol=1e-15)
    np.testing.assert_array_equal(net.params, before)


@given(sizes=sizes, n_rows=rows, activation=names.filter(lambda name: name != "step"), seed=seeds)
@some
def test_float32_predictions_are_close_to_float64(sizes, n_rows, activation, seed):
    """All but step, whose jump turns a rounding error into another answer."""
    net, X, _ = case(sizes, n_rows, activation, "mse", seed)
    single, _, _ = case(sizes, n_rows, activation, "mse", seed, np.float32)
    largest = np.prod([1 + np.abs(layer.W).sum(axis=0).max() for layer in net.layers])  # how much an error can grow
    np.testing.assert_allclose(single.forward(X), net.forward(X), rtol=1e-5, atol=1e-6 * largest)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_float32_gradients_and_training_are_close_to_float64(activation, loss):
    """At fixed seeds: near a kink one rounding error makes another gradient."""
    double, X, y = case([3, 5, 4, 2], 6, activation, loss, 0)
    single, _, _ = case([3, 5, 4, 2], 6, activation, loss, 0, np.float32)
    np.testing.assert_allclose(gradient(single, X, y, loss), gradient(double, X, y, loss), rtol=1e-4, atol=1e-5)
    histories = [train(net, X, y, optimizer=Momentum(0.01), epochs=20, loss=loss) for net in (single, double)]
    assert single.params.dtype == np.float32
    np.testing.assert_allclose(single.params, double.params, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(histories[0].loss, histories[1].loss, rtol=1e-3, atol=1e-4)


# Same seed, same bits


@pytest.mark.parametrize("initializer", INITIALIZERS)
@given(sizes=sizes, seed=seeds)
@settings(max_examples=15, deadline=None)
def test_same_seed_same_first_weights(initializer, sizes, seed):
    one, two = (mlp(sizes, initializer=initializer, seed=s) for s in (seed, seed))
    np.testing.assert_array_equal(one.params, two.params)
    np.testing.assert_array_equal(one.params, mlp(sizes, initializer=initializer, seed=RNG(seed)).params)
    other = mlp(sizes, initializer=initializer, seed=seed + 1)
    assert (initializer == "zeros") == np.array_equal(one.params, other.params)
    for layer in one.layers:
        np.testing.assert_array_equal(layer.b, 0)


@given(
    sizes=sizes,
    activation=names,
    loss=loss_names,
    seed=seeds,
    rule=st.sampled_from(RULES),
    batch_size=st.integers(1, 10),
    rate=st.sampled_from([0.0, 0.4]),
)
@some
@pytest.mark.filterwarnings("ignore::nnlib.DivergenceWarning")
def test_same_seed_same_training(sizes, activation, loss, seed, rule, batch_size, rate):
    """Mini-batches and dropout: the same bits from the same seed, given as a number or as a generator.

    A few of these networks diverge: to the same bits, too.
    """
    if loss == "cross_entropy":
        sizes = [*sizes[:-1], max(2, sizes[-1])]
    runs = []
    for train_seed in (seed, seed, RNG(seed)):
        net = mlp(sizes, activation, dropout=rate, seed=3)
        _, X, y = case(sizes, 10, activation, loss, 5)
        how = {"optimizer": rule(0.01), "epochs": 3, "batch_size": batch_size, "seed": train_seed, "loss": loss}
        history = train(net, X, y, **how)
        runs.append((net.params, history.loss))
    for params, recorded in runs[1:]:
        np.testing.assert_array_equal(params, runs[0][0])
        np.testing.assert_array_equal(recorded, runs[0][1])


@pytest.mark.parametrize(("dropout", "batch_size"), [(0.0, 4), (0.4, None), (0.4, 4)])
def test_another_seed_trains_otherwise(dropout, batch_size):
    trained = []
    for seed in (0, 1):
        net, (_, X, y) = mlp([2, 6, 1], dropout=dropout, seed=3), case([2, 6, 1], 10, "tanh", "mse", 5)
        train(net, X, y, optimizer=GradientDescent(0.05), epochs=3, batch_size=batch_size, seed=seed)
        trained.append(net.params)
    assert not np.allclose(*trained)


def test_each_update_has_a_mask_of_its_own():
    """With dropout and nothing else at random, the loss of a network that does not learn varies between epochs."""
    net, (_, X, y) = mlp([2, 6, 1], dropout=0.5, seed=0), case([2, 6, 1], 10, "tanh", "mse", 5)
    history = train(net, X, y, optimizer=GradientDescent(1e-300), epochs=20, seed=0)
    assert len(set(history.loss)) == 20


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.5, 0.9])
def test_dropout_keeps_the_mean(rate):
    """What is kept is scaled so that the sum of many silenced activations stays what it was, on average."""
    net = Network([Dense(1, 400), Dropout(rate), Dense(400, 1)])
    first, last = net.dense
    first.b[:], last.W[:] = 1, 1 / 400
    outputs = net.forward(np.zeros((400, 1)), RNG(0))
    deviation = np.sqrt(rate / (1 - rate) / 400)  # of one output, a mean of 400 scaled coin tosses
    assert outputs.mean() == pytest.approx(1, abs=5 * deviation / np.sqrt(400) + 1e-12)
    assert outputs.std() == pytest.approx(deviation, rel=0.15, abs=1e-12)
    np.testing.assert_allclose(net.predict(np.zeros((3, 1))), 1)


# One linear neuron is least squares


@pytest.mark.parametrize(("rule", "rate"), [(GradientDescent, 1.0), (Momentum, 0.2), (Nesterov, 0.2)])
@pytest.mark.parametrize(("n_rows", "features", "outputs"), [(6, 1, 1), (50, 3, 1), (40, 5, 2)])
def test_linear_neurons_trained_to_convergence_are_least_squares(rule, rate, n_rows, features, outputs):
    """The rate is a fraction of 1 / λ, λ the largest curvature of the bowl."""
    rng = RNG(0)
    X = rng.normal(size=(n_rows, features))
    y = X @ rng.normal(size=(features, outputs)) + 3 + 0.5 * rng.normal(size=(n_rows, outputs))
    columns = np.column_stack([X, np.ones(n_rows)])
    curvature = np.linalg.eigvalsh(columns.T @ columns).max() * 2 / y.size
    net = mlp([features, outputs], seed=0)
    train(net, X, y, optimizer=rule(rate / curvature), epochs=3000)
    solution, *_ = np.linalg.lstsq(columns, y, rcond=None)
    np.testing.assert_allclose(np.vstack([net.layers[0].W, net.layers[0].b]), solution, atol=1e-8)


def test_a_linear_neuron_with_a_penalty_is_ridge_regression():
    """The minimum of the mean squared error and λ/2 Σ w² without the bias, from the normal equations."""
    rng = RNG(1)
    X, y = rng.normal(size=(30, 3)), rng.normal(size=30) + 2
    columns, strength = np.column_stack([X, np.ones(30)]), np.diag([0.7, 0.7, 0.7, 0])
    solution = np.linalg.solve(2 / 30 * columns.T @ columns + strength, 2 / 30 * columns.T @ y)
    net = mlp([3, 1], seed=0)
    train(net, X, y, optimizer=GradientDescent(0.2), epochs=1000, l2=0.7)
    np.testing.assert_allclose(net.params, solution, atol=1e-8)


def test_a_linear_neuron_with_the_mean_absolute_error_goes_to_the_median():
    net, y = mlp([1, 1], seed=0), np.array([1.0, 2.0, 3.0, 50.0, 1000.0])
    train(
        net,
        np.zeros((5, 1)),
        y,
        optimizer=GradientDescent(nnlib.StepDecay(1.0, every=50, factor=0.5)),
        epochs=1500,
        loss="mae",
    )
    assert net.layers[0].b[0] == pytest.approx(3, abs=1e-6)


def test_a_neuron_with_binary_cross_entropy_goes_to_the_log_odds():
    net, y = mlp([1, 1], seed=0), np.array([1.0, 1.0, 1.0, 0.0])
    train(net, np.zeros((4, 1)), y, optimizer=GradientDescent(2.0), epochs=200, loss="binary_cross_entropy")
    assert net.layers[0].b[0] == pytest.approx(np.log(3), abs=1e-9)


def test_neurons_with_cross_entropy_go_to_the_shares_of_the_classes():
    net, labels = mlp([1, 3], seed=0), np.array([0, 0, 0, 1, 1, 2])
    train(net, np.zeros((6, 1)), labels, optimizer=GradientDescent(2.0), epochs=400, loss="cross_entropy")
    np.testing.assert_allclose(nnlib.activations.softmax(net.layers[0].b), [3 / 6, 2 / 6, 1 / 6], atol=1e-9)


# Many networks at once


def both_ways(make, X, y, loss, optimizers, epochs):
    """The same networks trained at once and one after the other."""
    at_once, alone = make(), make()
    together = nnlib.train_many(at_once, X, y, optimizers=optimizers(), epochs=epochs, loss=loss)
    single = [
        train(net, X, y, optimizer=o, epochs=epochs, loss=loss) for net, o in zip(alone, optimizers(), strict=True)
    ]
    return at_once, together, alone, single


@given(
    widths=st.lists(st.lists(st.integers(1, 9), min_size=2, max_size=2), min_size=1, max_size=6),
    ends=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    n_rows=rows,
    activation=names.filter(lambda name: name != "softmax"),  # one width only, see below
    output=names,
    loss=loss_names.filter(lambda name: name != "mae"),  # whose gradient jumps, so that rounding grows
    rule=st.sampled_from([GradientDescent, Momentum, Nesterov]),
    seed=seeds,
    data=st.data(),
)
@settings(max_examples=120, deadline=None)
def test_many_at_once_are_one_after_another(widths, ends, n_rows, activation, output, loss, rule, seed, data):
    fastest = 0.05 if rule is GradientDescent else 0.005  # momentum makes steady steps ten times as long
    rates = data.draw(st.lists(st.floats(1e-4, fastest), min_size=len(widths), max_size=len(widths)))
    _, X, y = case([ends[0], 1, ends[1]], n_rows, "tanh", loss, seed)
    output = "identity" if LOSSES[loss].from_logits else output

    def make():
        return [
            mlp([ends[0], *hidden, y.shape[1]], activation, output, seed=seed + i) for i, hidden in enumerate(widths)
        ]

    at_once, together, alone, single = both_ways(make, X, y, loss, lambda: [rule(rate) for rate in rates], 30)
    for a, b, history, other in zip(at_once, alone, together, single, strict=True):
        np.testing.assert_allclose(a.params, b.params, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(history.loss, other.loss, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("loss", LOSSES)
def test_many_at_once_with_every_optimizer_and_a_schedule(rule, loss):
    _, X, y = case([2, 1, 3], 12, "tanh", loss, 0)
    schedule = nnlib.WarmUp(10, nnlib.CosineDecay(0.05, steps=10))

    def optimizers():
        return [rule(rate) for rate in (0.05, 0.01, schedule, 0.002)]

    def make():
        return [mlp([2, width, 3, 3], "tanh", seed=width) for width in (1, 4, 6, 9)]

    at_once, together, alone, single = both_ways(make, X, y, loss, optimizers, 25)
    for a, b, history, other in zip(at_once, alone, together, single, strict=True):
        np.testing.assert_allclose(a.params, b.params, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(history.loss, other.loss, rtol=1e-12, atol=1e-12)
        assert str(history) == str(other)


def test_many_at_once_with_softmax_of_one_width():
    _, X, y = case([2, 1, 3], 12, "tanh", "mse", 0)

    def make():
        return [mlp([2, 4, 3], "softmax", "softmax", seed=seed) for seed in range(3)]

    at_once, _, alone, _ = both_ways(make, X, y, "mse", lambda: [GradientDescent(0.05) for _ in range(3)], 100)
    for a, b in zip(at_once, alone, strict=True):
        np.testing.assert_allclose(a.params, b.params, rtol=1e-12, atol=1e-12)


def test_many_at_once_takes_no_networks_of_different_outputs():
    """The missing output would count as a class of its own, with the logit 0."""
    X, labels = RNG(0).normal(size=(6, 2)), np.array([0, 1, 2, 0, 1, 2])
    nets = [mlp([2, 4, outputs], seed=0) for outputs in (3, 4)]
    with pytest.raises(ValueError, match=r"nets\[1\]"):
        nnlib.train_many(nets, X, labels, optimizers=[Adam(), Adam()], epochs=2, loss="cross_entropy")


# The textbook twin: the network that the book builds line by line


@cache
def functions_of(chapter, *wanted):
    """Functions as a chapter defines them, taken from its text."""
    import jupytext  # here, because all other tests run under Pyodide, too, which has none

    cells = jupytext.read(BOOK / f"{chapter}.md", fmt="md:myst").cells
    trees = [ast.parse(cell.source) for cell in cells if cell.cell_type == "code"]
    found = [node for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef) and node.name in wanted]
    assert [node.name for node in found] == list(wanted)
    names = {"np": np, "nnlib": nnlib}
    exec(compile(ast.Module(found, type_ignores=[]), chapter, "exec"), names)
    return [names[name] for name in wanted]


@pytest.mark.parametrize("seed", range(5))
def test_the_book_s_loop_is_nnlib_after_1000_epochs(seed):
    train_by_hand, parameters = functions_of("training", "train_by_hand", "parameters")
    (forward,) = functions_of("four_neurons", "forward")
    day = nnlib.data.temperatures("1981-07-05")
    X, y = (nnlib.StandardScaler().fit(v).transform(v)[:, np.newaxis] for v in (day.hours, day.celsius))
    net = mlp([1, 4, 1], activation="tanh", seed=seed)
    trained, by_hand = train_by_hand(parameters(net), X, y, learning_rate=0.05, epochs=1000)
    history = train(net, X, y, optimizer=GradientDescent(0.05), epochs=1000)
    np.testing.assert_allclose(net.params, np.concatenate([p.ravel() for p in trained]), rtol=0, atol=1e-12)
    np.testing.assert_allclose(history.loss, by_hand, rtol=0, atol=1e-12)
    np.testing.assert_allclose(net.predict(X), forward(X, *trained), rtol=0, atol=1e-12)
    assert history.loss[-1] < 0.2 * history.loss[0]  # it did learn


@given(seed=seeds, width=st.integers(1, 8), features=st.integers(1, 3), n_rows=rows)
@settings(max_examples=25, deadline=None)
def test_the_book_s_loop_is_nnlib_for_any_width(seed, width, features, n_rows):
    train_by_hand, parameters = functions_of("training", "train_by_hand", "parameters")
    _, X, y = case([features, width, 1], n_rows, "tanh", "mse", seed)
    net = mlp([features, width, 1], seed=seed)
    trained, by_hand = train_by_hand(parameters(net), X, y, 0.01, 50)
    history = train(net, X, y, optimizer=GradientDescent(0.01), epochs=50)
    np.testing.assert_allclose(net.params, np.concatenate([p.ravel() for p in trained]), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(history.loss, by_hand, rtol=1e-12, atol=1e-12)
