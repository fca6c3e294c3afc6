"""The form of what the rules need to know of a language."""

from dataclasses import dataclass, field
from typing import FrozenSet, Mapping, Tuple


@dataclass(frozen=True)
class LanguageFeatures:
    """Features of one language. All words are lower case.

    code (str): Language code.
    negations: Adverbs that stay in the relation.
    negative_conjunctions: Conjunctions that do too, for they negate ("nor").
    adversatives: Conjunctions after which the negation before does not hold ("but").
    copulas: Forms of verbs that link a subject to a predicate.
    modals: Auxiliaries that take bare infinitives; a conjunct shares them unless it
        has one of the `finite_endings`.
    participle_endings, participle_infixes: What past participles look like; the
        first infix may also stand within the word (German "an-ge-kommen").
    infinitive_marks, infinitive_infix: What marks an infinitive ("to", "zu").
    infinitives_lack_subjects: Whether what looks like the subject of such an
        infinitive is its object.
    reflexives: Pronouns that belong to the verb and are no objects.
    relativisers: Words that stand in a relative clause for its antecedent.
    possessives: Those of them that say whose something is.
    relative_adverbs: Adverbs that stand in a relative clause for the place or the time
        that is its antecedent ("where").
    antecedents: By relative pronoun and its role ("der/nsubj"), or by the article of a
        relative pronoun ("la/"), the determiners of nouns that it cannot mean: "=der"
        that of a subject, "+der" that of any other noun.
    resumptives: Personal pronouns that take up an antecedent, also such as are one word
        with an adposition (فيه).
    genitive_endings: What the subject of a clause before its noun ends in, where trees
        may take it for another genitive (Turkish "şairin doğduğu ev").
    comparatives: Words that make a conjunct a comparison.
    role_marks: Words that trees may take for conjunctions where they are adpositions,
        those of a role or a comparison ("als").
    adverbs_before_adpositions: Adverbs that make one adposition with the one after
        them ("antes de").
    collectives: Adpositions that need a coordination whole ("between").
    empty_phrases: Adpositional phrases that say nothing ("for example").
    measured_adverbs: Adverbs that a measure of time goes with ("two years later").
    existentials: Expletives of existential clauses ("there").
    light_verbs: Verb forms, and the bare nouns that make one predicate with them.
    passive_marks: Adpositions that make a passive (被).
    agent_marks: Adpositions before who does it that trees take for verbs (由).
    copular_pronouns: Those that link a subject and a predicate that is no verb (هي).
    disposal_marks: Adpositions that go with the verb, before its object (把).
    privatives: Words before what does not happen ("without selling").
    pivots: Beginnings of verbs whose object does what the verb after it says, also
        where a tree has that as an adverbial, or a modifier of the object.
    promises: Beginnings of verbs whose subject does, although there is an object.
    verbs_in_rows: Whether a verb after an object shares the subject, unless the one
        before it is a pivot.
    parts_infinitives: Whether an infinitive is an argument of the verb before it, and
        no part, if there is no other.
    complement_marks: What marks an infinitive as the complement of a pivot.
    addressee_marks: Adpositions before the one who is to do it ("ordenó a Ana salir").
    titles: Words that say what the bearer of the name behind them is ("president").
    agent_adpositions: Adpositions before who does what a noun says ("by").
    action_nouns: What nouns end in that have such an agent; empty if all may.
    intransitives: Beginnings of verbs that do without the object of the verb that they
        are coordinated with ("came and saw Rome").
    passives_lack_objects: Whether a passive clause has no object.
    range_marks: Words before the end of a range ("bis").
    bound_adpositions: Adpositions that are fused with the verb before them (为).
    genitive_determiners: Those that begin a genitive, in a language whose genitives
        follow their noun without an adposition ("des").
    expletives: Pronouns that stand for a subject where only an object says what there
        is ("es gibt Arbeit").
    objects_precede: Whether objects may precede the verb, so that of what looks like
        two subjects there one is an object.
    linkers: Words that end a modifier, and no argument (的).
    verb_particles: Labels of dependents of a verb that are part of it.
    drops_subjects: Whether a finite clause may do without a subject.
    chains_subjects: Whether a clause without a subject shares that of the clause
        before it, however the two are linked.
    clauses_before_nouns: Whether relative clauses precede their noun, unmarked.
    objects_follow: Whether objects follow the verb, and only what has an adposition
        or says when precedes it. Trees that say otherwise are wrong.
    genitives_follow: Whether nouns without an adposition modify nouns before them.
    keeps_quotes: Whether a clause that is quoted keeps its quotation marks.
    keeps_complementizers: Whether a content clause keeps its complementizer.
    splits_coordination: Whether each conjunct gets a triple of its own.
    adverbial_arguments: Whether adverbial clauses are arguments.
    purposes_are_facts: Whether "S V to do O" also says (S; do; O), which may not have
        come about.
    nested_facts: Whether "S V O of X" also says (S; V O; of X).
    appositions_apart: Whether what stands beside a noun, between commas, gets a triple
        of its own.
    ago_verbs: Verbs that make an adverbial of a measure of time ("há três anos").
    short_objects: Whether, with nested facts, objects end before the first "of X".
    postpositions: Whether adpositions follow their noun; then they are part of a
        subject, too (が, ने).
    drops_copulas: Whether a predicate that is no verb may do without a copula; it is
        the relation then ("Москва столица | России").
    dislocates_topics: Whether trees have the topic of a clause apart from its subject
        (Korean 은).
    light_verbs_follow: Whether the verb of a predicate may depend on the word before
        it, that bears the meaning (Turkish "yardım etti").
    verbal_nouns: Whether nouns may be the main verb of a clause (Welsh "yn darllen").
    nominalizers: Nouns that make a noun of the clause which modifies them, and say
        nothing without it (การ, 것을).
    fused_subjects: Conjunctions that are one word with a pronoun which is the subject
        of what follows (أنها).
    agreement: What endings of verbs, and whole forms, show of the person and number of
        the subject, see `spacy_xoie.syntax.agreement`.
    impersonal_endings: What verbs end in whose object is what their passive is said
        of (Finnish "julkaistiin").
    article_prefixes: Articles that are one word with their noun, alone and with what
        stands before them (ال).
    fused_adpositions: Adpositions that are one word with an article.
    possessive_endings: Pronouns that are one word with the noun they make definite.
    feminine_endings, plural_endings: What only feminine nouns and adjectives end in,
        and plural ones.
    feminine_adjective_endings: What feminine adjectives may end in.
    relational_endings: What feminine adjectives end in that are made of nouns.
    feminine_verb_endings, feminine_verb_prefixes: What shows that the subject of a verb
        is feminine.
    object_endings: Pronouns that are one word with the verb whose object they are.
    approximators: Phrases before a quantity that look like clauses.
    plural_verb_endings: What shows that the subject is not behind the verb.
    preverbs: Words that only verbs follow (لم).
    complementizers: Conjunctions before a subject and a verb (أن).
    time_words: Nouns and adverbs that say when without an adposition.
    time_units: Nouns that do with a number before them (年).
    coverbs: Verbs that are adpositions beside another verb (在).
    existential_verbs: Verbs that say that there is somebody (有).
    excluded: Forms of words by what they cannot be ("den+" is no "subject"), see
        `spacy_xoie.syntax.cases`.
    genders: Endings of nouns ("-ung") by the gender that they show ("Fem").
    """

    code: str = ""
    negations: FrozenSet[str] = frozenset()
    negative_conjunctions: FrozenSet[str] = frozenset()
    adversatives: FrozenSet[str] = frozenset()
    copulas: FrozenSet[str] = frozenset()
    reflexives: FrozenSet[str] = frozenset()
    relativisers: FrozenSet[str] = frozenset()
    relative_adverbs: FrozenSet[str] = frozenset()
    antecedents: Mapping[str, FrozenSet[str]] = field(default_factory=dict)
    genitive_endings: Tuple[str, ...] = ()
    existentials: FrozenSet[str] = frozenset()
    drops_subjects: bool = False
    light_verbs: Mapping[str, FrozenSet[str]] = field(default_factory=dict)
    infinitive_marks: FrozenSet[str] = frozenset()
    passive_marks: FrozenSet[str] = frozenset()
    agent_marks: FrozenSet[str] = frozenset()
    copular_pronouns: FrozenSet[str] = frozenset()
    disposal_marks: FrozenSet[str] = frozenset()
    bound_adpositions: FrozenSet[str] = frozenset()
    privatives: FrozenSet[str] = frozenset()
    pivots: Tuple[str, ...] = ()
    promises: Tuple[str, ...] = ()
    verbs_in_rows: bool = False
    parts_infinitives: bool = False
    complement_marks: FrozenSet[str] = frozenset()
    addressee_marks: FrozenSet[str] = frozenset()
    titles: FrozenSet[str] = frozenset()
    agent_adpositions: FrozenSet[str] = frozenset()
    action_nouns: Tuple[str, ...] = ()
    intransitives: Tuple[str, ...] = ()
    passives_lack_objects: bool = False
    range_marks: FrozenSet[str] = frozenset()
    verb_particles: FrozenSet[str] = frozenset(
        {"compound:prt", "compound:lvc", "compound:dir", "compound:ext"}
        | {"compound:vv", "compound:vo", "compound:svc", "compound:redup"}
    )
    participle_endings: Tuple[str, ...] = ()
    clauses_before_nouns: bool = False
    chains_subjects: bool = False
    possessives: FrozenSet[str] = frozenset()
    resumptives: FrozenSet[str] = frozenset()
    comparatives: FrozenSet[str] = frozenset()
    role_marks: FrozenSet[str] = frozenset()
    measured_adverbs: FrozenSet[str] = frozenset()
    collectives: FrozenSet[str] = frozenset()
    adverbs_before_adpositions: FrozenSet[str] = frozenset()
    keeps_quotes: bool = False
    infinitives_lack_subjects: bool = False
    modals: FrozenSet[str] = frozenset()
    finite_endings: Tuple[str, ...] = ()
    adverbial_arguments: bool = False
    purposes_are_facts: bool = False
    nested_facts: bool = False
    appositions_apart: bool = False
    ago_verbs: FrozenSet[str] = frozenset()
    genitives_follow: bool = False
    keeps_complementizers: bool = False
    short_objects: bool = False
    objects_follow: bool = False
    genitive_determiners: FrozenSet[str] = frozenset()
    expletives: FrozenSet[str] = frozenset()
    objects_precede: bool = False
    linkers: FrozenSet[str] = frozenset()
    participle_infixes: Tuple[str, ...] = ()
    infinitive_infix: str = ""
    empty_phrases: FrozenSet[str] = frozenset()
    splits_coordination: bool = False
    postpositions: bool = False
    drops_copulas: bool = False
    dislocates_topics: bool = False
    light_verbs_follow: bool = False
    verbal_nouns: bool = False
    agreement: Mapping[str, str] = field(default_factory=dict)
    impersonal_endings: Tuple[str, ...] = ()
    nominalizers: FrozenSet[str] = frozenset()
    fused_subjects: FrozenSet[str] = frozenset()
    article_prefixes: Tuple[str, ...] = ()
    fused_adpositions: Tuple[str, ...] = ()
    possessive_endings: Tuple[str, ...] = ()
    feminine_endings: Tuple[str, ...] = ()
    plural_endings: Tuple[str, ...] = ()
    feminine_adjective_endings: Tuple[str, ...] = ()
    object_endings: Tuple[str, ...] = ()
    approximators: FrozenSet[str] = frozenset()
    relational_endings: Tuple[str, ...] = ()
    feminine_verb_endings: Tuple[str, ...] = ()
    feminine_verb_prefixes: Tuple[str, ...] = ()
    plural_verb_endings: Tuple[str, ...] = ()
    preverbs: FrozenSet[str] = frozenset()
    complementizers: FrozenSet[str] = frozenset()
    time_words: FrozenSet[str] = frozenset()
    time_units: FrozenSet[str] = frozenset()
    coverbs: FrozenSet[str] = frozenset()
    existential_verbs: FrozenSet[str] = frozenset()
    excluded: Mapping[str, FrozenSet[str]] = field(default_factory=dict)
    genders: Mapping[str, FrozenSet[str]] = field(default_factory=dict)
