// The list of events: rows by keys, a time by dragging, and what is new without moving what is read.

import { keys } from "./shell.js";

const rows = [...document.querySelectorAll("[data-row]")];

function move(step) {
  const at = rows.indexOf(document.activeElement);
  const to = at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + step, 0), rows.length - 1);
  rows[to]?.focus();
  rows[to]?.scrollIntoView({ block: "nearest" });
}

if (rows.length) {
  keys.add("j", "Next event", () => move(1));
  keys.add("k", "Event before", () => move(-1));
  keys.add("ArrowDown", "Next event", () => move(1));
  keys.add("ArrowUp", "Event before", () => move(-1));
  keys.add("Enter", "Open the event", () => document.activeElement?.click());
}

document.querySelector(".rows tbody")?.addEventListener("click", (event) => {
  if (event.target.closest("a, button") || String(getSelection())) return;
  event.target.closest("tr")?.querySelector("[data-row]")?.click();
});

// One panel at a time, closed by a click elsewhere or Escape.
const drops = [...document.querySelectorAll("details.drop")];
document.addEventListener("click", (event) => {
  for (const drop of drops) if (!drop.contains(event.target)) drop.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const drop of drops.filter((one) => one.open)) {
    drop.open = false;
    drop.querySelector("summary").focus();
  }
});
for (const drop of drops) {
  drop.addEventListener("toggle", () => {
    if (drop.open) drop.querySelector("input:not([type=hidden], :disabled), select, a")?.focus();
  });
}

const counts = document.querySelector("details.counts");
if (counts) {
  if (document.cookie.includes("adscribe_counts=closed")) counts.open = false;
  counts.addEventListener("toggle", () => {
    document.cookie = `adscribe_counts=${counts.open ? "open" : "closed"}; path=/; max-age=31536000; samesite=strict`;
  });
}

// Dragging over the histogram chooses a time.

const histogram = document.querySelector(".histogram");
if (histogram) {
  const svg = histogram.querySelector("svg");
  const selection = svg.querySelector(".selection");
  const { since, seconds, width } = histogram.dataset;
  const place = (event) => {
    const box = svg.getBoundingClientRect();
    return Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1) * width;
  };
  let from = null;
  let dragged = false;
  svg.addEventListener("dragstart", (event) => event.preventDefault());
  svg.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    from = place(event);
    dragged = false;
  });
  svg.addEventListener("pointermove", (event) => {
    if (from === null) return;
    const to = place(event);
    dragged ||= Math.abs(to - from) > 0.3;
    if (!dragged) return;
    svg.setPointerCapture(event.pointerId);
    const [left, right] = whole(from, to);
    selection.setAttribute("x", left);
    selection.setAttribute("width", right - left);
  });
  svg.addEventListener("pointerup", (event) => {
    if (from !== null && dragged) {
      const [left, right] = whole(from, place(event));
      const at = (part) => new Date(Date.parse(since) + part * seconds * 1000).toISOString().replace(".000Z", "Z");
      const to = new URL(location);
      for (const name of ["after", "before", "since", "until"]) to.searchParams.delete(name);
      to.searchParams.set("since", at(left));
      to.searchParams.set("until", at(right));
      location.assign(to);
    }
    from = null;
  });
  svg.addEventListener("pointercancel", () => {
    from = null;
    selection.setAttribute("width", 0);
  });
  svg.addEventListener("click", (event) => dragged && event.preventDefault(), true);
}

function whole(from, to) {
  return [Math.floor(Math.min(from, to)), Math.ceil(Math.max(from, to))];
}

// What arrives is counted and offered; rows never move under the reader.

const POLL_MILLISECONDS = 5000;
const SLOWEST_MILLISECONDS = 60000;
const live = document.querySelector("[data-live]");
if (live) {
  const known = new Set([...document.querySelectorAll("tr[data-id]")].map((row) => row.dataset.id));
  const link = live.querySelector("a");
  const title = document.title;
  let wait = POLL_MILLISECONDS;
  const look = async () => {
    if (!document.hidden) {
      try {
        const answer = await fetch(live.dataset.live, { headers: { Accept: "application/json" } });
        if (answer.status === 401) return;
        if (!answer.ok) throw new Error(answer.statusText);
        const { events } = await answer.json();
        // Only what stands before a row that is shown: below the last one others may move up.
        const last = events.findLastIndex((event) => known.has(event.id));
        const shown = known.size ? events.slice(0, last < 0 ? events.length : last) : events;
        tell(shown.filter((event) => !known.has(event.id)).length, events.length);
        wait = POLL_MILLISECONDS;
      } catch {
        wait = Math.min(wait * 2, SLOWEST_MILLISECONDS);
      }
    }
    setTimeout(look, wait);
  };
  const tell = (fresh, of) => {
    live.hidden = fresh === 0;
    const many = fresh === of && of >= 100 ? `${fresh}+` : fresh;
    link.textContent = `${many} new event${fresh === 1 ? "" : "s"}`;
    document.title = fresh ? `(${many}) ${title}` : title;
  };
  setTimeout(look, wait);
}
