from regulars.measure.gap import Gap
from regulars.segment.choosing import choose
from regulars.segment.choosing.candidates import Candidate, Trials
from regulars.segment.choosing.choose import recommended, speaks_for


def candidate(k, silhouette, smallest_share=0.1, inertia=1.0, width=0.01, customers=1000, **more):
    low, high = silhouette - width, silhouette + width
    smallest = round(smallest_share * customers)
    return Candidate(k, silhouette, low, high, inertia, smallest_share, smallest, **more)


NATURAL = {"jaccard": (0.95, 0.9), "prediction_strength": 0.9, "beyond_chance": 9.0}
REPRODUCIBLE = {**NATURAL, "prediction_strength": 0.6}
CONSTRUCTIVE = {**REPRODUCIBLE, "jaccard": (0.8, 0.5)}


def choice(candidates, where, asked=None, one=None):
    return choose.choice(Trials(tuple(candidates), one), where, asked)


def test_the_highest_silhouette_wins_where_it_is_clear():
    taken = choice([candidate(2, 0.61), candidate(3, 0.44), candidate(4, 0.40)], "behaviour")
    assert taken.k == 2
    assert "2 segments have the highest silhouette 0.61 (0.60 to 0.62) of 2 to 4" in taken.reason
    assert taken.notes == ()


def test_four_to_seven_go_first_where_silhouettes_are_close_and_the_reason_says_so():
    taken = choice(
        [candidate(2, 0.44), candidate(3, 0.43), candidate(4, 0.40), candidate(8, 0.43)], "behaviour"
    )
    assert taken.k == 4
    assert "within 0.05 of the highest, 0.44 at 2, and 4 to 7 segments are usually easier" in taken.reason


def test_a_candidate_with_a_handful_in_a_segment_is_not_recommended():
    few = candidate(5, 0.60, smallest_share=0.01)
    taken, _ = recommended([candidate(4, 0.40), few])
    assert taken.k == 4


def test_a_small_share_of_very_many_customers_is_large_enough():
    assert candidate(5, 0.6, smallest_share=0.01, customers=20_000).is_large_enough
    assert not candidate(5, 0.6, smallest_share=0.01, customers=5_000).is_large_enough
    assert not candidate(2, 0.6, smallest_share=0.5, customers=20).is_large_enough


def test_where_every_candidate_has_a_handful_one_is_taken_with_a_warning():
    taken = choice([candidate(2, 0.5, 0.02), candidate(3, 0.7, 0.01)], "behaviour")
    assert taken.k == 2
    assert "every candidate has a segment that is too small" in taken.reason
    assert [(note.severity, note.where) for note in taken.notes] == [("warning", "behaviour.k")]
    assert "The smallest of 2 segments held 2.0% of customers" in taken.notes[0].what


def test_the_number_asked_for_is_taken_and_told_what_it_costs():
    taken = choice([candidate(3, 0.25), candidate(4, 0.41)], "behaviour", asked=3)
    assert taken.k == 3
    assert "3 segments as asked: silhouette 0.25 (0.24 to 0.26), -0.16 against 4 segments" in taken.reason


def test_customers_without_gaps_between_them_are_told_as_such():
    taken = choice([candidate(4, 0.20)], "behaviour")
    assert "customers differed by degrees" in taken.notes[0].what


def test_segments_that_overlap_are_not_told_as_apart():
    overlap = "A silhouette below 0.5 means that neighbouring segments overlap."
    assert overlap in choice([candidate(4, 0.49)], "behaviour").reason
    assert overlap not in choice([candidate(4, 0.51)], "behaviour").reason


def test_the_bend_of_the_inertia_curve_is_told():
    curve = [candidate(k, 0.5, inertia=i) for k, i in zip(range(2, 7), [9, 6, 3, 2.8, 2.6], strict=True)]
    assert "the elbow of inertia for 4" in choice(curve, "behaviour").reason


def test_segments_that_come_back_are_foretold_and_are_tighter_than_chance_are_natural():
    assert candidate(4, 0.2, **NATURAL).verdict == "natural"
    assert (
        candidate(4, 0.2, **{**NATURAL, "jaccard": (0.75, 0.75), "prediction_strength": 0.8}).verdict
        == "natural"
    )
    assert candidate(4, 0.2, **{**NATURAL, "prediction_strength": 0.79}).verdict == "reproducible"
    assert candidate(4, 0.2, **{**NATURAL, "beyond_chance": 3.0}).verdict == "reproducible"
    assert candidate(4, 0.2, **{**NATURAL, "beyond_chance": None}).verdict == "reproducible"
    assert candidate(4, 0.2, **{**NATURAL, "jaccard": (0.75, 0.74)}).verdict == "constructive"
    assert candidate(4, 0.2, **{**NATURAL, "jaccard": (1.0, 0.59)}).verdict == "constructive"
    assert candidate(4, 0.2).verdict is None


def test_a_better_verdict_goes_before_a_higher_silhouette():
    split, whole = candidate(5, 0.30, **CONSTRUCTIVE), candidate(3, 0.20, **REPRODUCIBLE)
    taken = choice([whole, split], "behaviour")
    assert taken.k == 3
    assert "Only 3 segments are reproducible: silhouette 0.20 (0.19 to 0.21)" in taken.reason
    two = choice([whole, split, candidate(8, 0.35, **REPRODUCIBLE)], "behaviour")
    assert (
        "8 segments have the highest silhouette 0.35 (0.34 to 0.36) of the reproducible ones (3 and 8)"
        in (two.reason)
    )
    assert recommended([whole, split, candidate(6, 0.10, **NATURAL)])[0].k == 6


def test_of_natural_numbers_the_most_segments_are_taken_for_each_is_real():
    kept = [candidate(k, s, **NATURAL) for k, s in ((2, 0.5), (3, 0.45), (4, 0.35))]
    taken = choice([*kept, candidate(5, 0.36, **REPRODUCIBLE)], "behaviour")
    assert taken.k == 4
    assert "4 segments are natural groups (2 and 3 are natural too, but coarser)" in taken.reason


def test_more_than_ten_are_taken_only_where_nothing_less_is_as_good():
    many = candidate(12, 0.55, **REPRODUCIBLE)
    assert recommended([candidate(8, 0.52, **REPRODUCIBLE), many])[0].k == 8
    assert recommended([candidate(8, 0.40, **REPRODUCIBLE), many])[0].k == 12
    assert recommended([candidate(9, 0.40, **NATURAL), candidate(12, 0.55, **NATURAL)])[0].k == 9


def test_a_natural_number_with_a_handful_in_a_segment_is_not_recommended():
    few = candidate(5, 0.6, smallest_share=0.01, **NATURAL)
    assert recommended([candidate(4, 0.2, **CONSTRUCTIVE), few])[0].k == 4


def test_each_verdict_is_said_with_what_it_rests_on():
    def told(**more):
        return choice([candidate(4, 0.3, **more)], "behaviour").reason

    assert "They are natural: " in told(**NATURAL)
    assert "(Jaccard 0.93, weakest segment 0.90)" in told(**NATURAL)
    assert "reproducible rather than natural" in told(**REPRODUCIBLE)
    assert "prediction strength is 0.60, below 0.8" in told(**REPRODUCIBLE)
    assert "no tighter than chance" in told(**{**NATURAL, "beyond_chance": 1.0})
    assert "They are constructive: a cut through customers who differ by degrees" in told(**CONSTRUCTIVE)


def test_segments_that_do_not_come_back_are_a_doubt_and_others_are_none():
    def doubts(**more):
        return [each.what for each in choice([candidate(4, 0.3, **more)], "behaviour").notes]

    (doubt,) = doubts(**CONSTRUCTIVE)
    assert "4 segments came out otherwise (Jaccard 0.65, weakest segment 0.50)" in doubt
    assert doubts(**NATURAL) == doubts(**REPRODUCIBLE) == []


def test_natural_groups_that_overlap_are_no_doubt():
    assert choice([candidate(4, 0.2, **NATURAL)], "behaviour").notes == ()
    assert len(choice([candidate(4, 0.2, **REPRODUCIBLE)], "behaviour").notes) == 1


def test_a_number_asked_for_is_told_the_verdict_that_it_gives_up():
    tried = [candidate(3, 0.40, **CONSTRUCTIVE), candidate(4, 0.41, **NATURAL)]
    taken = choice(tried, "behaviour", asked=3)
    assert (taken.k, taken.recommended, taken.verdict) == (3, 4, "constructive")
    assert "they are constructive, those natural" in taken.reason


def test_each_measure_speaks_for_the_number_that_it_is_best_at():
    tried = [
        candidate(2, 0.30, inertia=9.0, calinski_harabasz=50.0, davies_bouldin=1.2, bic=-10.0,
                  gap=Gap(0.3, 0.01), prediction_strength=0.95),
        candidate(3, 0.40, inertia=4.0, calinski_harabasz=80.0, davies_bouldin=1.4, bic=-30.0,
                  gap=Gap(0.5, 0.01), prediction_strength=0.85),
        candidate(4, 0.35, inertia=3.0, calinski_harabasz=80.0, davies_bouldin=1.1, bic=-40.0,
                  gap=Gap(0.505, 0.01), prediction_strength=0.70),
    ]  # fmt: skip
    assert speaks_for(Trials(tuple(tried), Gap(0.1, 0.01))) == {
        "silhouette": 3, "calinski_harabasz": 3, "davies_bouldin": 4, "bic": 4, "elbow": 3, "gap": 3,
        "prediction_strength": 3,
    }  # fmt: skip
    assert choice(tried, "behaviour", one=Gap(0.1, 0.01)).reason.endswith(
        "Silhouette, Calinski-Harabasz, the elbow of inertia and the gap statistic speak for 3; "
        "Davies-Bouldin and BIC for 4, the most tried. Prediction strength holds (0.8 or more) up to 3."
    )


def test_gap_and_prediction_strength_may_speak_for_no_split_at_all():
    tried = [candidate(k, 0.3, gap=Gap(0.2, 0.01), prediction_strength=0.5) for k in (2, 3)]
    voices = speaks_for(Trials(tuple(tried), Gap(0.4, 0.01)))
    assert (voices["gap"], voices["prediction_strength"]) == (1, 1)
    reason = choice(tried, "behaviour", one=Gap(0.4, 0.01)).reason
    assert "The gap statistic speaks for 1, no split at all; silhouette for 2." in reason
    assert "Prediction strength holds (0.8 or more) for none." in reason


def test_a_gap_that_pauses_and_rises_again_is_told_as_such():
    def told(beyond, *values):
        tried = [
            candidate(k, 0.3, gap=Gap(value, 0.01), beyond_chance=beyond)
            for k, value in enumerate(values, start=2)
        ]
        return choice(tried, "behaviour", one=Gap(0.4, 0.01)).reason

    assert "(The gap pauses at 1, but is largest at 4.)" in told(9.0, 0.3, 0.6, 0.7, 0.65)
    assert "(The gap pauses at 2, but is largest at 4.)" in told(9.0, 0.6, 0.6, 0.7)
    assert "pauses" not in told(1.0, 0.4, 0.405, 0.41)
    assert "pauses" not in told(9.0, 0.6, 0.5, 0.62)


def test_a_measure_without_an_answer_is_silent():
    assert speaks_for(Trials((candidate(2, 0.3), candidate(3, 0.2)))) == {"silhouette": 2}


def test_the_evidence_is_kept_for_every_candidate():
    kept = choice([candidate(2, 0.3), candidate(4, 0.5, **NATURAL)], "behaviour").as_json()
    assert (kept["k"], kept["recommended"], kept["verdict"]) == (4, 4, "natural")
    assert kept["speaks_for"]["silhouette"] == 4
    assert kept["gap_of_one"] is None
    assert kept["candidates"][0] == {
        "k": 2, "silhouette": 0.3, "low": 0.29, "high": 0.31, "inertia": 1.0, "smallest_share": 0.1,
        "calinski_harabasz": None, "davies_bouldin": None, "bic": None, "gap": None, "beyond_chance": None,
        "prediction_strength": None, "jaccard": [], "verdict": None,
    }  # fmt: skip
