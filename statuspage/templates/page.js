(function () {
  var root = document.documentElement, out = document.getElementById("stale");
  var due = out && Date.parse(out.getAttribute("data-due"));
  var local = new Intl.DateTimeFormat(root.lang === "en" ? "en-GB" : root.lang, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", timeZoneName: "short" });
  document.querySelectorAll("time[data-local]").forEach(function (t) {
    t.title = t.textContent;
    t.textContent = local.format(new Date(t.dateTime));
  });
  function look() {
    var late = Date.now() > due;
    root.classList.toggle("is-stale", late);
    out.hidden = !late;
  }
  if (out) { look(); setInterval(look, 15000); }
})();
