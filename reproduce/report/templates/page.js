"use strict";
// Adds search, the address, sorting and keys to a page that stands without them.
(() => {
  const form = document.querySelector(".filters");
  const fields = form ? [...form.elements].filter((field) => field.name) : [];
  const rows = [...document.querySelectorAll("tr.claim")];
  const groups = [...document.querySelectorAll("details.group")];
  const shown = document.getElementById("shown");
  const words = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));

  const chosen = () => Object.fromEntries(fields.filter((f) => f.value.trim()).map((f) => [f.name, f.value.trim()]));

  const apply = (open) => {
    if (!form) return; // a page without claims
    const asked = chosen();
    const sought = (asked.search || "").toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of rows) {
      const listed = Object.entries(asked).every(([name, value]) => name === "search" || row.dataset[name] === value);
      row.hidden = !(listed && sought.every((word) => words.get(row).includes(word)));
    }
    const any = Object.keys(asked).length > 0;
    for (const group of groups) {
      const some = group.querySelector("tr.claim:not([hidden])") !== null;
      group.hidden = !some;
      if (open) group.open = any && some;
    }
    const count = rows.filter((row) => !row.hidden).length;
    shown.value = any ? `${count} of ${rows.length} claims` : `${rows.length} claims`;
  };

  const remember = () => {
    const query = new URLSearchParams(chosen()).toString();
    try { history.replaceState(null, "", location.pathname + (query ? `?${query}` : "") + location.hash); } catch { /* an address that cannot be changed */ }
  };

  const recall = () => {
    const query = new URLSearchParams(location.search);
    for (const field of fields) field.value = query.get(field.name) || "";
    for (const field of fields) if (field.selectedIndex === -1) field.value = "";
  };

  // What the address names is shown, whatever was folded or filtered away.
  const arrive = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) { // on the other page, as a link may say that was made when there was one
      if (location.hash && document.body.dataset.other) location.replace(document.body.dataset.other + location.hash);
      return;
    }
    if (target.hidden) { form.reset(); apply(true); remember(); }
    for (let at = target; at; at = at.parentElement) if (at.matches("details")) at.open = true;
    const evidence = target.querySelector(":scope details.evidence");
    if (evidence) evidence.open = true;
    target.scrollIntoView();
  };

  // A claim's address, to send to somebody; where the clipboard is closed, to copy by hand.
  const copy = async (button) => {
    const address = new URL(button.dataset.link, location.href.split("#")[0].split("?")[0]).href;
    try { await navigator.clipboard.writeText(address); button.textContent = "copied"; } catch { window.prompt("The link:", address); }
  };
  for (const place of document.querySelectorAll("tr.claim .id")) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "copy", textContent: "copy link" });
    button.dataset.link = place.querySelector("a").hash;
    button.setAttribute("aria-label", `Copy the link to ${place.querySelector("a").textContent}`);
    button.addEventListener("click", () => copy(button));
    place.append(button);
  }

  form?.addEventListener("submit", (event) => event.preventDefault());
  form?.addEventListener("input", () => { apply(true); remember(); });
  form?.addEventListener("reset", () => setTimeout(() => { apply(true); remember(); }));
  window.addEventListener("hashchange", arrive);
  window.addEventListener("popstate", () => { recall(); apply(true); });
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    if (link && link.hash === location.hash) arrive(); // the same place once more
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input, select, textarea");
    if (!form) return;
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) { event.preventDefault(); form.elements.search.focus(); }
    if (event.key === "Escape" && event.target === form.elements.search) { form.reset(); }
  });

  const value = (row, at) => {
    const cell = row.cells[at];
    const text = (cell.dataset.sort ?? cell.textContent).trim();
    const number = Number.parseFloat(text.replace("−", "-"));
    return { text, number: text !== "" && Number.isFinite(number) && /^[-−+\d.]/.test(text) ? number : null };
  };
  const compare = (a, b) => (a.number !== null && b.number !== null ? a.number - b.number
    : a.text === "" || b.text === "" ? (a.text === "") - (b.text === "") // what is empty comes last
    : a.text.localeCompare(b.text, "en", { numeric: true }));
  for (const table of document.querySelectorAll("table.sortable")) {
    const body = table.tBodies[0];
    const first = [...body.rows];
    [...table.tHead.rows[0].cells].forEach((head, at) => {
      if ("unsorted" in head.dataset) return;
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const next = { none: "ascending", ascending: "descending", descending: "none" }[head.ariaSort || "none"];
        for (const other of table.tHead.rows[0].cells) other.ariaSort = null;
        head.ariaSort = next === "none" ? null : next;
        const sorted = next === "none" ? first : [...first].sort((a, b) => {
          const [x, y] = [value(a, at), value(b, at)];
          return x.text === "" || y.text === "" || next === "ascending" ? compare(x, y) : compare(y, x);
        });
        body.append(...sorted);
      });
    });
  }

  recall();
  apply(true);
  if (location.hash) arrive();
})();
