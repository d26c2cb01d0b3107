"use strict";
// Makes pages sortable, filterable and exportable, draws the charts, and says when figures are old.
// Everything is on the page without it.
(() => {
  const words = JSON.parse(document.getElementById("words").textContent);
  const FILTERED_FROM = 8;
  const OLD_AFTER_DAYS = 3;

  function alarm(text, reasons) {
    const box = document.createElement("p");
    box.className = "alarm";
    box.setAttribute("role", "alert");
    const strong = document.createElement("strong");
    strong.textContent = text;
    box.append(strong);
    for (const reason of reasons || []) {
      const line = document.createElement("bdi");
      line.textContent = " " + reason;
      box.append(line);
    }
    document.getElementById("alarms").append(box);
  }

  function tellAge() {
    const mark = window.DAYBOOK_STALE;
    if (mark) alarm(words.stale, [mark.business_on, ...(mark.reasons || [])]);
    const day = Date.parse(document.documentElement.dataset.businessOn + "T00:00:00Z");
    const days = Math.floor((Date.now() - day) / 86400000) - 1;
    if (days > OLD_AFTER_DAYS) alarm(words.old.replace("{days}", days.toLocaleString(words.language)));
  }

  const numeric = new Set(["amount", "ratio", "count", "number"]);

  function order(table, index, kind, isDescending) {
    const body = table.tBodies[0];
    const rows = [...body.rows];
    const key = (row) => row.cells[index].dataset.value;
    const compare = numeric.has(kind)
      ? (a, b) => Number(a) - Number(b)
      : (a, b) => a.localeCompare(b, words.language, { numeric: true });
    rows.sort((one, other) => {
      const [a, b] = [key(one), key(other)];
      if (a === "" || b === "") return (a === "") - (b === ""); // what is undefined stays last
      return isDescending ? compare(b, a) : compare(a, b);
    });
    body.append(...rows);
  }

  function makeSortable(table) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, index) => {
      head.querySelector("button").addEventListener("click", () => {
        const first = numeric.has(head.dataset.kind) ? "descending" : "ascending";
        const second = first === "descending" ? "ascending" : "descending";
        const next = head.getAttribute("aria-sort") === first ? second : first;
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", next);
        order(table, index, head.dataset.kind, next === "descending");
      });
    });
  }

  // A cell that a spreadsheet would take for a formula is told apart by an apostrophe.
  function csvCell(text) {
    const isNumber = text !== "" && !Number.isNaN(Number(text));
    const safe = !isNumber && /^[=+\-@\t\r]/.test(text) ? "'" + text : text;
    return /[",\n\r]/.test(safe) ? '"' + safe.replaceAll('"', '""') + '"' : safe;
  }

  function exportCsv(table) {
    const heads = [...table.tHead.rows[0].cells].map((head) => head.dataset.column);
    const rows = [...table.tBodies[0].rows].filter((row) => !row.hidden);
    const lines = [heads, ...rows.map((row) => [...row.cells].map((cell) => cell.dataset.value))];
    const text = "\ufeff" + lines.map((line) => line.map(csvCell).join(",")).join("\r\n") + "\r\n";
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
    link.download = table.dataset.name + ".csv";
    link.click();
    URL.revokeObjectURL(link.href);
  }

  function filterOf(table, title) {
    const rows = [...table.tBodies[0].rows];
    const count = document.createElement("span");
    const tell = () => {
      const shown = rows.filter((row) => !row.hidden).length;
      count.textContent = shown.toLocaleString(words.language) + " " + words.rows;
    };
    const filter = document.createElement("input");
    filter.type = "search";
    filter.placeholder = words.filter;
    filter.setAttribute("aria-label", words.filter + ": " + title);
    filter.addEventListener("input", () => {
      const wanted = filter.value.trim().toLocaleLowerCase(words.language);
      for (const row of rows) row.hidden = !row.textContent.toLocaleLowerCase(words.language).includes(wanted);
      tell();
    });
    tell();
    return [filter, count];
  }

  function addTools(table) {
    const tools = document.createElement("span");
    tools.className = "tools";
    const heading = table.caption.querySelector(".heading");
    const title = heading.firstChild.textContent.trim();
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = words.export;
    button.addEventListener("click", () => exportCsv(table));
    tools.append(button);
    if (table.tBodies[0].rows.length >= FILTERED_FROM) tools.prepend(...filterOf(table, title));
    table.setAttribute("aria-label", title); // without the tools that stand beside it
    heading.append(tools);
  }

  // Days and months by name, as the charts' axes want them: Sunday and January first.
  function datesInWords() {
    const named = (count, day, options) => Array.from({ length: count }, (_, index) =>
      new Intl.DateTimeFormat(words.language, { ...options, timeZone: "UTC" }).format(day(index)));
    const day = (index) => Date.UTC(2023, 0, 1 + index);
    const month = (index) => Date.UTC(2023, index, 1);
    return {
      dateTime: "%x, %X", date: "%-d %b %Y", time: "%H:%M", periods: ["", ""],
      days: named(7, day, { weekday: "long" }), shortDays: named(7, day, { weekday: "short" }),
      months: named(12, month, { month: "long" }), shortMonths: named(12, month, { month: "short" }),
    };
  }
  const timeFormatLocale = datesInWords();

  function draw(figure) {
    const spec = JSON.parse(figure.querySelector("script").textContent);
    const percent = new Intl.NumberFormat(words.language, { style: "percent" }).formatToParts(1)
      .filter((part) => part.type !== "integer").map((part) => part.value).join("");
    const locale = {
      percent, decimal: words.decimal, thousands: words.group, grouping: [3], currency: ["", ""],
    };
    window.vegaEmbed(figure.querySelector(".drawing"), spec, {
      actions: false, renderer: "svg", ast: true, formatLocale: locale, timeFormatLocale, tooltip: { theme: "dark" },
    });
  }

  function openTarget() {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let part = target; part; part = part.parentElement) if (part.tagName === "DETAILS") part.open = true;
    if (target) target.scrollIntoView();
  }

  function addThemeSwitch() {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "theme";
    button.textContent = words.theme;
    button.addEventListener("click", () => {
      const root = document.documentElement;
      const isDark = getComputedStyle(root).colorScheme === "dark" ||
        (!root.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
      root.dataset.theme = isDark ? "light" : "dark";
    });
    document.querySelector(".top").append(button);
  }

  tellAge();
  addThemeSwitch();
  for (const table of document.querySelectorAll("table[data-name]")) {
    makeSortable(table);
    addTools(table);
  }
  for (const figure of document.querySelectorAll("figure.chart")) draw(figure);
  addEventListener("hashchange", openTarget);
  openTarget();
})();
