"""A project's search and its refused records."""

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.authentication import get_project_id, get_request_sight
from api.fields import describe
from api.paging import answer_page
from api.parameters import choices_parameter, get_choices, get_limit, get_text, text_parameter
from api.record_fields import HitSerializer, RejectionSerializer
from api.shapes import hit_json, rejection_json
from core.cursors import decode_cursor, encode_cursor
from core.errors import NotFound
from search.selectors import FIELDS, search
from traces.selectors import find_mission, list_rejections


class Search(APIView):
    """Full text."""

    @describe(
        HitSerializer,
        many=True,
        name="SearchHit",
        parameters=[
            text_parameter("q", "All words must be in one text; the last may be the beginning of a word."),
            choices_parameter("in", "Only in these fields, separated by commas.", FIELDS),
            text_parameter("mission", "Only in this mission."),
        ],
    )
    def get(self, request: Request) -> Response:
        """Texts that hold all words, newest first."""
        sight = get_request_sight(request)
        cursor = get_text(request, "cursor")
        mission_id = get_text(request, "mission")
        mission = find_mission(sight.project_pk, mission_id, sight.user_id) if mission_id else None
        if mission_id and mission is None:
            raise NotFound("There is no such mission in this project.")
        page = search(
            sight.project_pk,
            get_text(request, "q"),
            fields=get_choices(request, "in", FIELDS),
            mission_pk=None if mission is None else mission.pk,
            before=decode_cursor(cursor, int)[0] if cursor else None,
            limit=min(get_limit(request), 100),
            user_id=sight.user_id,
        )
        results = [hit_json(hit) for hit in page.hits]
        return answer_page(request, results, None if page.next_before is None else encode_cursor(page.next_before))


class RejectionList(APIView):
    """Records that were refused."""

    @describe(RejectionSerializer, many=True, name="Rejection")
    def get(self, request: Request) -> Response:
        """Refused records, newest first."""
        project_id = get_project_id(request)
        limit = get_limit(request)
        cursor = get_text(request, "cursor")
        before = decode_cursor(cursor, int)[0] if cursor else None
        rows = list_rejections(project_id, before_pk=before, limit=limit + 1)
        results = [rejection_json(row) for row in rows[:limit]]
        return answer_page(request, results, encode_cursor(rows[limit - 1].pk) if len(rows) > limit else None)
