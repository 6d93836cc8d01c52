"""The forms in which people say rules, channels, silences and inhibitions: checked. Pure."""

import re
from typing import Annotated, Any, Literal

import msgspec

from alerts.conditions import check_group_by, read_condition
from alerts.matchers import OPS
from alerts.outgoing.addresses import check_url
from alerts.reading import read_form
from alerts.records import Matcher
from core.errors import FieldError, InvalidInput, MissionScopeError
from core.nanotime import MAX_NS, NS_PER_SECOND

MOST_ADDRESSES = 20
MOST_MATCHERS = 20
LONGEST_SILENCE_S = 366 * 86_400
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){0,9}", re.ASCII)
UNSEEN = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\ud800-\udfff]")
"""What no name may hold: line ends and other control characters, halves of characters."""

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Text = Annotated[str, msgspec.Meta(max_length=4_000)]
Interval = Annotated[int, msgspec.Meta(ge=0, le=7 * 86_400)]
Repeat = Annotated[int, msgspec.Meta(ge=60, le=30 * 86_400)]
Key = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]


class RuleForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule as it is said."""

    name: Name
    kind: str
    condition: dict[str, Any]
    group_by: tuple[str, ...] | None = None
    """None: as the kind usually groups."""
    severity: Literal["critical", "warning", "info"] = "warning"
    for_s: Interval = 0
    channels: Annotated[tuple[Key, ...], msgspec.Meta(max_length=20)] = ()
    repeat_interval_s: Repeat | None = None
    """What goes on is told again after this; None: as each channel says."""
    note: Text = ""
    is_enabled: bool = True


class ChannelForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A channel as it is said."""

    name: Name
    kind: Literal["email", "webhook", "slack"]
    target: Annotated[str, msgspec.Meta(min_length=1, max_length=2_000)]
    """Mail addresses separated by commas or spaces, or a URL."""
    is_enabled: bool = True
    group_by: Annotated[tuple[Name, ...], msgspec.Meta(max_length=5)] = ("rule",)
    """`rule`, `severity`, `kind` or any label; none: everything of the project in one message."""
    group_wait_s: Interval = 15
    group_interval_s: Interval = 300
    repeat_interval_s: Repeat = 14_400
    send_resolved: bool = True


class SilenceForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A silence as it is said."""

    matchers: Annotated[tuple[Matcher, ...], msgspec.Meta(min_length=1, max_length=MOST_MATCHERS)]
    starts_ns: str = ""
    """Decimal; empty: now."""
    ends_ns: str = ""
    """Decimal; or `lasts_s`."""
    lasts_s: Annotated[int, msgspec.Meta(ge=60, le=LONGEST_SILENCE_S)] | None = None
    comment: Annotated[str, msgspec.Meta(min_length=1, max_length=1_000)]


class InhibitionForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An inhibition as it is said."""

    name: Name
    source: Annotated[tuple[Matcher, ...], msgspec.Meta(min_length=1, max_length=MOST_MATCHERS)]
    target: Annotated[tuple[Matcher, ...], msgspec.Meta(min_length=1, max_length=MOST_MATCHERS)]
    equal: Annotated[tuple[Name, ...], msgspec.Meta(max_length=10)] = ()


def read_rule(given: Any) -> RuleForm:
    """A rule, its condition and labels checked and complete. Raises InvalidInput."""
    form: RuleForm = read_form(RuleForm, given)
    condition = read_condition(form.kind, form.condition)
    group_by = check_group_by(form.kind, condition, form.group_by)
    builtins = msgspec.to_builtins(condition)
    return msgspec.structs.replace(
        form, name=_name("name", form.name), note=_text(form.note), condition=builtins, group_by=group_by
    )


def read_channel(given: Any, allowed: tuple[str, ...]) -> ChannelForm:
    """A channel, its target checked and in its usual form; `allowed` are addresses inside that may be used."""
    form: ChannelForm = read_form(ChannelForm, given)
    if form.kind == "email":
        target = " ".join(_addresses(form.target))
    else:
        try:
            target = check_url(form.target.strip(), allowed).text
        except MissionScopeError as error:
            raise _invalid("target", error.detail.removesuffix(".")) from None
    return msgspec.structs.replace(form, name=_name("name", form.name), target=target)


def read_silence(given: Any, now_ns: int) -> SilenceForm:
    """A silence with its times as decimal texts. Raises InvalidInput."""
    form: SilenceForm = read_form(SilenceForm, given)
    starts_ns = _time("starts_ns", form.starts_ns) if form.starts_ns else now_ns
    if bool(form.ends_ns) == (form.lasts_s is not None):
        raise _invalid("ends_ns", "give either ends_ns or lasts_s")
    lasts_s = form.lasts_s or 0
    ends_ns = _time("ends_ns", form.ends_ns) if form.ends_ns else starts_ns + lasts_s * NS_PER_SECOND
    if not max(starts_ns, now_ns) < ends_ns <= starts_ns + LONGEST_SILENCE_S * NS_PER_SECOND:
        raise _invalid("ends_ns", "must be in the future, after the begin, and within a year of it")
    return msgspec.structs.replace(
        form,
        matchers=_matchers("matchers", form.matchers),
        starts_ns=str(starts_ns),
        ends_ns=str(ends_ns),
        comment=_text(form.comment),
    )


def read_inhibition(given: Any) -> InhibitionForm:
    """An inhibition. Raises InvalidInput."""
    form: InhibitionForm = read_form(InhibitionForm, given)
    return msgspec.structs.replace(
        form,
        name=_name("name", form.name),
        source=_matchers("source", form.source),
        target=_matchers("target", form.target),
    )


def _matchers(field: str, given: tuple[Matcher, ...]) -> tuple[Matcher, ...]:
    for at, matcher in enumerate(given):
        if matcher.op not in OPS:
            raise _invalid(f"{field}[{at}].op", f"must be one of {', '.join(OPS)}")
        if not 0 < len(matcher.label) <= 200 or len(matcher.value) > 1_000:
            raise _invalid(f"{field}[{at}]", "the label must have 1 to 200, the value at most 1000 characters")
    return given


def _addresses(text: str) -> list[str]:
    found = list(dict.fromkeys(re.split(r"[\s,;]+", text.strip(" ,;\n\t"))))
    for address in found:
        if not ADDRESS.fullmatch(address):
            raise _invalid("target", "must be mail addresses such as ann@example.org, separated by commas")
    if len(found) > MOST_ADDRESSES:
        raise _invalid("target", f"must be at most {MOST_ADDRESSES} addresses")
    return found


def _name(field: str, text: str) -> str:
    name = text.strip()
    if not name or UNSEEN.search(name):
        raise _invalid(field, "must be a line of 1 to 200 characters")
    return name


def _text(text: str) -> str:
    return text.strip().replace("\0", "\u2400").encode(errors="replace").decode()


def _time(field: str, text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 19 or int(text) > MAX_NS:
        raise _invalid(field, "must be nanoseconds since 1970 as decimal text")
    return int(text)


def _invalid(field: str, message: str) -> InvalidInput:
    return InvalidInput(errors=(FieldError(field, message),))
