// Keeps what an agent types until it is sent, and says who else has the ticket open or has changed it.
const EVERY_MS = 20000;
const form = document.querySelector("[data-draft]");
const field = form?.querySelector("textarea");
const notice = document.querySelector("[data-present]");
const KEY = form ? `tocsin-draft-${form.dataset.draft}` : "";

// Words that were sent are kept until the ticket shows by another version that they arrived.
const SENT = `${KEY}-sent`;
const sent = sessionStorage.getItem(SENT);
if (field && sent && sent !== form.dataset.version) for (const name of [KEY, SENT]) sessionStorage.removeItem(name);
const kept = sessionStorage.getItem(KEY);
if (form && "inserted" in form.dataset) {
  // A canned answer follows what was typed.
  if (kept && !kept.includes(field.value)) field.value = `${kept}\n\n${field.value}`;
  sessionStorage.setItem(KEY, field.value);
  history.replaceState(null, "", location.href.replace(/([?&])answer=\d+&?/, "$1").replace(/[?&](#|$)/, "$1"));
  field.focus();
}
// What the page itself brings (a refused answer) goes before what was kept.
if (field && !field.value) field.value = sessionStorage.getItem(KEY) || "";
field?.addEventListener("input", () => sessionStorage.setItem(KEY, field.value));
form?.addEventListener("submit", () => sessionStorage.setItem(SENT, form.dataset.version));

function show(answer) {
  const lines = answer.others.map((one) => `${one.name} ${one.writes ? "writes here" : "has this ticket open"}.`);
  if (answer.version !== form.dataset.version) lines.push("It changed since you opened it: load the page again to see what is new. What you typed stays.");
  const words = lines.join(" ");
  if (notice.textContent.trim() !== words) notice.textContent = words;
  notice.hidden = !words;
}

async function look() {
  if (document.hidden) return;
  const body = new URLSearchParams({ writes: field.value.trim() ? "yes" : "" });
  const headers = { "x-form-token": form.querySelector("[name=form_token]").value };
  const answer = await fetch(`${location.pathname}/presence`, { method: "POST", body, headers });
  if (answer.ok && !answer.redirected) show(await answer.json());
}

// Where the service does not answer, the page stays as it is.
const tried = () => look().catch(() => {});

if (form && notice) {
  let begun = Boolean(field.value.trim());
  field.addEventListener("input", () => {
    if (Boolean(field.value.trim()) === begun) return;
    begun = !begun;
    tried();
  });
  setInterval(tried, EVERY_MS);
  document.addEventListener("visibilitychange", tried);
}
