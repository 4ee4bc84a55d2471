"""What each rule takes, on the page: counts as fitting left them, and none that tells of ten or fewer."""

from dataclasses import replace

from tests.publish import studies
from tests.publish.pages import read

from regulars.publish.dashboard import dashboard
from regulars.publish.taken import counted, taken, waterfall


def rules(**changed):
    return studies.by_rules(**changed).segmentations[1]


def test_each_rule_has_who_meets_it_whom_it_takes_and_who_is_left():
    assert [row.texts for row in taken(rules())] == [
        ("861", "861", "3,477"), ("510", "402", "3,075"), ("20", "0", "3,075"),
        ("not shown", "not shown", "not shown"), ("not shown", "not shown", "not shown"), ("", "1,142", ""),
    ]  # fmt: skip


def test_whoever_comes_after_a_count_that_is_not_shown_is_not_told_by_what_is_left():
    made = rules()
    made.definition["choice"]["rules"][0].update(left=None, alone=None)
    assert [row.after for row in taken(made)] == [None] * 6


def test_it_says_on_whom_and_when_was_counted_not_of_this_run():
    assert counted(rules()) == "4,338 customers as of 30 Nov 2011"


def test_its_title_says_how_many_fall_through():
    marks = {each["id"]: None for each in rules().definition["segments"]}
    title = waterfall(rules(), marks).title
    assert title == "26.3% of customers meet no rule and fall through to One-off buyers"
    made = rules()
    made.definition["choice"]["rest"]["left"] = 0
    assert (
        waterfall(made, marks).title == "Every customer meets a rule: nobody falls through to One-off buyers"
    )
    made.definition["choice"]["rest"]["left"] = None
    assert waterfall(made, marks).title == "How the rules part 4,338 customers"


def test_where_a_method_wrote_the_condition_the_reader_gets_its_meaning():
    made = rules()
    for segment in made.definition["segments"]:
        segment["meaning"] = "buying in their own rhythm"
    page = dashboard(replace(studies.by_rules(), segmentations=(made,)))
    assert "<small>buying in their own rhythm</small>" in page
    assert "weekend_share &gt; 0.5" not in page.partition('<table class="taken">')[2].partition("</table>")[0]


def test_a_segmentation_without_rules_has_no_such_card():
    assert taken(studies.retail().segmentations[0]) == []
    assert 'class="taken"' not in dashboard(studies.retail())


def test_steps_begin_where_the_rule_before_ended_and_never_leave_the_track():
    bars = [str(bar) for _, _, bar in waterfall(rules(), dict.fromkeys([f"s{n}" for n in range(6)])).rows]
    assert 'x="0%" y="3" width="19.85%"' in bars[0]
    assert 'x="19.85%" y="3" width="9.27%"' in bars[1]
    assert 'x="0%" y="21" width="11.76%"' in bars[1]
    assert 'y="3"' not in bars[2]
    assert "rect" not in bars[3]


def test_names_and_conditions_that_try_to_be_markup_are_text():
    hostile = "<script>document.title='owned'</script>"
    page = dashboard(studies.by_rules(name=hostile, when=f"region = '{hostile}'"))
    assert hostile not in page
    assert f"region = '{hostile}'" in read(page).text
