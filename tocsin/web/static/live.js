// Keeps the [data-live] part of a page fresh, but never moves what somebody is working with.
const part = document.querySelector("[data-live]");

async function refresh() {
  if (document.hidden || part.contains(document.activeElement) || part.querySelector("input:checked, details[open]")) return;
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("[data-live]");
  if (fresh) part.replaceChildren(...fresh.childNodes);
  document.title = page.title;
}

// Where the service does not answer, the page stays as it is: its footer says when it was made.
if (part) setInterval(() => refresh().catch(() => {}), 15000);
