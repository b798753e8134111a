// A field that leaves those of many choices that hold its words; what is chosen stays in sight.
for (const list of document.querySelectorAll("[data-filtered]")) {
  const box = list.querySelector("[data-filter]");
  const field = box.querySelector("input");
  const status = box.querySelector("[role=status]");
  const rows = [...list.querySelectorAll("[data-found]")];

  function show() {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let fitting = 0;
    for (const row of rows) {
      const fits = words.every((word) => row.dataset.found.toLowerCase().includes(word));
      fitting += fits;
      row.hidden = !fits && !row.querySelector("input").checked;
    }
    for (const group of list.querySelectorAll("[data-group]")) {
      group.hidden = ![...group.querySelectorAll("[data-found]")].some((row) => !row.hidden);
    }
    status.textContent = words.length ? `${fitting} of ${rows.length} fit` : "";
  }

  box.hidden = false;
  field.addEventListener("input", show);
  // Enter looks for a component; it does not send a form that is half written.
  field.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
}
