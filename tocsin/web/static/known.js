// Shows on another site's page what is known of a topic, with a link to the support form; nothing where nothing is.
//   <script src="https://support.example/static/known.js" data-form="Withdrawal" data-asset="BTC" defer></script>
// It needs no framework, writes text only and has no style of its own: the page styles .tocsin-known.
const script = document.currentScript ?? document.querySelector('script[src$="/static/known.js"]');
const home = new URL(script.src).origin;
const { form = "", asset = "", language = document.documentElement.lang || "en" } = script.dataset;

function element(name, text, href) {
  const made = document.createElement(name);
  made.textContent = text;
  if (href) made.href = href;
  return made;
}

async function show() {
  const answer = await fetch(`${home}/api/v1/known?${new URLSearchParams({ form, asset, language })}`, { credentials: "omit" });
  if (!answer.ok) return;
  const { problems, status_url: status, support_url: support } = await answer.json();
  if (!problems.length) return;
  const section = document.createElement("section");
  section.className = "tocsin-known";
  section.setAttribute("role", "status");
  for (const one of problems) {
    section.append(element("h2", one.title), element("p", one.body));
    if (one.message) section.append(element("p", one.message));
  }
  const links = document.createElement("p");
  const choice = new URLSearchParams(asset ? { form, asset } : { form });
  links.append(element("a", "Status page", status), " ", element("a", "Support", `${support}?${choice}`));
  section.append(links);
  script.after(section);
}

show().catch(() => {}); // without an answer the page stays as it is
