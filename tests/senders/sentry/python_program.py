"""Reports with sentry-sdk as a service would. Arguments: DSN, mission."""

import sys

import sentry_sdk
import sentry_sdk.logger

SECRET = "hunter2-of-the-house"


def find_price(item: str) -> int:
    password = SECRET  # noqa: F841
    try:
        return {"soup": 3}[item]
    except KeyError as error:
        raise ValueError(f"no price for {item}") from error


def main(dsn: str, mission: str) -> None:
    sentry_sdk.init(
        dsn=dsn, release="cashier@1.2.3", environment="staging", server_name="till-1", traces_sample_rate=1.0,
        enable_logs=True, default_integrations=False,
    )  # fmt: skip
    sentry_sdk.set_tag("mission_id", mission)
    sentry_sdk.set_context("agent", {"id": "agent-5"})
    sentry_sdk.set_extra("stepId", "step-9")
    sentry_sdk.set_user({"id": "user-8"})
    with sentry_sdk.start_transaction(name="GET /bill", op="http.server"):
        sentry_sdk.add_breadcrumb(category="till", message="the bill was asked for")
        with sentry_sdk.start_span(op="http.client", name="GET /prices") as span:
            span.set_data("http.request.method", "GET")
            try:
                find_price("fish")
            except ValueError as error:
                sentry_sdk.capture_exception(error)
    sentry_sdk.logger.warning("bill of {guests} guests is late", guests=4)
    sentry_sdk.get_current_scope().add_attachment(bytes=b"x" * 300_000, filename="till.log")
    sentry_sdk.capture_message("closing early", level="info")
    sentry_sdk.flush(timeout=20)


if __name__ == "__main__":
    main(*sys.argv[1:])
