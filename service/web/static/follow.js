// A document's page: follows the job under way, and shows the result when it is there.

import { draw, follow } from "./job.js";

const state = document.getElementById("state");
if (state.dataset.live === "True") {
  await follow(state.dataset.job, (job) => draw(state, job));
  location.reload();
}
