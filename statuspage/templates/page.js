(function () {
  var root = document.documentElement, out = document.getElementById("stale");
  var due = out && Date.parse(out.getAttribute("data-due"));
  var tongue = (root.lang === "en" ? "en-GB" : root.lang) + "-u-ca-gregory-hc-h23-nu-latn", hour = { hour: "2-digit", minute: "2-digit", timeZoneName: "short" };
  var clock = new Intl.DateTimeFormat(tongue, hour), today = new Date().toDateString();
  var local = new Intl.DateTimeFormat(tongue, Object.assign({ day: "numeric", month: "short" }, hour));
  document.querySelectorAll("time[data-local]").forEach(function (t) {
    t.title = t.textContent;
    var at = new Date(t.dateTime);
    t.textContent = (t.dataset.local && at.toDateString() === today ? clock : local).format(at);
  });
  var missed = 0;
  function warn() {
    root.classList.add("is-stale");
    out.hidden = false;
  }
  function miss() {
    missed += 1;
    if (missed > 1) warn();
  }
  function look() {
    if (Date.now() <= due) return;
    fetch(location.href, { cache: "no-cache" }).then(function (answer) { return answer.ok ? answer.text() : ""; }).then(function (text) {
      var found = /data-due="([^"]+)"/.exec(text);
      if (!found || Date.parse(found[1]) <= due) miss();
      else if (!find || !find.value) location.reload();
    }).catch(miss);
  }
  var find = document.getElementById("find"), all = document.querySelector(".matrixes details");
  if (find && all) {
    var count = find.nextElementSibling, rows = all.querySelectorAll("tbody tr");
    find.parentNode.hidden = false;
    find.addEventListener("input", function () {
      var wanted = find.value.trim().toLocaleLowerCase(), shown = 0;
      rows.forEach(function (row) {
        row.hidden = row.dataset.names.toLocaleLowerCase().indexOf(wanted) < 0;
        shown += row.hidden ? 0 : 1;
      });
      if (wanted) all.open = true;
      count.textContent = !wanted ? "" : shown ? shown + " / " + rows.length : count.dataset.none;
    });
  }
  if (out) {
    if (Date.now() > due) warn();
    setInterval(look, 15000);
    document.addEventListener("visibilitychange", look);
  }
})();
