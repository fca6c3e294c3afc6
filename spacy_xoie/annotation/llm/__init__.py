"""The teacher that asks a language model: prompts, reading of answers, spans."""
