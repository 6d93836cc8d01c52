// A page that reports with @sentry/browser to the DSN in its address: ?dsn=…&mission=…
import * as Sentry from "@sentry/browser";

import { Checkout } from "./browser_checkout.js";

const asked = new URLSearchParams(window.location.search);

Sentry.init({
  dsn: asked.get("dsn"),
  release: "shop@9.8.7",
  environment: "staging",
  integrations: [Sentry.browserTracingIntegration()],
  tracesSampleRate: 1,
  enableLogs: true,
});
Sentry.setTag("mission.id", asked.get("mission"));
Sentry.setContext("step", { id: "step-5" });

document.querySelector("#pay").addEventListener("click", function payButtonClicked() {
  Sentry.logger.info("somebody pays");
  new Checkout({ items: [{ price: null }] }).payForBasket();
});
