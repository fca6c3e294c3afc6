"""Questions that people have, as SPARQL. The first line of each says what it asks."""

from typing import Dict

QUERIES: Dict[str, str] = {
    "facts": """# Canonical facts in any language, with the sentences that say them
SELECT DISTINCT ?subject ?relation ?object ?score ?language ?document ?sentence {
  ?fact a xoie:Fact ; xoie:subjectSpan/xoie:text ?subject ;
        xoie:relation/rdfs:label ?relation ; xoie:objectSpan/xoie:text ?object ;
        xoie:score ?score ; xoie:negated false ;
        xoie:document/rdfs:label ?document ; xoie:sentence/xoie:text ?sentence .
  OPTIONAL { ?fact xoie:language ?language }
} ORDER BY ?relation DESC(?score) ?document ?subject ?object""",
    "acquisitions": """# Who acquired whom, in any language
SELECT DISTINCT ?buyer ?bought ?score ?language ?sentence {
  GRAPH ?fact { ?who canon:Acquisition ?what }
  ?fact xoie:subjectSpan/xoie:text ?buyer ; xoie:objectSpan/xoie:text ?bought ;
        xoie:score ?score ; xoie:sentence/xoie:text ?sentence .
  OPTIONAL { ?fact xoie:language ?language }
} ORDER BY DESC(?score) ?buyer ?bought""",
    "triples": """# Open triples with subject, relation and first object
SELECT ?subject ?relation ?object ?negated ?modality ?source ?score ?language
       ?document {
  ?triple a xoie:Triple ; xoie:relation ?said ; xoie:document/rdfs:label ?document .
  ?said rdfs:label ?relation .
  OPTIONAL { ?triple xoie:subject/rdfs:label ?subject }
  OPTIONAL { ?triple xoie:object/rdfs:label ?object }
  OPTIONAL { ?triple xoie:negated ?negated ; xoie:modality ?modality }
  OPTIONAL { ?triple xoie:source/rdfs:label ?source }
  OPTIONAL { ?triple xoie:score ?score }
  OPTIONAL { ?triple xoie:language ?language }
} ORDER BY ?document ?triple""",
    "phrases": """# What most is said of: phrases by the number of triples
SELECT ?phrase (COUNT(DISTINCT ?triple) AS ?triples)
       (COUNT(DISTINCT ?document) AS ?documents) {
  ?triple a xoie:Triple ; xoie:document ?document ;
          xoie:subject|xoie:object|xoie:object2|xoie:object3 ?node .
  ?node a xoie:Phrase ; rdfs:label ?label .
  BIND(STR(?label) AS ?phrase)
} GROUP BY ?phrase ORDER BY DESC(?triples) ?phrase LIMIT 50""",
    "shared": """# Phrases that several languages share, with what joins them
SELECT ?label (COUNT(DISTINCT ?language) AS ?languages)
       (GROUP_CONCAT(DISTINCT ?language; separator=" ") AS ?codes) {
  ?triple xoie:subject|xoie:object ?node ; xoie:language ?language .
  ?node a xoie:Phrase ; rdfs:label ?text .
  BIND(STR(?text) AS ?label)
} GROUP BY ?label HAVING (COUNT(DISTINCT ?language) > 1)
ORDER BY DESC(?languages) ?label""",
    "languages": """# How many documents and triples each language has
SELECT ?language (COUNT(DISTINCT ?document) AS ?documents)
       (COUNT(?triple) AS ?triples) {
  ?triple a xoie:Triple ; xoie:language ?language ; xoie:document ?document .
} GROUP BY ?language ORDER BY DESC(?triples) ?language""",
    "documents": """# The documents, with the number of their triples
SELECT ?document ?model (COUNT(?triple) AS ?triples) {
  ?node a xoie:Document ; rdfs:label ?document .
  OPTIONAL { ?node xoie:model ?model }
  OPTIONAL { ?triple a xoie:Triple ; xoie:document ?node }
} GROUP BY ?document ?model ORDER BY ?document""",
}
