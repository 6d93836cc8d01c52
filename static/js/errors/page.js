// What the pages about errors can do beside what every page can.

import "./live-error.js";
import "./live-errors.js";
