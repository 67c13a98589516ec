// Everything a page does beyond links and forms.

import "./page.js";
import "./clock.js";
import "./grade.js";
import "./keys.js";
import "./side.js";
import "./live.js";
import "./rules.js";
import "./widget.js";
