"""The classifier as scikit-learn and its users see it."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.utils.estimator_checks import parametrize_with_checks

from reproduce.errors import InvalidInputError
from reproduce.models import MLPClassifier
from reproduce.models.mlp.batches import held_out, of_classes, shuffled
from reproduce.models.mlp.network import Network


@parametrize_with_checks([MLPClassifier(random_state=0), MLPClassifier((8, 8), dtype="float64", random_state=1)])
def test_scikit_learns_contract(estimator, check):
    """Every check of scikit-learn passes, without exceptions."""
    check(estimator)


@pytest.fixture(scope="module")
def blobs():
    """(120, 20) features of six classes that a small network can tell apart, with string labels."""
    rng = np.random.default_rng(0)
    y = np.arange(120) % 6
    X = rng.standard_normal((6, 20))[y] * 2 + rng.standard_normal((120, 20)) * 0.5
    return X, np.array(["ada", "bo", "cy", "di", "ed", "flo"])[y]


@pytest.mark.parametrize("objective", ["cross-entropy", "triplet"])
@pytest.mark.parametrize("hidden", [(16,), (16, 16)])
def test_it_learns_under_both_objectives(blobs, objective, hidden):
    """Six separable classes are learned, and the embedding has the last hidden layer's width."""
    X, y = blobs
    model = MLPClassifier(hidden, objective=objective, learning_rate=3e-3, random_state=0).fit(X[:60], y[:60])
    assert model.score(X[60:], y[60:]) > 0.95
    assert model.embed(X).shape == (120, hidden[-1])
    assert (model.embed(X) >= 0).all()
    assert model.loss_curve_[-1] < model.loss_curve_[0]


@pytest.mark.parametrize("objective", ["cross-entropy", "triplet"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_same_seed_gives_the_same_bits(blobs, objective, dtype):
    """Two fits under one seed are identical, under another they differ, and the dtype is as asked."""
    X, y = blobs
    model = MLPClassifier((8,), objective=objective, dtype=dtype, max_epochs=5, random_state=3)
    first, second = model.fit(X, y).embed(X), clone(model).fit(X, y).embed(X)
    assert first.dtype == dtype
    assert first.tobytes() == second.tobytes()
    assert first.tobytes() != clone(model).set_params(random_state=4).fit(X, y).embed(X).tobytes()


def test_renaming_the_classes_renames_the_predictions(blobs):
    """Labels enter by their order alone."""
    X, y = blobs
    model = MLPClassifier((8,), max_epochs=10, random_state=0)
    renamed = np.char.add("x-", y)
    np.testing.assert_array_equal(
        clone(model).fit(X, renamed).predict(X), np.char.add("x-", model.fit(X, y).predict(X))
    )


def test_partial_fit_is_one_epoch(blobs):
    """Each call takes ceil(N / batch) steps and adds one loss; labels may be announced beforehand."""
    X, y = blobs
    model = MLPClassifier((8,), batch_size=50, random_state=0)
    for epoch in range(1, 4):
        model.partial_fit(X, y, classes=[*np.unique(y), "zoe"])
        assert (model.n_epochs_, model.n_steps_, len(model.loss_curve_)) == (epoch, 3 * epoch, epoch)
    assert model.predict_proba(X).shape == (120, 7)
    strangers = np.where(y == "ada", "new", np.where(y == "bo", "old", y))
    with pytest.raises(InvalidInputError, match=r"y holds .*'new'.* none of the 7 known.*classes="):
        model.partial_fit(X, strangers)
    with pytest.raises(InvalidInputError, match="classes differ"):
        model.partial_fit(X, y, classes=np.unique(y))
    assert model.n_epochs_ == 3


def test_fit_without_stopping_takes_the_steps_of_partial_fit(blobs):
    """Three epochs of fit and three calls of partial_fit under one seed are the same training."""
    X, y = blobs
    by_fit = MLPClassifier((8,), early_stopping=False, max_epochs=3, random_state=5).fit(X, y)
    by_part = MLPClassifier((8,), random_state=5)
    for _ in range(3):
        by_part.partial_fit(X, y)
    assert by_fit.embed(X).tobytes() == by_part.embed(X).tobytes()


@pytest.mark.parametrize("rate", [0, 1e-3])
def test_without_stopping_the_last_epoch_is_kept(blobs, rate):
    """No image is held out and every epoch is run, also where nothing is learned."""
    model = MLPClassifier((4,), early_stopping=False, max_epochs=7, learning_rate=rate, random_state=0).fit(*blobs)
    assert len(model.held_out_) == 0
    assert model.held_out_curve_ == []
    assert model.best_epoch_ == model.n_epochs_ == len(model.loss_curve_) == 7


def test_of_equal_epochs_the_first_is_kept(blobs):
    """Where nothing is learned the held-out loss stays, and training ends once patience has run out."""
    model = MLPClassifier((4,), learning_rate=0, patience=3, random_state=0).fit(*blobs)
    assert (model.best_epoch_, model.n_epochs_) == (1, 4)
    assert len(set(model.held_out_curve_)) == 1


def test_early_stopping_waits_five_epochs_and_keeps_the_best(blobs):
    """Training ends five epochs after the lowest held-out loss, whose parameters are the ones kept."""
    X, y = blobs
    noise = np.random.default_rng(1).permutation(y)  # nothing to learn: the held-out loss soon rises
    model = MLPClassifier((32,), learning_rate=1e-2, random_state=0).fit(X, noise)
    curve = model.held_out_curve_
    assert len(curve) == model.n_epochs_ < 100
    assert model.best_epoch_ == np.argmin(curve) + 1 == model.n_epochs_ - 5
    p = model.predict_proba(X[model.held_out_])
    at = np.searchsorted(model.classes_, noise[model.held_out_])
    assert -np.log(p[np.arange(len(at)), at]).mean() == pytest.approx(min(curve), rel=1e-4)


def test_the_held_out_tenth_leaves_every_class_an_image():
    """A tenth is held out, never the last image of a class; with single images only, nothing is."""
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(30), [1] * 10 + [2] * 10 + [7] * 10)
    for _ in range(20):
        held = held_out(labels, 0.1, rng)
        assert len(held) == 10
        assert len(np.unique(np.delete(labels, held))) == 30
    assert len(held_out(np.arange(8), 0.1, rng)) == 0
    model = MLPClassifier((4,), max_epochs=20, random_state=0).fit(np.eye(8), np.arange(8))
    assert len(model.held_out_) == 0
    assert model.best_epoch_ == np.argmin(model.loss_curve_) + 1 > 1


def test_batches_cover_the_images_or_hold_pairs():
    """Shuffled batches hold every image once; triplet batches hold classes twice or more, lone images never."""
    rng = np.random.default_rng(0)
    labels = np.array([0, 0, 0, 1, 1, 2, 3, 3, 3, 3])
    batches = list(shuffled(labels, 4, rng))
    assert [len(b) for b in batches] == [4, 4, 2]
    assert sorted(np.concatenate(batches)) == list(range(10))
    for chosen in of_classes(labels, 4, rng):
        found, counts = np.unique(labels[chosen], return_counts=True)
        assert len(found) == 2
        assert (counts == 2).all()
        assert 2 not in found
        assert len(np.unique(chosen)) == len(chosen)


def test_grid_search_over_folds_that_miss_a_class(blobs):
    """Scikit-learn's grid search drives it, also where a class has fewer images than there are folds."""
    X, y = blobs
    X, y = np.vstack([X, X[:1] + 9]), np.append(y, "rare")
    with pytest.warns(UserWarning, match="least populated class"):
        search = GridSearchCV(
            MLPClassifier((8,), max_epochs=20, random_state=0),
            {"batch_size": [16, 64], "learning_rate": [1e-4, 1e-2]},
            cv=StratifiedKFold(5, shuffle=True, random_state=0),
        ).fit(X, y)
    assert search.best_params_["learning_rate"] == 1e-2
    assert search.best_score_ > 0.9


def test_constant_pixels_are_learned_as_nothing():
    """Images without contrast give the same probabilities for every image, and no error."""
    model = MLPClassifier((4,), random_state=0).fit(np.full((20, 9), 0.5), np.arange(20) % 2)
    p = model.predict_proba(np.full((3, 9), 0.5))
    assert np.ptp(p, axis=0).max() == 0


@pytest.mark.parametrize(
    "X, y, message",
    [
        (np.zeros((4, 3)), [1, 1, 1, 1], "two or more"),
        (np.full((4, 3), np.nan), [0, 0, 1, 1], "NaN"),
        (np.zeros((4, 3)), [0.5, 1.5, 2.25, 3.5], "continuous"),
        (np.full((40, 3), 3e38), np.arange(40) % 2, r"lower learning_rate"),
    ],
)
def test_data_that_cannot_be_learned_is_refused(X, y, message):
    """One class, NaN, continuous labels and inputs beyond the dtype are errors that name the cure."""
    with pytest.raises(ValueError, match=message):
        MLPClassifier((4,), random_state=0, early_stopping=False).fit(X, y)


def test_another_width_is_refused(blobs):
    """Images of another size than those trained on are an error that names both sizes."""
    model = MLPClassifier((4,), max_epochs=1, random_state=0).fit(*blobs)
    with pytest.raises(ValueError, match=r"21 features.*expecting 20"):
        model.embed(np.zeros((2, 21)))


def test_triplets_need_pairs():
    """The triplet objective without two classes of two images says what to do."""
    with pytest.raises(InvalidInputError, match="cross-entropy"):
        MLPClassifier(objective="triplet").fit(np.eye(5), [0, 0, 1, 2, 3])


@pytest.mark.parametrize(
    "settings",
    [
        {"hidden_layer_sizes": ()},
        {"hidden_layer_sizes": (0,)},
        {"hidden_layer_sizes": (4, 0)},
        {"batch_size": 0},
        {"batch_size": "8"},
        {"max_epochs": 0},
        {"patience": 1.5},
        {"validation_fraction": 1.0},
        {"validation_fraction": 1.5},
        {"validation_fraction": 0},
        {"validation_fraction": -0.5},
        {"validation_fraction": "0.1"},
        {"objective": "hinge"},
        {"output": "tanh"},
        {"dtype": "float16"},
        {"learning_rate": -1.0},
    ],
)
def test_settings_out_of_range_are_refused_by_fit(blobs, settings):
    """Constructors store; fit names the setting that is out of range."""
    with pytest.raises(InvalidInputError, match=next(iter(settings))):
        MLPClassifier(**settings).fit(*blobs)


@pytest.mark.parametrize(
    "settings",
    [
        {"hidden_layer_sizes": 1},
        {"hidden_layer_sizes": (1, 1)},
        {"batch_size": 1, "max_epochs": 2},
        {"max_epochs": 1},
        {"patience": 1},
    ],
)
def test_whole_numbers_may_be_one(blobs, settings):
    """One unit, one image a batch, one epoch, no patience; a lone number is one hidden layer."""
    model = MLPClassifier(random_state=0, **settings).fit(*blobs)
    assert model.embed(blobs[0]).shape == (120, 1 if "hidden_layer_sizes" in settings else 64)
    assert model.n_steps_ == model.n_epochs_ * -(-(120 - 12) // settings.get("batch_size", 32))


def test_the_embedding_is_the_last_hidden_layer_and_may_be_linear(blobs):
    """Of layers of 16 and 8 units the eight are given, which without the ReLU are negative too."""
    model = MLPClassifier((16, 8), max_epochs=2, random_state=0)
    for output in ("relu", "linear"):
        found = clone(model).set_params(output=output).fit(*blobs).embed(blobs[0])
        assert found.shape == (120, 8)
        assert (found < 0).any() == (output == "linear")


def test_parameters_that_leave_the_numbers_are_an_error_too(blobs):
    """The loss of the only batch is finite, the step it causes is not."""
    model = MLPClassifier((4,), batch_size=120, learning_rate=1e39, max_epochs=1, early_stopping=False, random_state=0)
    with pytest.raises(InvalidInputError, match="left the numbers in epoch 1"):
        model.fit(*blobs)
    assert np.isfinite(model.loss_curve_).all()


def test_a_seed_starts_with_the_weights_it_always_started_with(blobs):
    """Recorded results stand on these bits: a legacy draw below 2**31 - 1 seeds the generator of all others."""
    for seed in range(6):
        model = MLPClassifier((4,), learning_rate=0, max_epochs=1, early_stopping=False, random_state=seed).fit(*blobs)
        start = Network((20, 4, 6))
        start.initialise(np.random.default_rng(np.random.RandomState(seed).randint(2**31 - 1)))
        np.testing.assert_array_equal(model.network_.parameters, start.parameters)


def test_the_settings_unless_given():
    """The paper's, and scikit-learn's where it names none."""
    assert MLPClassifier().get_params() == {
        "hidden_layer_sizes": (64,),
        "batch_size": 32,
        "learning_rate": 1e-3,
        "beta_1": 0.9,
        "beta_2": 0.999,
        "epsilon": 1e-8,
        "max_epochs": 100,
        "early_stopping": True,
        "patience": 5,
        "validation_fraction": 0.1,
        "objective": "cross-entropy",
        "output": "relu",
        "dtype": "float32",
        "random_state": None,
    }


def test_names_come_from_the_room_in_any_order():
    """`softmax` is the function, also after the modules that use it were imported."""
    from reproduce.models import Adam, softmax

    assert callable(softmax)
    assert Adam().epsilon == 1e-8
