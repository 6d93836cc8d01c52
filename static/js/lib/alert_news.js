// What a page says of alerts that began to fire while it was open. Pure.

const MOST_NAMED = 3;

/** Of records of the feed, the last of each alert: those that fire now, are not kept quiet, and were not told before. */
export function newlyFiring(records, told) {
  const last = new Map(records.filter(({ type }) => type === "alert").map((record) => [record.id, record]));
  return [...last.values()].filter((record) => record.state === "firing" && !record.silence_id && !record.inhibited_by && !told.has(record.id));
}

/** Ids of the missions that records of the feed are about. */
export function missionsOf(records) {
  return [...new Set(records.flatMap(({ missions = [] }) => missions.map(({ id }) => id)))];
}

/** Messages about them: each by itself when they are few, else one. {text, path, severity} */
export function messagesOf(alerts) {
  if (alerts.length <= MOST_NAMED) return alerts.map(({ title, url, severity }) => ({ text: title, path: url, severity }));
  const severity = ["critical", "warning", "info"].find((each) => alerts.some((alert) => alert.severity === each)) ?? "info";
  return [{ text: `${alerts.length} alerts began to fire.`, path: "/alerts/", severity }];
}
