"""OTLP's protobuf messages with three changes to their schema, made from the published descriptors.

- Attributes, array values, key-value lists and bodies of log records are left as undecoded bytes. So a request never
  recurses however deeply its values are nested, one broken attribute costs one record and not the
  request, and attributes that repeat from span to span are recognised without decoding them again.
- Texts are bytes, so that one that is not UTF-8 costs no more than itself.

The bytes on the wire are the same.
"""

from typing import Any

from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2
from opentelemetry.proto.common.v1 import common_pb2
from opentelemetry.proto.logs.v1 import logs_pb2
from opentelemetry.proto.metrics.v1 import metrics_pb2
from opentelemetry.proto.resource.v1 import resource_pb2
from opentelemetry.proto.trace.v1 import trace_pb2

_LEFT_AS_BYTES = {"attributes", "array_value", "kvlist_value", "body", "filtered_attributes", "metadata"}
_LISTS = {"ArrayValue", "KeyValueList"}
_MODULES = (
    common_pb2, resource_pb2, trace_pb2, logs_pb2, metrics_pb2, trace_service_pb2, logs_service_pb2,
    metrics_service_pb2,
)  # fmt: skip


def _relax(message: DescriptorProto) -> None:
    for field in message.field:
        if field.type == FieldDescriptorProto.TYPE_STRING:
            field.type = FieldDescriptorProto.TYPE_BYTES
        elif field.name in _LEFT_AS_BYTES or message.name in _LISTS:
            field.type = FieldDescriptorProto.TYPE_BYTES
            field.ClearField("type_name")
    for nested in message.nested_type:
        _relax(nested)


def _relaxed_pool() -> DescriptorPool:
    pool = DescriptorPool()
    for module in _MODULES:
        file = FileDescriptorProto()
        module.DESCRIPTOR.CopyToProto(file)
        for message in file.message_type:
            _relax(message)
        pool.Add(file)
    return pool


_POOL = _relaxed_pool()


def _message_class(name: str) -> Any:
    return GetMessageClass(_POOL.FindMessageTypeByName(f"opentelemetry.proto.{name}"))


TraceRequest = _message_class("collector.trace.v1.ExportTraceServiceRequest")
LogsRequest = _message_class("collector.logs.v1.ExportLogsServiceRequest")
MetricsRequest = _message_class("collector.metrics.v1.ExportMetricsServiceRequest")
AnyValue = _message_class("common.v1.AnyValue")
ArrayValue = _message_class("common.v1.ArrayValue")
KeyValue = _message_class("common.v1.KeyValue")
KeyValueList = _message_class("common.v1.KeyValueList")


def encode_varint(number: int) -> bytes:
    """A number from 0 up as protobuf writes it."""
    encoded = bytearray()
    while number > 127:
        encoded.append(number & 127 | 128)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)
