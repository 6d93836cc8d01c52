"""Shapes of what is asked and answered about source maps, for the schema."""

from typing import Any

from rest_framework import serializers

from api.fields import count, flag, number, text, texts


class SourceMapSerializer(serializers.Serializer[Any]):
    """An uploaded source map."""

    id = number()
    release, url = text(), text("Of the minified file.")
    debug_id = text("32 hexadecimal digits; empty for a file that is told by release and URL.")
    size_bytes = count()
    has_minified = flag("Whether the minified file is kept, which tells the names of functions.")
    redacted_count = count("Secrets that were covered before it was stored.")
    uploaded_ns = number()


class SourceMapKeptSerializer(serializers.Serializer[Any]):
    """What became of an upload."""

    id = number()
    release, url, debug_id = text(), text(), text()
    replaced = flag("One that was there before is gone.")
    warnings = texts()


class SourceMapRemovedSerializer(serializers.Serializer[Any]):
    """What became of a removal."""

    removed = count()


class SourceMapUploadSerializer(serializers.Serializer[Any]):
    """An upload: a debug id (here or in the map), or a release with the URL of the minified file."""

    release = serializers.CharField(required=False, allow_blank=True, max_length=1000)
    url = serializers.CharField(required=False, allow_blank=True, max_length=1000)
    debug_id = serializers.CharField(required=False, allow_blank=True, max_length=100)
    source_map = serializers.FileField(help_text="In JSON: a text.")
    minified = serializers.FileField(required=False, help_text="In JSON: a text.")
