// Logs the same story with pino, winston or bunyan, one line of JSON each, to standard output.
import bunyan from "bunyan";
import pino from "pino";
import winston from "winston";

const [library, mission] = process.argv.slice(2);
const ids = { missionId: mission, requestId: "req-7", conversationId: "conv-1", userId: "u-1", stepId: "step-2" };
const trace = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };
const failure = new TypeError("the vendor list is empty");

function winstonLogger() {
  const { combine, timestamp, errors, json } = winston.format;
  const format = combine(errors({ stack: true }), timestamp(), json());
  return winston.createLogger({ level: "silly", format, transports: [new winston.transports.Console()] });
}

const stories = {
  pino() {
    const log = pino({ name: "planner", level: "trace" }).child({ ...ids, ...trace });
    log.debug({ vendors: 3 }, "comparing");
    log.warn("slow");
    log.error(failure, "it failed");
    log.fatal("giving up");
  },
  winston() {
    const log = winstonLogger().child({ service: "planner", context: { ...ids, ...trace } });
    log.debug("comparing", { vendors: 3 });
    log.warn("slow");
    log.error("it failed", failure);
    log.error("giving up");
  },
  bunyan() {
    const log = bunyan.createLogger({ name: "planner", level: "trace", serializers: bunyan.stdSerializers }).child({ ...ids, ...trace });
    log.debug({ vendors: 3 }, "comparing");
    log.warn("slow");
    log.error({ err: failure }, "it failed");
    log.fatal("giving up");
  },
};
stories[library]();
