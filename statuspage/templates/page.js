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
  var brief = new Intl.DateTimeFormat(tongue, { day: "numeric", month: "short", timeZone: "UTC" });
  var tip = document.createElement("div"), shown = null;
  function hide() {
    if (shown) shown.removeChild(shown.lastChild);
    shown = null;
    tip.hidden = true;
  }
  document.querySelectorAll("svg.bars[data-first]").forEach(function (bars) {
    var first = Date.parse(bars.dataset.first + "T00:00Z"), days = [], now, turned = getComputedStyle(bars).direction === "rtl";
    bars.querySelectorAll("path").forEach(function (line) {
      var count = (Number(/h(\d+)/.exec(line.getAttribute("d"))[1]) + 1) / 3, said = line.textContent;
      for (var n = 0; n < count; n += 1) days.push(count === 1 ? said : brief.format(first + days.length * 864e5) + said.slice(said.indexOf(": ")));
      line.textContent = "";
    });
    function tell(day) {
      now = Math.max(0, Math.min(days.length - 1, day));
      bars.setAttribute("aria-valuenow", now + 1);
      bars.setAttribute("aria-valuetext", days[now]);
    }
    function show(day) {
      hide();
      tell(day);
      var mark = document.createElementNS(bars.namespaceURI, "path");
      mark.setAttribute("class", "at");
      mark.setAttribute("d", "M" + (now * 3 - 1) + " 1.5h4");
      bars.appendChild(mark);
      shown = bars;
      tip.textContent = days[now];
      tip.hidden = false;
      var box = bars.getBoundingClientRect(), part = (now + 0.5) / days.length, wide = root.clientWidth;
      var left = box.left + box.width * (turned ? 1 - part : part) - tip.offsetWidth / 2;
      tip.style.left = Math.max(8, Math.min(wide - tip.offsetWidth - 8, left)) + scrollX + "px";
      tip.style.top = box.bottom + scrollY + 4 + "px";
    }
    function point(event) {
      var box = bars.getBoundingClientRect(), part = (event.clientX - box.left) / box.width;
      show(Math.floor((turned ? 1 - part : part) * days.length));
    }
    bars.setAttribute("role", "slider");
    bars.setAttribute("tabindex", "0");
    bars.setAttribute("aria-readonly", "true");
    bars.setAttribute("aria-valuemin", 1);
    bars.setAttribute("aria-valuemax", days.length);
    tell(days.length - 1);
    bars.addEventListener("pointermove", point);
    bars.addEventListener("pointerdown", point);
    bars.addEventListener("pointerleave", function (event) { if (event.relatedTarget !== tip && document.activeElement !== bars) hide(); });
    bars.addEventListener("focus", function () { show(now); });
    bars.addEventListener("blur", hide);
    bars.addEventListener("keydown", function (event) {
      var ahead = turned ? -1 : 1;
      var to = { ArrowRight: now + ahead, ArrowLeft: now - ahead, ArrowUp: now + 1, ArrowDown: now - 1, PageUp: now + 7, PageDown: now - 7, Home: 0, End: days.length - 1 }[event.key];
      if (event.key === "Escape") hide();
      if (to === undefined) return;
      event.preventDefault();
      show(to);
    });
  });
  tip.className = "tip";
  tip.hidden = true;
  tip.setAttribute("aria-hidden", "true");
  tip.addEventListener("pointerleave", hide);
  document.body.appendChild(tip);
})();
