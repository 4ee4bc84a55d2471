"""Each technical measure in a sentence that a marketer can repeat: the one glossary of all sections."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """A measure by the field's name, what it says in plain words, and how to read its figure."""

    name: str
    says: str
    read: str


PLAIN: dict[str, Measure] = {
    "jaccard": Measure(
        "Bootstrap Jaccard",
        "If we drew our customers again and grouped them anew, how much of this segment would come back?",
        "1 is all of it; from 0.75 on it is stable, below 0.6 who is in it is partly chance.",
    ),
    "prediction_strength": Measure(
        "Prediction strength",
        "Groups found in one half of the customers: do they fit the other half?",
        "From 0.8 on they do, even in the worst segment.",
    ),
    "silhouette": Measure(
        "Silhouette",
        "How much nearer are customers to their own segment than to the next?",
        "1 is far apart, 0 is on the border; customers often overlap, so 0.2 may still be real.",
    ),
    "calinski_harabasz": Measure(
        "Calinski-Harabasz",
        "How far apart are the segments, against how wide each one is?",
        "Higher is better; it only compares ways to cut the same customers.",
    ),
    "davies_bouldin": Measure(
        "Davies-Bouldin",
        "How much does each segment run into the one that is most like it?",
        "Lower is better; it only compares ways to cut the same customers.",
    ),
    "gap": Measure(
        "Gap",
        "Do these customers fall into groups more than a crowd without any groups would?",
        "Above what chance gives, they do.",
    ),
    "bic": Measure(
        "BIC",
        "Is one more segment worth what it makes more complicated?",
        "Lower is better; a difference of 10 is strong.",
    ),
    "slsw": Measure(
        "Segment level stability within (SLSw)",
        "Asked for as many segments again, how often do we find this one?",
        "1 is always; it ranks segments and has no cut-off.",
    ),
    "slsa": Measure(
        "Segment level stability across (SLSa)",
        "Asked for one segment more or fewer, does this one stay whole?",
        "1 is always; a low figure is a segment that splits or dissolves as the number changes.",
    ),
    "psi": Measure(
        "Population stability index (PSI)",
        "How different is today's mix of customers from that of then?",
        "Below 0.1 hardly; 0.25 and more is another population.",
    ),
    "centroid_shift": Measure(
        "Centroid shift",
        "Is the typical customer of this segment still the one we described?",
        "Past a fifth of where it stood, and 0.2 standard deviations of all customers, read it again.",
    ),
    "churn": Measure(
        "Membership churn",
        "How many of the customers known on both days are in another segment now?",
        "By one definition each of them has changed, if only by the time without an order.",
    ),
    "auc": Measure(
        "AUC",
        "Of a customer who came back and one who did not, how often do we pick the right one?",
        "0.5 is tossing a coin, 1 is always right.",
    ),
    "brier": Measure(
        "Brier score",
        "When we say 70%, how far off are we, customer by customer?",
        "0 is never off; it is compared with saying the same to everybody.",
    ),
    "gini": Measure(
        "Gini",
        "If we call customers in the order that the segments give, how soon do we reach the money?",
        "0 is any order, 1 is the best there is.",
    ),
    "r2": Measure(
        "R²",
        "How much of what customers spend next does knowing their segment explain?",
        "0.10 is a tenth of the differences between them; below 0 a plain average does better.",
    ),
    "lift": Measure(
        "Lift",
        "How many times the average does this segment buy, spend or come back?",
        "1 is the average, 2 is twice as much.",
    ),
    "cliffs_delta": Measure(
        "Cliff's delta",
        "Of one customer here and one elsewhere, how much more often does the one from here have more?",
        "0 is as often as not, 1 is always; below 0.15 is called negligible by convention (Romano 2006).",
    ),
    "cohens_d": Measure(
        "Standardised difference (Cohen's d)",
        "How far apart are two averages, against how much customers differ anyway?",
        "0.2 is small, 0.5 can be seen, 0.8 is large.",
    ),
    "cramers_v": Measure(
        "Cramér's V",
        "How closely do segment and attribute go together: does one give the other away?",
        "0 is not at all, 1 is entirely; times √(the fewer of both − 1), 0.1 is small, 0.3 medium, "
        "0.5 large (Cohen 1988).",
    ),
    "permutation": Measure(
        "Permutation importance",
        "If we did not know this of our customers, how many would we put in the wrong segment?",
        "The more go wrong, the more the segments hang on it.",
    ),
    "interval": Measure(
        "95% interval",
        "With other customers of the same kind, where might the figure have come out?",
        "If it leaves out the value that would mean no difference, chance alone is a poor explanation.",
    ),
    "holm": Measure(
        "Holm's correction",
        "Of many questions asked at once, which answers are more than luck?",
        "Ask a hundred and five come out true by luck; with this, one report in twenty errs at most.",
    ),
    "heterogeneity": Measure(
        "Interaction test (Cochran's Q)",
        "Does what we did work better on some segments than on others?",
        "Only if it does is it worth treating them differently.",
    ),
    "known_share": Measure(
        "Known share",
        "How much of what we need to place these customers do we know of them?",
        "Below a half they are placed by what we do not know.",
    ),
    "rate_ratio": Measure(
        "Four-fifths screen",
        "Is a customer of one group as likely to be in this segment as one of all other groups?",
        "Below 0.8 it is worth a look; it is no legal test.",
    ),
}


OF: dict[str, tuple[str, ...]] = {
    "drift": ("psi", "centroid_shift", "churn"),
    "stability": ("jaccard", "prediction_strength", "silhouette", "slsw", "slsa"),
    "prediction": ("auc", "r2", "gini", "lift"),
    "difference": ("cliffs_delta", "cramers_v", "permutation", "holm"),
    "verdict": ("known_share", "heterogeneity", "interval"),
    "audit": ("cramers_v", "rate_ratio", "holm"),
}
"""The measures that each section of ``compare`` tells of."""


def plainly(measure: str) -> str:
    """The measure in two sentences, with its name: what a page shows beside a figure.

    >>> plainly("bic").startswith("BIC: Is one more segment worth what it makes more complicated? Lower")
    True
    """
    found = PLAIN[measure]
    return f"{found.name}: {found.says} {found.read}"
