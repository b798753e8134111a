(function () {
  var root = document.documentElement, out = document.getElementById("stale");
  var due = out && Date.parse(out.getAttribute("data-due"));
  var tongue = root.lang === "en" ? "en-GB" : root.lang, hour = { hour: "2-digit", minute: "2-digit", timeZoneName: "short" };
  var clock = new Intl.DateTimeFormat(tongue, hour), today = new Date().toDateString();
  var local = new Intl.DateTimeFormat(tongue, Object.assign({ day: "numeric", month: "short" }, hour));
  document.querySelectorAll("time[data-local]").forEach(function (t) {
    t.title = t.textContent;
    var at = new Date(t.dateTime);
    t.textContent = (t.dataset.local && at.toDateString() === today ? clock : local).format(at);
  });
  function look() {
    var late = Date.now() > due;
    root.classList.toggle("is-stale", late);
    out.hidden = !late;
  }
  if (out) { look(); setInterval(look, 15000); }
})();
