"""Customers with and without groups among them, and a clusterer of scikit-learn's to measure them with."""

import numpy as np
from sklearn.cluster import KMeans


def kmeans(places, ks, seed):
    """A Clusterer: any may be measured, not only ours."""
    start = sum(map(ord, seed))
    fitted = {k: KMeans(k, n_init=1, random_state=start).fit(places) for k in ks}
    return {k: lambda more, model=model: model.predict(more).astype(np.int64) for k, model in fitted.items()}


def groups(each=60, apart=6.0, spread=1.0, seed=3):
    """Three round groups in a plane."""
    chance = np.random.default_rng(seed)
    middles = np.array([[0, 0], [apart, 0], [apart / 2, apart]])
    where = np.repeat(np.arange(3), each)
    order = chance.permutation(len(where))
    places = np.floor((middles[where] + chance.normal(size=(len(where), 2)) * spread) * 1000)
    return places[order], where[order].astype(np.int64)


def cloud(customers=400, features=2, seed=5):
    """One normal cloud whose features go together."""
    chance = np.random.default_rng(seed)
    common = chance.normal(size=(customers, 1))
    return np.floor((0.8 * common + 0.6 * chance.normal(size=(customers, features))) * 1000)


def square(customers=400, seed=5):
    return np.floor(np.random.default_rng(seed).uniform(-1700, 1700, size=(customers, 2)))
