// What every page has: keys, and light or dark without loading the page again.
//
// An element with data-key="f" is pressed by that key: links and buttons are followed, fields get the focus,
// <summary> opens. "g e" is g, then e. data-key-says is what the list of keys says of it, else its own text.
// A page's module adds keys that belong to no element by keys.add(key, says, act).

const WAIT_MILLISECONDS = 1200;
const actions = new Map();

export const keys = {
  add(key, says, act) {
    actions.set(key, { says, act });
  },
};

document.documentElement.classList.add("scripted");

function marked() {
  const found = new Map();
  for (const element of document.querySelectorAll("[data-key]")) {
    const key = element.dataset.key;
    if (found.has(key)) continue;
    found.set(key, { says: element.dataset.keySays ?? element.textContent.trim(), act: () => press(element) });
  }
  return found;
}

function press(element) {
  if (element.matches("input:not([type=checkbox], [type=radio], [type=submit]), select, textarea")) {
    const hiding = element.closest("details:not([open])");
    if (hiding) hiding.open = true;
    element.focus();
    element.select?.();
  } else {
    element.focus();
    element.click();
  }
}

function writing(target) {
  return target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
}

let begun = "";
let begunAt = 0;

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === "Escape" && writing(event.target)) {
    event.target.blur();
    return;
  }
  if (writing(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key === "?") {
    event.preventDefault();
    list();
    return;
  }
  const all = new Map([...marked(), ...actions]);
  const key = begun && event.timeStamp - begunAt < WAIT_MILLISECONDS ? `${begun} ${event.key}` : event.key;
  begun = "";
  const found = all.get(key);
  if (found) {
    event.preventDefault();
    found.act(event);
  } else if ([...all.keys()].some((one) => one.startsWith(`${event.key} `))) {
    begun = event.key;
    begunAt = event.timeStamp;
  }
});

function list() {
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-labelledby", "keys-title");
  const title = document.createElement("h2");
  title.id = "keys-title";
  title.textContent = "Keys";
  const entries = document.createElement("dl");
  entries.className = "keys";
  const fixed = [
    ["?", "These keys"],
    ["Esc", "Leave a field"],
  ];
  const all = new Map([...actions, ...marked()]);
  for (const [key, says] of [...[...all].map(([key, one]) => [key, one.says]), ...fixed]) {
    const term = document.createElement("dt");
    for (const part of key.split(" ")) {
      const cap = document.createElement("kbd");
      cap.textContent = part;
      term.append(cap, " ");
    }
    const meaning = document.createElement("dd");
    meaning.textContent = says;
    entries.append(term, meaning);
  }
  const close = document.createElement("form");
  close.method = "dialog";
  const button = document.createElement("button");
  button.className = "button";
  button.textContent = "Close";
  close.append(button);
  dialog.append(title, entries, close);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

document.querySelector("[data-keys]")?.addEventListener("click", list);

document.querySelector(".themes")?.addEventListener("submit", (event) => {
  const chosen = event.submitter?.value;
  if (!chosen) return;
  event.preventDefault();
  document.documentElement.dataset.theme = chosen;
  document.cookie = `adscribe_theme=${chosen}; path=/; max-age=${365 * 24 * 3600}; samesite=strict`;
  for (const button of event.target.querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button.value === chosen));
  }
});
