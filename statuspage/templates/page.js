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
  function look() {
    var late = Date.now() > due;
    root.classList.toggle("is-stale", late);
    out.hidden = !late;
  }
  var find = document.getElementById("find"), all = document.querySelector(".matrixes details");
  if (find && all) {
    var count = find.nextElementSibling, rows = all.querySelectorAll("tbody tr");
    find.parentNode.hidden = false;
    find.addEventListener("input", function () {
      var wanted = find.value.trim().toLocaleLowerCase(), shown = 0;
      rows.forEach(function (row) {
        var names = row.cells[0].textContent + " " + row.cells[1].textContent;
        row.hidden = names.toLocaleLowerCase().indexOf(wanted) < 0;
        shown += row.hidden ? 0 : 1;
      });
      if (wanted) all.open = true;
      count.textContent = !wanted ? "" : shown ? shown + " / " + rows.length : count.dataset.none;
    });
  }
  if (out) { look(); setInterval(look, 15000); }
})();
