from regulars.segment.choose import Candidate, choice, recommended


def candidate(k, silhouette, smallest_share=0.1, inertia=1.0, width=0.01, customers=1000):
    smallest = round(smallest_share * customers)
    return Candidate(k, silhouette, silhouette - width, silhouette + width, inertia, smallest_share, smallest)


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
    assert choice(curve, "behaviour").reason.endswith("The inertia curve bends most at 4.")


def test_the_evidence_is_kept_for_every_candidate():
    kept = choice([candidate(2, 0.3), candidate(4, 0.5)], "behaviour").as_json()
    assert kept["k"] == 4
    assert kept["candidates"][0] == {
        "k": 2, "silhouette": 0.3, "low": 0.29, "high": 0.31, "inertia": 1.0, "smallest_share": 0.1,
    }  # fmt: skip
