"""Reads items back out of packs."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping

from django.db import connection

from bodies.models import Pack
from bodies.packs import Place, decompress
from core.bulk import find_by_keys


class PackReader:
    """Reads items of one project and remembers the last packs it opened. Use one per request."""

    def __init__(self, project_id: int, remembered: int = 32) -> None:
        self.project_id = project_id
        self._remembered = remembered
        self._packs: OrderedDict[int, bytes] = OrderedDict()

    def read(self, place: Place) -> bytes:
        """The item at `place`. Raises KeyError when its pack is not of this project or is gone."""
        data = self._packs.get(place.pack)
        if data is None:
            self._load([place.pack])
            data = self._packs[place.pack]
        return data[place.offset : place.offset + place.length]

    def read_hashed(self, hashes: Iterable[bytes]) -> Mapping[bytes, bytes]:
        """The bodies with these hashes; those that are not there are left out."""
        return self.read_places(self.find_places(set(hashes)))

    def find_places(self, hashes: Iterable[bytes]) -> dict[bytes, Place]:
        """Where the bodies with these hashes lie, and so how long they are; nothing is opened."""
        return find_places(self.project_id, list(hashes))

    def read_places(self, places: Mapping[bytes, Place]) -> dict[bytes, bytes]:
        """The bodies at these places."""
        self.prefetch(places.values())
        return {hashed: self.read(place) for hashed, place in places.items()}

    def prefetch(self, places: Iterable[Place]) -> None:
        """Load all packs of these places in one query."""
        self._load({place.pack for place in places} - set(self._packs))

    def _load(self, keys: Iterable[int]) -> None:
        wanted = list(keys)
        self._remembered = max(self._remembered, len(wanted) + 8)
        for key, frame in Pack.objects.filter(id__in=wanted, project_id=self.project_id).values_list("id", "data"):
            self._packs[key] = decompress(bytes(frame))
        while len(self._packs) > self._remembered:
            self._packs.popitem(last=False)


def find_places(project_id: int, hashes: list[bytes]) -> dict[bytes, Place]:
    """Where the bodies with these hashes lie."""
    if not hashes:
        return {}
    with connection.cursor() as cursor:
        rows = find_by_keys(
            cursor,
            connection.vendor,
            "bodies_body",
            wanted=("hash", "pack_id", "start", "length"),
            keys=("hash",),
            key_types=("bytea",),
            values=[(value,) for value in hashes],
            fixed=("project_id", project_id),
        )
    return {bytes(row[0]): Place(row[1], row[2], row[3]) for row in rows}
