"""Sending what `making` makes through the decoder."""

from telemetry.decode import decode
from tests.telemetry.decode.making import NOW, encode, log, logs, span, traces


def decoded(request, encoding):
    signal = "traces" if "resourceSpans" in request else "logs"
    return decode(signal, encoding, encode(request, encoding), now=NOW)


def one_span(encoding, **fields):
    result = decoded(traces(span(**fields)), encoding)
    assert result.refused == []
    return result.spans[0]


def one_log(encoding, **fields):
    result = decoded(logs(log(**fields)), encoding)
    assert result.refused == []
    return result.logs[0]


def refusal(encoding, **fields):
    result = decoded(traces(span(), span(**fields), span(spanId="00000000000000aa")), encoding)
    assert [len(result.spans), len(result.refused)] == [2, 1], "the good ones are kept"
    return result.refused[0]


def reasons(record):
    return [(repair.field, repair.reason) for repair in record.repairs]
