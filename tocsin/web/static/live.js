// Keeps the [data-live] parts of a page fresh, but never moves what somebody reads, or changes what somebody works with.
// The service says when something changed; without its word, and for what only time changes, the page looks by itself.
const SOON_MS = 1000;
const EVERY_MS = 15000;
const LISTENING_EVERY_MS = 60000;
const parts = [...document.querySelectorAll("[data-live]")];
const served = new Map(parts.map((part) => [part, part.innerHTML]));

const fields = (part) => [...part.querySelectorAll("input:not([type=hidden]), textarea, select")];

function isChanged(field) {
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.options) return field.selectedIndex !== Math.max(0, [...field.options].findIndex((option) => option.defaultSelected));
  return field.value !== field.defaultValue;
}

// Whether somebody types, chooses or marks text in it.
function isInUse(part) {
  const marked = document.getSelection();
  if (marked && !marked.isCollapsed && part.contains(marked.anchorNode)) return true;
  return fields(part).some((field) => field === document.activeElement || isChanged(field));
}

// What an element says, whatever the time: by it the element is found again in the fresh part.
function said(element) {
  const copy = element.cloneNode(true);
  for (const time of copy.querySelectorAll("time")) time.textContent = time.dateTime;
  return `${element.localName} ${element.id} ${copy.textContent}`;
}

const all = (part, words) => [...part.querySelectorAll("*")].find((element) => said(element) === words);

// The element at the top of the window, so that what is read stays where it is.
function topmost() {
  for (let y = 4; y < innerHeight; y += 24) {
    const element = document.elementFromPoint(innerWidth / 2, y);
    const part = element?.closest("[data-live]");
    if (part && element !== part) return { part, words: said(element), top: element.getBoundingClientRect().top, element };
  }
  return null;
}

function replace(part, html) {
  const open = new Map([...part.querySelectorAll("details")].map((one) => [said(one.querySelector("summary")), one.open]));
  const focused = part.contains(document.activeElement) ? said(document.activeElement) : null;
  part.innerHTML = html;
  for (const one of part.querySelectorAll("details")) {
    const was = open.get(said(one.querySelector("summary")));
    if (was !== undefined) one.open = was;
  }
  if (focused) all(part, focused)?.focus({ preventScroll: true });
}

function show(page) {
  const anchor = topmost();
  for (const [index, part] of parts.entries()) {
    const fresh = part.id ? page.getElementById(part.id) : page.querySelectorAll("[data-live]")[index];
    if (!fresh || fresh.innerHTML === served.get(part) || isInUse(part)) continue;
    replace(part, fresh.innerHTML);
    served.set(part, fresh.innerHTML);
  }
  const status = document.querySelector("[data-status]");
  const words = page.querySelector("[data-status]")?.textContent;
  if (status && words && status.textContent !== words) status.textContent = words;
  document.title = page.title;
  const made = page.querySelector("footer.site");
  if (made) document.querySelector("footer.site").replaceChildren(...made.childNodes);
  if (!anchor) return;
  const again = anchor.element.isConnected ? anchor.element : all(anchor.part, anchor.words);
  if (again) scrollBy({ top: again.getBoundingClientRect().top - anchor.top, behavior: "instant" });
}

async function refresh() {
  if (document.hidden) return;
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  if (answer.ok && !answer.redirected) show(new DOMParser().parseFromString(await answer.text(), "text/html"));
}

// Where the service does not answer, the page stays as it is: its footer says when it was made.
let looked = performance.now();
const tried = () => {
  looked = performance.now();
  return refresh().catch(() => {});
};

let source = null;
let due = null;

// A browser opens six connections to one place, whatever the number of its tabs: a hidden page gives its own back.
function listen() {
  source?.close();
  source = document.hidden ? null : new EventSource("/live");
  source?.addEventListener("changed", () => {
    due ??= setTimeout(() => tried().then(() => (due = null)), SOON_MS);
  });
}

if (parts.length) {
  listen();
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", (event) => event.persisted && listen());
  setInterval(() => {
    if (source?.readyState !== EventSource.OPEN || performance.now() - looked >= LISTENING_EVERY_MS) tried();
  }, EVERY_MS);
  document.addEventListener("visibilitychange", () => {
    listen();
    tried();
  });
}
