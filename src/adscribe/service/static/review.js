// From row to row by j and k; in a group, space ticks the row that one is at.

import { keys } from "./shell.js";

const rows = [...document.querySelectorAll("[data-row]")];

function move(step) {
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const row = rows[Math.min(Math.max(at + step, 0), rows.length - 1)];
  const link = row?.querySelector("input[type=checkbox], .judge");
  link?.focus();
  row?.scrollIntoView({ block: "nearest" });
}

if (rows.length) {
  keys.add("j", "Next row", () => move(1));
  keys.add("k", "Row before", () => move(-1));
}
