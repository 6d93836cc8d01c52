// What the page of logs can do beside what every page can.

import "./brush.js";
import "./filters.js";
import "./line.js";
import "./list.js";
