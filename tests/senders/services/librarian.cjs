"use strict";
/** Stands for stage7's Librarian: stores nothing, and passes on to FORWARD_TO, where that is set, what it was told. */

const { post, serve } = require("./said.cjs");

serve({
  "POST /storeData": async (body) => {
    if (process.env.FORWARD_TO) await post(process.env.FORWARD_TO, body, { "x-api-key": process.env.FORWARD_KEY });
    return { status: "Data stored" };
  },
});
