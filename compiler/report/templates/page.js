// What the page adds to its still picture: core details, shading by resource, reading the heat map, saving the data.
// Everything it shows comes from the JSON in the page and is set as text, never as markup.
(function () {
  "use strict";
  const report = JSON.parse(document.getElementById("report").textContent);
  const find = (id) => document.getElementById(id);
  const words = (name) => name.replaceAll("_", " ");
  const number = (value) => value.toLocaleString("en-US", { maximumFractionDigits: 1 });
  document.documentElement.classList.add("js");

  function add(parent, tag, text, kind) {
    const child = parent.appendChild(document.createElement(tag));
    if (text !== undefined) child.textContent = text;
    if (kind) child.className = kind;
    return child;
  }

  function span(name, [first, end]) {
    return end - first > 1 ? `${name}s ${first}–${end - 1}` : `${name} ${first}`;
  }

  const drawn = [...document.querySelectorAll(".core")];
  if (drawn.length) floorplan(report.mapping);

  function floorplan(mapping) {
    const limits = Object.entries(mapping.resources);
    const fill = (core, name) => {
      const limit = mapping.resources[name].limit;
      return limit ? (core.usage[name] ?? 0) / limit : 0;
    };
    const fullest = (core) => Math.max(0, ...limits.map(([name]) => fill(core, name)));
    const holds = (core) => new Set(core.slices.map((part) => part.population));
    const entry = (element) => mapping.cores_detail[Number(element.dataset.entry)];
    const panel = find("core");

    function show(element) {
      const core = entry(element);
      const own = holds(core);
      for (const other of drawn) {
        other.classList.toggle("shown", other === element);
        other.classList.toggle("kin", other !== element && entry(other).slices.some((part) => own.has(part.population)));
      }
      panel.textContent = "";
      add(panel, "h3", `Core ${core.core}`);
      add(panel, "p", `chip ${core.chip}, router (${core.router.join(", ")}), slot ${core.slot}`, "at");
      const list = add(panel, "ul");
      for (const part of core.slices) {
        const item = add(list, "li", part.population);
        const where = [span("channel", part.channels), span("row", part.rows), span("column", part.columns)];
        add(item, "span", `${where.join(", ")} · ${number(part.neurons)} neurons`);
      }
      for (const [name, resource] of [...limits].sort(([a], [b]) => fill(core, b) - fill(core, a))) {
        if (core.usage[name] === undefined) continue;
        const use = add(panel, "div", undefined, "use");
        add(use, "span", words(name));
        const known = resource.limit ? ` of ${number(resource.limit)}` : "";
        add(use, "span", `${number(core.usage[name])}${known} ${resource.unit ?? ""}`);
        if (!resource.limit) continue;
        const bar = add(add(use, "span", undefined, "meter"), "i", undefined, fill(core, name) > 1 ? "over" : "");
        bar.style.width = `${Math.min(1, fill(core, name)) * 100}%`;
      }
    }

    function focus(element) {
      for (const other of element.parentNode.querySelectorAll(".core")) other.setAttribute("tabindex", "-1");
      element.setAttribute("tabindex", "0");
      element.focus();
    }

    for (const element of drawn) {
      element.addEventListener("pointerenter", () => show(element));
      element.addEventListener("focus", () => show(element));
      element.addEventListener("click", () => focus(element));
      element.addEventListener("keydown", (event) => {
        const near = nearest(element, event.key);
        if (!near) return;
        event.preventDefault();
        focus(near);
      });
    }

    find("shade").addEventListener("change", (event) => {
      const name = event.target.value;
      for (const element of drawn) {
        const value = name ? fill(entry(element), name) : fullest(entry(element));
        element.setAttribute("class", `core f${value > 1 ? 10 : Math.min(9, Math.floor(value * 10))}`);
      }
    });
    show(drawn.reduce((best, element) => (fullest(entry(element)) > fullest(entry(best)) ? element : best)));
  }

  // The closest core in the direction of an arrow key, on the same chip.
  function nearest(element, key) {
    const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key] ?? [0, 0];
    if (!dx && !dy) return null;
    const place = (core) => ["x", "y"].map((name) => Number(core.querySelector("rect").getAttribute(name)));
    const [x, y] = place(element);
    let best = null;
    let least = Infinity;
    for (const other of element.parentNode.querySelectorAll(".core")) {
      const [ox, oy] = place(other);
      const along = (ox - x) * dx + (oy - y) * dy;
      const across = Math.abs((ox - x) * dy) + Math.abs((oy - y) * dx);
      if (along > 0 && along + 3 * across < least) [best, least] = [other, along + 3 * across];
    }
    return best;
  }

  const flow = find("flow");
  for (const cell of document.querySelectorAll(".cell")) {
    const read = () => (flow.textContent = cell.querySelector("title").textContent);
    cell.addEventListener("pointerenter", read);
    cell.addEventListener("click", read);
  }

  find("save").addEventListener("click", () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([JSON.stringify(report, null, 1) + "\n"], { type: "application/json" }));
    link.download = "report.json";
    link.click();
    URL.revokeObjectURL(link.href);
  });

  window.addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("details")) details.open = true;
  });
})();
