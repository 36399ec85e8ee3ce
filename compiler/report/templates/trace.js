// What the page of a sample adds to its still picture: reading a cell of the raster. All text is set as text, never as markup.
(function () {
  "use strict";
  const trace = JSON.parse(document.getElementById("report").textContent);
  const place = document.getElementById("cell");
  document.documentElement.classList.add("js");

  function neurons(entry, row) {
    const [, height, width] = entry.shape;
    const id = (channel) => (entry.channels.length ? entry.channels[channel] : channel);
    if (!entry.rows_per_channel) {
      const channels = entry.neurons_per_row / (height * width);
      return `channels ${id(row * channels)} to ${id(Math.min(entry.shape[0], (row + 1) * channels) - 1)}`;
    }
    const channel = Math.floor(row / entry.rows_per_channel);
    const first = (row % entry.rows_per_channel) * entry.neurons_per_row;
    const last = Math.min(height * width, first + entry.neurons_per_row) - 1;
    const at = (index) => `(${id(channel)}, ${Math.floor(index / width)}, ${index % width})`;
    return first === last ? `neuron ${at(first)}` : `neurons ${at(first)} to ${at(last)}`;
  }

  for (const drawing of document.querySelectorAll(".cells")) {
    const entry = trace.populations[Number(drawing.dataset.entry)];
    const read = (event) => {
      const box = drawing.getBoundingClientRect();
      const row = Math.floor(((event.clientY - box.top) / box.height) * entry.cells.length);
      const cells = entry.cells[Math.max(0, Math.min(entry.cells.length - 1, row))];
      const column = Math.max(0, Math.min(cells.length - 1, Math.floor(((event.clientX - box.left) / box.width) * cells.length)));
      const step = column * trace.steps_per_column;
      const what = entry.graded ? "values" : "spikes";
      place.textContent = `${entry.population}, ${neurons(entry, row)}, step ${step}: ${cells[column]} ${what}`;
    };
    drawing.addEventListener("pointermove", read);
    drawing.addEventListener("click", read);
  }

  window.addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("details")) details.open = true;
  });
})();
