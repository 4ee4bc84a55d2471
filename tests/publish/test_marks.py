from __future__ import annotations

from tests.publish import studies

from regulars.publish.marks import COLOURS, marks


def test_colours_go_on_from_one_segmentation_to_the_next_and_begin_again_after_the_last() -> None:
    rfm, behaviour = marks(studies.retail().segmentations)
    assert [m.colour for m in rfm.values()] == [f"k{i}" for i in range(len(studies.RFM))]
    assert [m.colour for m in behaviour.values()] == ["k11", "k0", "k1", "k2", "k3", "k4"]
    assert len(studies.RFM) == COLOURS - 1


def test_each_segmentation_has_a_shape_of_its_own() -> None:
    rfm, behaviour = marks(studies.retail().segmentations)
    assert {m.shape for m in rfm.values()} == {"s0"}
    assert {m.shape for m in behaviour.values()} == {"s1"}
