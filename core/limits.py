"""How much of anything a sender may send. One number each, with what happens beyond it."""

MIB = 1024 * 1024

MAX_BODY_BYTES = 64 * MIB
"""A request body, on the wire and after decompression. Beyond: 413."""

MAX_COMPRESSED_PARTS = 1_000
"""Gzip members or zstd frames in one body. Beyond: 400."""

MAX_ITEMS = 100_000
"""Records in one request to a JSON door. Beyond: 413."""

MAX_JSON_VALUES = 3_000_000
"""Values in one request to a JSON door: small ones take many times their size in memory. Beyond: 413."""

MAX_JSON_NESTING = 150
"""Brackets inside one another in a record of a JSON door, before its encodings are undone. Beyond: it is refused."""

MAX_ANSWERED_REFUSALS = 1_000
"""Refused records listed in an answer of a JSON door; their number is always told."""

MAX_VALUE_BYTES = 16 * MIB
"""One text or bytes value, as UTF-8. Beyond: cut, with a mark and the true size."""

MAX_NESTING = 45
"""Arrays and key-value lists inside one another in one value. Beyond: the record is refused."""

MAX_ATTACHMENT_BYTES = 256 * 1024
"""Of an attachment that is a text. Beyond: cut, and said."""

MAX_SOURCE_MAP_BYTES = 32 * MIB
"""An uploaded source map with its minified file. Beyond: 413."""

MAX_ATTRIBUTES = 1_000
"""Attributes of one span, event, link, log record, resource or scope. Beyond: dropped and counted."""

MAX_EVENTS = 1_000
"""Events of one span. Beyond: dropped and counted."""

MAX_LINKS = 1_000
"""Links of one span. Beyond: dropped and counted."""

MAX_BUCKETS = 2_000
"""Buckets of one histogram, or of one side of an exponential one; quantiles of a summary. Beyond: refused."""

MAX_EXEMPLARS = 20
"""Exemplars of one metric point. Beyond: the oldest are dropped and counted."""

MAX_REPAIRS = 100
"""Repairs listed on one record. The last one then says how many more there were."""

MAX_EXCERPT_CHARACTERS = 500
"""Of a refused record, kept with its reason."""

MAX_ANSWER_CHARACTERS = 2_000
"""Of the message in an answer to a sender."""

FUTURE_TOLERANCE_NS = 300 * 1_000_000_000
"""How far a sender's clock may be ahead before its times are flagged."""
