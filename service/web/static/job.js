// Following a job: what its state is called, and a callback at each change until it ends.

export const STATES = {
  queued: "Đang chờ",
  running: "Đang xử lý",
  succeeded: "Hoàn thành",
  partial: "Hoàn thành, thiếu trang",
  failed: "Không đọc được",
};

export const isLive = (job) => job.state === "queued" || job.state === "running";

/** Calls `show(job)` at each change; resolves with the job when it has ended. */
export function follow(id, show) {
  return new Promise((resolve) => {
    const events = new EventSource(`/v1/jobs/${id}/events`);
    events.addEventListener("job", (event) => {
      const job = JSON.parse(event.data);
      show(job);
      if (!isLive(job)) {
        events.close();
        resolve(job);
      }
    });
  });
}

/** A line about a job: a bar with pages, then how it ended. */
export function draw(place, job) {
  place.replaceChildren();
  const state = document.createElement("span");
  state.className = `state ${job.state}`;
  state.textContent = STATES[job.state];
  place.append(state);
  if (job.state === "running") {
    const bar = document.createElement("progress");
    bar.setAttribute("aria-label", "Tiến độ đọc");
    if (job.pages) {
      bar.max = job.pages;
      bar.value = job.page;
    }
    place.append(bar, job.pages ? `trang ${job.page}/${job.pages}` : "");
  }
  if (job.error) place.append(`: ${job.error.message}`);
}
