// Looks now and then whether the ticket has changed, and shows the page anew; never while the customer writes.
const EVERY_MS = 10000;
const news = document.querySelector("[data-state]");
let seen = news?.dataset.state;

const isWriting = () =>
  [...document.querySelectorAll("textarea, input[type=file]")].some((field) => field.value || field === document.activeElement);

async function look() {
  if (document.hidden) return;
  const answer = await fetch(`${location.pathname}/state`);
  const state = answer.ok ? await answer.text() : seen;
  if (state === seen) return;
  seen = state;
  if (isWriting()) news.hidden = false;
  else location.reload();
}

if (news) {
  setInterval(() => look().catch(() => {}), EVERY_MS);
  document.addEventListener("visibilitychange", () => look().catch(() => {}));
}
