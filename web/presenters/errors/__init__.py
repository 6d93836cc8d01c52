"""The pages about errors: what they are asked for and what they show. Pure."""
