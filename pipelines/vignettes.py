"""Scores the codebook on the annotated vignettes and writes the table into the docs: `make vignettes`.

With ``--corpus`` it also prints what fixed tables would score that know method and submethod alone: the most
frequent outcome of the corpus' training part, and the most frequent category, as a table does that always
names one.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from adscribe.assign import Classifier
from adscribe.training import vignettes
from adscribe.training.evaluation import static_table

HEAD = """# The codebook on the annotated vignettes

160 small cases written and annotated for this project: twice, blind, by model-assisted reading of
ATT&CK and the vendor's documentation, not by a certified analyst. The set is open: a score on it says
how well adscribe agrees with careful readers of one school, not how it does on events nobody has seen.
Differences of a few cases mean nothing. The second annotator agreed with the first strictly in 128
and acceptably in 159 of the 160.

Written by `make vignettes` for the model `{model}`, ATT&CK {attack}.

"""


def main() -> None:
    """Score, print what isn't acceptable, write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path, help="folder of the vignettes")
    parser.add_argument("--write", type=Path, help="file to write the table into")
    parser.add_argument("--model", default="codebook")
    parser.add_argument("--corpus", type=Path, help="what `adscribe data build` wrote, for fixed tables")
    arguments = parser.parse_args()
    classifier = Classifier.load(arguments.model)
    scored = vignettes.score(classifier, arguments.folder)
    reference = classifier.model.reference
    summary = vignettes.summary(scored)
    print(summary)
    print(vignettes.differences(scored))
    if arguments.corpus:
        for name, categories in (("most frequent outcome", False), ("most frequent category", True)):
            table = static_table(arguments.corpus, categories=categories)
            print(f"\n# A fixed table: {name}\n\n{vignettes.summary(vignettes.by_table(scored, table))}")
    if arguments.write:
        head = HEAD.format(model=reference.name, attack=reference.attack)
        arguments.write.write_text(head + summary, encoding="utf-8")


if __name__ == "__main__":
    main()
