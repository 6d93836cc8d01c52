"""What every template may use: icons, statuses, kinds, times, numbers."""

import time
from collections.abc import Mapping
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from web.presenters import formats
from web.presenters.marks import Mark, present_kind, present_status

register = template.Library()


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """A glyph of icons.svg in the colour of the text around it; hidden from screen readers."""
    return format_html(
        '<svg class="icon {}" width="16" height="16" aria-hidden="true"><use href="{}#{}"/></svg>',
        css,
        static("icons.svg"),
        name,
    )


@register.simple_tag
def status(value: str, css: str = "status-quiet", word: str = "") -> SafeString:
    """Glyph and word of a status."""
    return _mark(present_status(value), f"status {css}", "status-word", word, icon_css=_pulse(value))


@register.simple_tag
def status_badge(value: str, word: str = "") -> SafeString:
    """The same as a filled pill, for heads."""
    return _mark(present_status(value), "badge", "status-word", word, icon_css=_pulse(value))


@register.simple_tag
def kind(span_kind: str, css: str = "kind-quiet", word: str = "") -> SafeString:
    """Glyph and word of a span kind."""
    return _mark(present_kind(span_kind), f"kind {css}", "kind-word", word)


@register.simple_tag
def ago(time_ns: int | None, css: str = "") -> SafeString:
    """`14 m ago` with the exact time as title; kept true by the behaviour `ago`."""
    if time_ns is None:
        return format_html('<span class="dim">{}</span>', formats.UNKNOWN)
    return format_html(
        '<time class="{}" datetime="{}" title="{}" data-behaviour="ago" data-ns="{}">{}</time>',
        css,
        formats.format_iso(time_ns),
        formats.format_time(time_ns),
        time_ns,
        formats.format_ago(time_ns, time.time_ns()),
    )


@register.simple_tag
def copy_button(text: str, label: str = "Copy") -> SafeString:
    """A button that puts `text` on the clipboard."""
    return format_html(
        '<button class="copy" type="button" data-behaviour="copy" data-copy="{}" aria-label="{}" title="{}">'
        "{}</button>",
        text,
        label,
        label,
        icon("copy"),
    )


@register.filter
def pick(values: Mapping[Any, Any] | None, key: Any) -> Any:
    """The value of a key; None without one."""
    return values.get(key) if values else None


register.filter("duration", formats.format_duration)
register.filter("tokens", formats.format_tokens)
register.filter("count", formats.format_count)
register.filter("cost", formats.format_cost)
register.filter("bytes", formats.format_bytes)
register.filter("time", formats.format_time)
register.filter("short_id", formats.short_id)


def _mark(mark: Mark, css: str, word_css: str, word: str, icon_css: str = "") -> SafeString:
    return format_html(
        '<span class="{} {}">{}<span class="{}">{}</span></span>',
        css,
        mark.css,
        icon(mark.glyph, icon_css),
        word_css,
        word or mark.word,
    )


def _pulse(value: str) -> str:
    return "pulse" if value == "active" else ""
