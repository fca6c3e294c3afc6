"""What the arguments of triples are about: without adposition, with a normal form."""
