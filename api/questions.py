"""Questions to people, whether records tell of them or spans are them."""

from collections.abc import Sequence
from typing import Any

from api.span_contents import NOTHING, read_span_contents
from plans.records import Question
from plans.wire import question_json


def present_questions(project_id: int, asked: Sequence[Question]) -> list[dict[str, Any]]:
    """Questions with what spans say in their payload."""
    contents = read_span_contents(project_id, [each.span.pk for each in asked if each.span is not None])
    presented = []
    for each in asked:
        fields = question_json(each)
        if each.span is not None:
            content = contents.get(each.span.pk, NOTHING)
            fields |= {"question": content.question, "answer": content.answer}
        presented.append(fields)
    return presented
