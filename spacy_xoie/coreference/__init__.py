"""Who is meant: pronouns, subjects left out and short names, with their antecedents."""
