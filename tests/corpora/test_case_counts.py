"""Forms that exclude roles, counted in a treebank of a language that nobody speaks."""

from typing import List

from test_drafts import features


def treebank() -> List[str]:
    """Subjects end in -s, or -i if they are many, and begin with "te"; objects end in
    -n and begin with "ta"; a third case ends in -m. Verbs agree with the subject."""
    stems = [first + second for first in "bdfgklmnprst" for second in "aeiou"]
    rows = []
    for stem in stems:
        rows.append(
            f"te/DET/2/det {stem}kos/NOUN/3/nsubj/Case=Nom|Number=Sing "
            f"{stem}rat/VERB/0/root/Number=Sing|VerbForm=Fin "
            f"ta/DET/5/det {stem}kun/NOUN/3/obj/Case=Acc|Number=Sing "
            f"{stem}kem/NOUN/3/obl/Case=Dat|Number=Sing"
        )
        rows.append(
            f"te/DET/2/det {stem}kosi/NOUN/3/nsubj/Case=Nom|Number=Plur "
            f"{stem}ront/VERB/0/root/Number=Plur|VerbForm=Fin "
            f"en/ADP/5/case {stem}kem/NOUN/3/obl/Case=Dat|Number=Sing"
        )
    return rows


def test_what_forms_exclude() -> None:
    excluded = features(treebank(), times=1)["excluded"]
    assert {"ta+", "en+", "-n", "-m"} <= {*excluded["subject"]}
    assert {"te+", "-s", "-i", "-m"} <= {*excluded["object"]}
    assert {"te+", "-s", "-i"} <= {*excluded["oblique"]}
    assert "-i" in excluded["singular"] and "-s" in excluded["plural"]
    assert "-nt" in excluded["singular verb"] and "-at" in excluded["plural verb"]
    assert not {"te+", "-s", "-i"} & {*excluded["subject"]}


def test_trees_without_cases_exclude_nothing() -> None:
    rows = [row.replace("Case=", "Kind=") for row in treebank()]
    assert "excluded" not in features(rows, times=1)
