"""Records few_shot.json: what other implementations make of the same vectors (scikit-learn 1.9.1, numpy, scipy).

    python few_shot.py > few_shot.json
"""

import json

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax
from sklearn.linear_model import LogisticRegression

CLASSES, WIDTH = 4, 7
COUNTS = [9, 3, 5, 1]


def unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


rng = np.random.default_rng(7)
directions = rng.normal(size=(CLASSES, WIDTH))
labels = np.repeat(np.arange(CLASSES), COUNTS)
draw = lambda y: unit(directions[y] + rng.normal(size=(len(y), WIDTH)) * 0.9).astype(np.float32).astype(float)
examples, queries = draw(labels), draw(np.arange(CLASSES).repeat(2))
names = unit(directions + rng.normal(size=directions.shape)).astype(np.float32).astype(float)

out = {"examples": examples.tolist(), "counts": COUNTS, "queries": queries.tolist(), "names": names.tolist()}

for strength in (0.1, 1.0, 10.0, 1000.0):
    settings = {"solver": "newton-cg", "tol": 1e-12, "max_iter": 10000, "class_weight": "balanced"}
    probe = LogisticRegression(C=strength, **settings).fit(examples, labels)
    out[f"probe {strength:g}"] = probe.predict_proba(queries).tolist()

two = labels < 2  # learned as one vector, not as two
for strength in (0.1, 10.0):
    probe = LogisticRegression(C=strength, **settings).fit(examples[two], labels[two])
    out[f"probe of two {strength:g}"] = probe.predict_proba(queries).tolist()

sums = lambda rows: np.array([rows[labels == k].sum(0) for k in range(CLASSES)])
centre = (sums(examples) / np.array(COUNTS)[:, None]).mean(0)
seen = unit(examples - centre)
cosines, right = [], []
for i, k in enumerate(labels):
    if COUNTS[k] > 1:
        left = np.delete(np.arange(len(labels)), i)
        means = [unit(seen[[j for j in left if labels[j] == c]].mean(0)) for c in range(CLASSES)]
        cosines.append(np.array(means) @ seen[i])
        right.append(k)
loss = lambda s: -log_softmax(s * np.array(cosines), axis=1)[np.arange(len(right)), right].sum()
scale = minimize_scalar(loss, bounds=(1, 100), method="bounded", options={"xatol": 1e-10}).x
out["mean"] = softmax(scale * unit(queries - centre) @ unit(sums(seen)).T, axis=1).tolist()

one_hot = np.eye(CLASSES)[labels]
for alpha, beta in ((1.0, 5.5), (3.0, 2.0)):
    logits = 10 * queries @ names.T + alpha * np.exp(-beta * (1 - queries @ examples.T)) @ one_hot
    out[f"tip {alpha:g} {beta:g}"] = softmax(logits, axis=1).tolist()

print(json.dumps(out))
