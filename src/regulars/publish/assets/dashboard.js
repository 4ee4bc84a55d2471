(() => {
  const root = document.documentElement;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const keep = {
    get: () => { try { return localStorage.getItem("regulars-theme"); } catch { return null; } },
    set: (theme) => { try { localStorage.setItem("regulars-theme", theme); } catch { /* a file may have no store */ } },
  };

  // Theme: the system's choice until the reader makes one.
  const button = document.getElementById("theme");
  const isDark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme:dark)").matches;
  const show = () => { button.textContent = isDark() ? "Light" : "Dark"; };
  if (["dark", "light"].includes(keep.get())) root.dataset.theme = keep.get();
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    keep.set(root.dataset.theme);
    show();
  });
  matchMedia("(prefers-color-scheme:dark)").addEventListener("change", show);
  show();
  document.getElementById("print").addEventListener("click", () => print());
  all(".scripted").forEach((element) => { element.hidden = false; });

  // Sorting: headings become buttons, so that nothing looks pressable where it cannot be pressed.
  const sort = (table, column, heading) => {
    const down = heading.getAttribute("aria-sort") !== "descending";
    all("th[aria-sort]", table).forEach((other) => other.removeAttribute("aria-sort"));
    heading.setAttribute("aria-sort", down ? "descending" : "ascending");
    const key = (row) => row.cells[column].dataset.v;
    const body = table.tBodies[0];
    [...body.rows]
      .sort((a, b) => {
        if (!key(a) || !key(b)) return (key(a) ? 0 : 1) - (key(b) ? 0 : 1);
        return (key(b) - key(a)) * (down ? 1 : -1);
      })
      .forEach((row) => body.append(row));
  };
  all("table.sortable").forEach((table) => {
    all("thead th[data-sort]", table).forEach((heading) => {
      const press = document.createElement("button");
      press.type = "button";
      press.append(...heading.childNodes);
      heading.append(press);
      press.addEventListener("click", () => sort(table, heading.cellIndex, heading));
    });
  });

  // An open panel puts the cited figure first and its query in place; without this both can be looked up.
  const whose = (row) => {
    const [name, , n, interval] = [...row.cells].map((cell) => cell.textContent.trim());
    return [name, n && `${n} customers`, interval && `95% interval ${interval}`].filter(Boolean).join(" · ");
  };
  const fill = (panel, marker) => {
    const row = panel.querySelector("tbody").rows[marker.value];
    all(".cited", panel).forEach((other) => other.classList.remove("cited"));
    row.classList.add("cited");
    const put = (name, text) => {
      const line = panel.querySelector("." + name) || document.createElement("p");
      line.className = name;
      line.textContent = text;
      return line;
    };
    panel.querySelector("h3").before(put("val", row.cells[1].textContent), put("whose", whose(row)));
    const link = panel.querySelector("a[href^='#q']");
    const source = link && document.querySelector(link.getAttribute("href"));
    if (!source || panel.querySelector("pre")) return;
    const query = document.createElement("pre");
    query.tabIndex = 0;
    query.textContent = source.textContent;
    panel.querySelector(".from").after(query);
  };
  document.addEventListener("click", (event) => {
    const marker = event.target.closest(".ev");
    if (marker) fill(document.getElementById(marker.getAttribute("popovertarget")), marker);
    const link = event.target.closest(".proof a");
    if (link) link.closest(".proof").hidePopover();
  });

  // Paper has no disclosure: what was closed for printing is closed again afterwards.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = all("details.prints:not([open])");
    opened.forEach((details) => { details.open = true; });
  });
  addEventListener("afterprint", () => opened.forEach((details) => { details.open = false; }));
})();
