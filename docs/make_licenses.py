"""Write docs/licenses.md: what the package depends on, and under which licences. Reads
setup.cfg and the metadata of what is installed; what is not keeps its row.

    python docs/make_licenses.py
"""

import configparser
import re
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from pathlib import Path
from typing import Dict, List

DOCS = Path(__file__).parent
TABLE = DOCS / "licenses.md"

HEAD = """# Licences

spacy_xoie is under the MIT licence, its models under CC BY-SA 4.0.

## The weights

They learnt from treebanks under CC BY 4.0, CC BY-SA 3.0, CC BY-SA 4.0 and LGPL-LR;
`meta.json` in the folder of each model names them all, with their licences. Whether
weights are an adaptation of what they learnt from is not settled. They are treated as
one here: what is made of material under CC BY-SA 3.0 may be under a later version of
it, and CC BY asks for credit alone. LGPL-LR (French Sequoia, Galician TreeGal) covers
what contains the resource or a portion of it, and no sentence and no tree is in the
weights.

The encoder under `xx_xoie_md`, multilingual-e5-small, is under the MIT licence and
not in the package; wheels that are made of the model hold it.

## The packages

What it depends on, as `python docs/make_licenses.py` reads it from the metadata of each
package. "-" is what every installation has, the others are extras
(`pip install 'spacy-xoie[translate]'`).

| package | licence | extra | home |
| --- | --- | --- | --- |
"""

TAIL = """
Programs that are called and not linked: Apertium and its language pairs (GPL-2.0 or
GPL-3.0), eflomal (GPL-3.0), FreeDict's dictionaries (mostly GPL). They are installed by
the user, run as processes of their own, and are in no wheel of ours.
"""

# Where metadata says nothing or too little.
KNOWN = {
    "conllu": "MIT",
    "numpy": "BSD-3-Clause",
    "peft": "Apache-2.0",
    "sacremoses": "MIT",
    "torch": "BSD-3-Clause",
}


def dependencies() -> List[str]:
    """RETURNS (List[str]): All that setup.cfg names, in lower case."""
    return sorted(_extras())


def _extras() -> Dict[str, List[str]]:
    """By package the extras that need it; "-" for the package itself."""
    config = configparser.ConfigParser()
    config.read(DOCS.parent / "setup.cfg", encoding="utf8")
    groups = {"-": config["options"]["install_requires"]}
    groups.update(config["options.extras_require"])
    found: Dict[str, List[str]] = {}
    for extra, lines in groups.items():
        for line in lines.splitlines():
            name = re.split(r"[<>=!~\[; ]", line.strip())[0].lower()
            if name and not name.startswith("#"):
                found.setdefault(name, []).append(extra)
    return found


def licence_of(facts: PackageMetadata) -> str:
    """RETURNS (str): The licence that the metadata of a package tells."""
    expression = facts.get("License-Expression")
    if expression:
        return expression
    classifiers = facts.get_all("Classifier") or []
    told = [c.rpartition(" :: ")[2] for c in classifiers if c.startswith("License ::")]
    told = [name for name in told if name != "OSI Approved"]
    text = (facts.get("License") or "").strip()
    if text and "\n" not in text and len(text) < 40:
        return text
    return ", ".join(told) or "unknown"


def _home_of(facts: PackageMetadata) -> str:
    urls = dict(
        url.split(", ", 1) for url in facts.get_all("Project-URL") or [] if ", " in url
    )
    by_name = {name.lower(): url for name, url in urls.items()}
    for name in ("homepage", "home", "repository", "source", "source code"):
        if name in by_name:
            return by_name[name]
    return facts.get("Home-page") or next(iter(urls.values()), "")


def main() -> None:
    before = TABLE.read_text("utf8").splitlines() if TABLE.exists() else []
    rows = {row.split(" | ")[0].strip("| "): row for row in before if row[:2] == "| "}
    lines = []
    for name, extras in sorted(_extras().items()):
        home, licence = "", KNOWN.get(name, "unknown")
        try:
            facts = metadata(name)
        except PackageNotFoundError:
            if name not in KNOWN and name in rows:
                lines.append(rows[name])
                continue
        else:
            licence, home = KNOWN.get(name) or licence_of(facts), _home_of(facts)
            home = f"<{home}>" if home else ""
        lines.append(f"| {name} | {licence} | {', '.join(extras)} | {home} |")
    TABLE.write_text(HEAD + "\n".join(lines) + "\n" + TAIL, encoding="utf8")


if __name__ == "__main__":
    main()
