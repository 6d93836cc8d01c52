// Reports with @sentry/node: a transaction with a span, an error with a cause inside it, a log line, an attachment.
// Arguments: DSN, mission.
import * as Sentry from "@sentry/node";

const [dsn, mission] = process.argv.slice(2);

Sentry.init({
  dsn,
  release: "concierge@4.5.6",
  environment: "staging",
  serverName: "node-1",
  tracesSampleRate: 1,
  enableLogs: true,
  debug: false,
});
Sentry.setTag("mission.id", mission);
Sentry.setUser({ id: "user-7", email: "anna@example.org" });

function bookTable(guests) {
  try {
    JSON.parse("{no json");
  } catch (error) {
    throw new RangeError(`no table for ${guests}`, { cause: error });
  }
}

Sentry.startSpan({ name: "POST /tables", op: "http.server" }, () => {
  Sentry.addBreadcrumb({ category: "chat", message: "asked for a table", level: "info" });
  Sentry.startSpan({ name: "find a table", op: "db", attributes: { "db.system": "postgresql" } }, () => {
    try {
      bookTable(7);
    } catch (error) {
      Sentry.withScope((scope) => {
        scope.setContext("step", { id: "step-3", verb: "BOOK" });
        scope.addAttachment({ filename: "menu.txt", data: "soup, fish", contentType: "text/plain" });
        scope.addAttachment({ filename: "photo.png", data: new Uint8Array([137, 80, 78, 71]), contentType: "image/png" });
        Sentry.captureException(error);
      });
    }
  });
});
Sentry.logger.warn(Sentry.logger.fmt`table ${12} is wobbly`);
Sentry.captureMessage("closing early", "info");
if (!(await Sentry.close(20_000))) {
  throw new Error("not everything was sent");
}
