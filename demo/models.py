"""The models the samples talk to, as their providers name them."""

from demo.conversation import Model

GPT = Model("openai", "gpt-4.1", "gpt-4.1-2025-04-14")
GPT_MINI = Model("openai", "gpt-4.1-mini", "gpt-4.1-mini-2025-04-14")
SONNET = Model("anthropic", "claude-sonnet-4-5", "claude-sonnet-4-5-20250929")
OPUS = Model("anthropic", "claude-opus-4-1", "claude-opus-4-1-20250805")
HAIKU = Model("anthropic", "claude-haiku-4-5", "claude-haiku-4-5-20251001")
MISTRAL_SMALL = Model("mistralai", "mistral-small-latest", "mistral-small-2506")
MISTRAL_LARGE = Model("mistralai", "mistral-large-latest", "mistral-large-2411")
