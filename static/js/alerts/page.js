// What the pages about alerts can do beside what every page can.

import "./live-alerts.js";
import "./field-errors.js";
