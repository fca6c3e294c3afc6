"""The commands that say which languages are near to each other."""

from dataclasses import asdict
from typing import Annotated, Any, Dict, List, Optional

import srsly
import typer
from wasabi import msg

from ...language.distances import KINDS, Distance, Relative, find_relatives
from ...language.facts import MISSING, Facts, find_language, find_languages
from ...language.groups import Source, clusters, suggest_sources
from .app import app
from .inputs import split_list
from .options import Among, Json, Profile
from .util import one_line_errors


@app.command("languages")
def languages_cli(
    codes: Annotated[
        Optional[List[str]], typer.Argument(help="Languages; none for a list of all")
    ] = None,
    n_nearest: Annotated[
        int, typer.Option("--nearest", min=1, help="How many relatives of each")
    ] = 5,
    profile: Profile = "overall",
    among: Among = None,
    n_clusters: Annotated[
        Optional[int],
        typer.Option(
            "--clusters",
            min=1,
            help="Instead: group the given languages (or those of --among, or all)",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Print the nearest relatives of languages: how far each is in syntax, genealogy,
    script, morphology and geography, and why. What is not known is shown as "?"."""
    pool = _split(among)
    with one_line_errors():
        if n_clusters is not None:
            groups = clusters(codes or pool, n=n_clusters, profile=profile)
            _show_groups(groups, as_json)
        elif codes:
            relatives = {
                facts.code: find_relatives(
                    facts.code, among=pool, profile=profile, n=n_nearest
                )
                for facts in map(find_language, codes)
            }
            _show_relatives(relatives, as_json)
        else:
            _show_facts(find_languages(pool), as_json)


@app.command("suggest-sources")
def suggest_sources_cli(
    targets: Annotated[List[str], typer.Argument(help="Languages to serve")],
    budget: Annotated[int, typer.Option(min=1, help="How many languages to pick")],
    among: Among = None,
    covered: Annotated[
        str, typer.Option(help='Languages that are sources already, "en,de"')
    ] = "",
    profile: Profile = "overall",
    as_json: Json = False,
) -> None:
    """Propose which languages to annotate or train on for the sake of others: each pick
    is the one that brings them nearest to a source."""
    with one_line_errors():
        picks = suggest_sources(
            targets,
            budget,
            among=_split(among),
            covered=_split(covered) or [],
            profile=profile,
        )
    if as_json:
        _print_json([asdict(pick) for pick in picks])
    elif not picks:
        msg.warn("There is no language left to choose from.")
    else:
        header = ["Pick", "Language", "Gain", "Mean distance", "Brings nearer", "Why"]
        rows = [_source_row(pick) for pick in picks]
        msg.table(rows, header=header, divider=True, aligns=[*"llrrll"], max_col=40)


def _show_facts(entries: List[Facts], as_json: bool) -> None:
    if as_json:
        _print_json([_facts_entry(facts) for facts in entries])
        return
    header = ["Code", "Language", "Scripts", "Order", "Family"]
    msg.table([_facts_row(facts) for facts in entries], header=header, divider=True)


def _show_relatives(relatives_of: Dict[str, List[Relative]], as_json: bool) -> None:
    if as_json:
        _print_json(
            {code: [asdict(r) for r in some] for code, some in relatives_of.items()}
        )
        return
    header = ["Code", "Language", "Distance", "Known"]
    header += [*map(str.capitalize, KINDS), "Why"]
    aligns = [*"ll", *"rr", *("r" for _ in KINDS), "l"]
    for code, relatives in relatives_of.items():
        msg.divider(f"{find_language(code).name} ({code})")
        rows = [_relative_row(relative) for relative in relatives]
        msg.table(rows, header=header, divider=True, aligns=aligns)


def _show_groups(groups: List[List[str]], as_json: bool) -> None:
    if as_json:
        _print_json(groups)
        return
    rows = [(str(i), " ".join(group)) for i, group in enumerate(groups, start=1)]
    msg.table(rows, header=["Cluster", "Languages"], divider=True)


def _facts_row(facts: Facts) -> List[str]:
    orders = sorted(facts.features.get("order", ()))
    return [
        facts.code,
        facts.name,
        ", ".join(sorted(facts.scripts)) or MISSING,
        ", ".join(orders) or MISSING,
        " > ".join(facts.genealogy) or MISSING,
    ]


def _facts_entry(facts: Facts) -> Dict[str, Any]:
    features = {name: sorted(values) for name, values in facts.features.items()}
    return {**asdict(facts), "scripts": sorted(facts.scripts), "features": features}


def _relative_row(relative: Relative) -> List[str]:
    total = relative.distance
    apart = (getattr(relative.distances, kind) for kind in KINDS)
    return [
        relative.code,
        find_language(relative.code).name,
        _number(total),
        f"{total.known:.0%}",
        *map(_number, apart),
        relative.why,
    ]


def _source_row(pick: Source) -> List[str]:
    return [
        pick.code,
        find_language(pick.code).name,
        f"{pick.gain:.3f}",
        f"{pick.mean:.3f}",
        " ".join(pick.serves),
        pick.why,
    ]


def _number(apart: Distance) -> str:
    return MISSING if apart.value is None else f"{apart.value:.3f}"


def _split(codes: Optional[str]) -> Optional[List[str]]:
    return None if codes is None else split_list(codes)


def _print_json(value: Any) -> None:
    typer.echo(srsly.json_dumps(value, indent=2))
