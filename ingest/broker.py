"""Messages of stage7's services, read from RabbitMQ through a queue of our own. Their exchanges and queues are not
touched: nothing is declared but our queue, nothing of theirs is consumed.

A message is acknowledged after the commit that holds it. Where the database cannot take it, it stays in the queue,
which the broker bounds.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence

from amqp.exceptions import AMQPError
from django.db import DatabaseError, close_old_connections
from kombu.connection import Connection
from kombu.entity import Queue
from kombu.exceptions import KombuError
from kombu.message import Message
from kombu.messaging import Consumer

from accounts.records import Tenant
from accounts.selectors import find_tenant
from ingest.commit import Unavailable, committer
from ingest.prepare import Prepared, prepare
from ingest.redactors import get_redactor
from telemetry.decode.errors import MalformedBody, TooLarge
from telemetry.records import RefusedRecord

log = logging.getLogger(__name__)

DOOR = "stage7_messages"
BINDINGS = (("stage7", "message.#"), ("agent.events", "agent.status.update"))
"""stage7's exchanges and what of them concerns us."""
BATCH = 200
GATHER_S = 0.2
LEAST_PAUSE_S, MOST_PAUSE_S = 1.0, 30.0
QUEUE_ARGUMENTS = {"x-expires": 24 * 3600 * 1000, "x-max-length-bytes": 256 << 20, "x-overflow": "drop-head"}
"""Nobody reads it for a day: it goes. Full: the oldest messages go, not the broker's memory."""
COMMIT_S = 60.0


class BrokerConsumer:
    """A thread that reads the queue as long as the server runs, and connects again whenever the broker was away."""

    def __init__(self, url: str, project: str) -> None:
        self._url, self._project = url, project
        self._is_ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="stage7-broker", daemon=True)
        self._waiting: list[Message] = []

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self, timeout_s: float = 10.0) -> None:
        """Store what was taken, then end."""
        self._is_ending.set()
        self._thread.join(timeout_s)

    def _run(self) -> None:
        pause_s = LEAST_PAUSE_S
        while not self._is_ending.is_set():
            try:
                with Connection(self._url, connect_timeout=5, heartbeat=30) as connection:
                    connection.connect()
                    self._read(connection)
                pause_s = LEAST_PAUSE_S
            except (KombuError, AMQPError, OSError) as error:
                # The address may hold a password: the kind of error is all that is told.
                log.warning("stage7's broker: %s; tried again in %.0f s", type(error).__name__, pause_s)
                self._is_ending.wait(pause_s)
                pause_s = min(MOST_PAUSE_S, 2 * pause_s)
            finally:
                self._waiting.clear()
                close_old_connections()

    def _read(self, connection: Connection) -> None:
        tenant = find_tenant(self._project)
        if tenant is None:
            raise OSError(f"there is no project {self._project}")
        channel = connection.channel()
        name = f"missionscope.{tenant.slug}"
        channel.queue_declare(name, durable=True, auto_delete=False, arguments=QUEUE_ARGUMENTS)
        for exchange, key in BINDINGS:
            # Binding to an exchange that is not there ends the channel; it is tried again until stage7 has made it.
            channel.queue_bind(name, exchange, key)
        log.info("stage7's broker: reading")
        queue = Queue(name, no_declare=True)
        consumer = Consumer(channel, [queue], auto_declare=False, on_message=self._hold, prefetch_count=BATCH)
        with consumer:
            while not self._is_ending.is_set():
                self._gather(connection)
                self._store(tenant)
                connection.heartbeat_check()

    def _hold(self, message: Message) -> None:
        self._waiting.append(message)

    def _gather(self, connection: Connection) -> None:
        until_s = time.monotonic() + GATHER_S
        while len(self._waiting) < BATCH and (left_s := until_s - time.monotonic()) > 0:
            try:
                connection.drain_events(timeout=left_s)
            except TimeoutError:
                return

    def _store(self, tenant: Tenant) -> None:
        """Store what was gathered, then acknowledge it; a message that cannot be read is refused and told of."""
        taken, self._waiting = self._waiting, []
        if not taken:
            return
        try:
            committer.submit(prepare_messages(tenant, [_bytes(message) for message in taken])).result(COMMIT_S)
        except (Unavailable, DatabaseError, TimeoutError):
            for message in taken:
                message.requeue()
            self._is_ending.wait(LEAST_PAUSE_S)
            return
        for message in taken:
            message.ack()


def prepare_messages(tenant: Tenant, bodies: Sequence[bytes]) -> Prepared:
    """Messages as one request of the door; one that is no JSON costs no other."""
    redactor = get_redactor(tenant.redaction_key)
    received_ns = time.time_ns()

    def read(data: bytes) -> Prepared:
        return prepare(
            project_id=tenant.pk, redactor=redactor, door=DOOR, encoding="ndjson", data=data, received_ns=received_ns
        )

    try:
        return read(b"\n".join(body.replace(b"\n", b" ").replace(b"\r", b" ") for body in bodies))
    except (MalformedBody, TooLarge) as error:
        detail = f"{len(bodies)} messages could not be read: {type(error).__name__}."
        return Prepared(tenant.pk, DOOR, [], [], {}, [RefusedRecord("not_json", detail, "")], ())


def _bytes(message: Message) -> bytes:
    body = message.body
    return body.encode(errors="replace") if isinstance(body, str) else bytes(body)


def make_consumer(url: str, project: str) -> Callable[[], None]:
    """Start reading; gives the function that ends it."""
    consumer = BrokerConsumer(url, project)
    consumer.start()
    return consumer.stop
