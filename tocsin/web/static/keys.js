// One key goes to what it names, and Enter then does it: no key does anything by itself. `?` lists the keys and turns them off.
const OFF = "tocsin-keys-off";
const targets = () => [...document.querySelectorAll("[data-key]")].filter((one) => one.offsetParent !== null || one.closest("details"));
const rows = () => [...document.querySelectorAll("[data-row]")];
const isOff = () => localStorage.getItem(OFF) === "yes";

const dialog = document.createElement("dialog");
dialog.setAttribute("aria-labelledby", "keys-title");
document.body.append(dialog);

function line(key, words) {
  const row = document.createElement("li");
  const shown = document.createElement("kbd");
  shown.textContent = key;
  row.append(shown, ` ${words}`);
  return row;
}

function list() {
  const title = document.createElement("h2");
  title.id = "keys-title";
  title.textContent = "Keys";
  const all = document.createElement("ul");
  if (rows().length) all.append(line("j", "the next in the list"), line("k", "the one before"));
  for (const one of targets()) all.append(line(one.dataset.key, one.dataset.keyWords || one.textContent.trim()));
  all.append(line("?", "this list"));
  const check = document.createElement("label");
  check.className = "check";
  const box = document.createElement("input");
  box.type = "checkbox";
  box.checked = !isOff();
  box.addEventListener("change", () => localStorage.setItem(OFF, box.checked ? "no" : "yes"));
  check.append(box, " Keys are on");
  const close = document.createElement("button");
  close.textContent = "Close";
  close.addEventListener("click", () => dialog.close());
  const hint = document.createElement("p");
  hint.textContent = "A key goes to the button or form; Enter then does it.";
  dialog.replaceChildren(title, hint, all, check, close);
  dialog.showModal();
}

function go(target) {
  for (let one = target.closest("details"); one; one = one.parentElement.closest("details")) one.open = true;
  const field = target.matches("summary") ? target.parentElement.querySelector("textarea, select, input:not([type=hidden])") : target;
  (field || target).focus();
  (field || target).scrollIntoView({ block: "nearest" });
}

function step(by) {
  const all = rows();
  if (!all.length) return;
  const now = all.indexOf(document.activeElement);
  all[now < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, now + by))].focus();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || dialog.open) return;
  // A dialog that has just closed may still hold the focus in its tick box: nobody types there.
  const field = event.target.closest("input, textarea, select, [contenteditable]");
  if (field && !dialog.contains(field)) return;
  if (event.key === "?") list();
  else if (isOff()) return;
  else if (event.key === "j") step(1);
  else if (event.key === "k") step(-1);
  else {
    const target = targets().find((one) => one.dataset.key === event.key);
    if (!target) return;
    go(target);
  }
  event.preventDefault();
});
