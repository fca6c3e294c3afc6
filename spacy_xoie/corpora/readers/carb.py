"""The reference of CaRB (Bhardwaj et al. 2019): a tuple in each line, as
`sentence TAB relation TAB arg1 TAB arg2 [TAB arg3 ...]`."""

from pathlib import Path
from typing import Dict, List, Optional

from ...files import OnFault, lines, tell
from ..extractions import Extraction


def read_carb(
    path: Path, on_fault: Optional[OnFault] = None
) -> Dict[str, List[Extraction]]:
    """Read the reference of CaRB. Its tuples with fewer than two arguments are read
    too: the benchmark counts them.

    path (Path): The file.
    on_fault (Optional[Callable[[Fault], None]]): Told of each line that cannot be read.
    RETURNS (Dict[str, List[Extraction]]): The tuples of each sentence.
    """
    tuples: Dict[str, List[Extraction]] = {}
    for number, line in lines(path, on_fault):
        place = f"{path.name}:{number}"
        sentence, *parts = (part.strip() for part in line.rstrip().split("\t"))
        if not sentence:
            tell(on_fault, place, "the sentence is empty")
        elif not parts or not parts[0]:
            tell(on_fault, place, "there is no relation after the sentence")
        else:
            extraction = Extraction(parts[0], tuple(parts[1:]))
            tuples.setdefault(sentence, []).append(extraction)
    return tuples
