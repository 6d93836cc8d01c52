// What every page can do. A page's own behaviours are modules of their own that register before this one starts.

import "./behaviours/ago.js";
import "./behaviours/alert-watch.js";
import "./behaviours/clamp.js";
import "./behaviours/copy.js";
import "./behaviours/dialog.js";
import "./behaviours/filters.js";
import "./behaviours/keys.js";
import "./behaviours/live-missions.js";
import "./behaviours/menu-filter.js";
import "./behaviours/menu.js";
import "./behaviours/palette.js";
import "./behaviours/requests.js";
import "./behaviours/rows.js";
import "./behaviours/theme.js";
import "./behaviours/toast.js";
import { loadIcons } from "./lib/dom.js";
import { start } from "./lib/registry.js";

start();
loadIcons();
