(function () {
  "use strict";
  const data = JSON.parse(document.getElementById("data").textContent);
  const palette = ["#3f74b5", "#d98032", "#3a9d7c", "#b4588a", "#8b74c4", "#bb9a2d", "#5aa7c4", "#8a909a"];
  const charts = [];
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
  const percent = (value) => value.toFixed(1) + " %";

  /** Points at the middles of equal stretches of the run; stretches without a value are left out. */
  const along = (values) =>
    values
      .map((value, i) => ({ x: ((i + 0.5) * 100) / values.length, y: value }))
      .filter((point) => point.y !== null);

  function axis(title, more) {
    return Object.assign(
      {
        type: "linear",
        title: { display: title !== "", text: title, color: colour("soft") },
        ticks: { color: colour("soft"), maxTicksLimit: 6 },
        grid: { color: colour("grid") },
        border: { color: colour("line") },
      },
      more
    );
  }

  const place = (title) =>
    axis(title, {
      min: 0,
      max: 100,
      grid: { display: false },
      ticks: { color: colour("soft"), callback: (value) => value + " %" },
    });

  function line(label, values, name, yAxisID) {
    return {
      label: label,
      data: along(values),
      borderColor: colour(name),
      backgroundColor: colour(name),
      borderWidth: 2,
      pointRadius: 0,
      yAxisID: yAxisID,
    };
  }

  function draw(canvas, datasets, scales, legend, label) {
    charts.push(
      new Chart(canvas, {
        type: "line",
        data: { datasets: datasets },
        options: {
          animation: false,
          maintainAspectRatio: false,
          interaction: { mode: "index", intersect: false, axis: "x" },
          plugins: {
            legend: {
              display: legend,
              align: "start",
              labels: { color: colour("ink"), usePointStyle: true, boxHeight: 7 },
            },
            tooltip: {
              callbacks: {
                title: (items) => (items.length ? "at " + percent(items[0].parsed.x) + " of the run" : ""),
                label: label,
              },
            },
          },
          scales: scales,
        },
      })
    );
  }

  const number = (item) => " " + item.dataset.label + ": " + item.parsed.y.toFixed(3);

  function drawAll() {
    charts.splice(0).forEach((chart) => chart.destroy());
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    draw(
      document.getElementById("quality-chart"),
      [line("mean quantile", data.quantiles, "accent", "y"), line("mean score", data.scores, "second", "score")],
      {
        x: place("share of the run, in the order of training"),
        y: axis("mean quantile", { min: 0, max: 1 }),
        score: axis("mean score", { position: "right", grid: { display: false } }),
      },
      true,
      number
    );
    draw(
      document.getElementById("mixture-chart"),
      data.sources.map((source, i) => ({
        label: source.name,
        data: along(source.shares.map((share) => 100 * share)),
        borderColor: palette[i % palette.length],
        backgroundColor: palette[i % palette.length],
        borderWidth: 0,
        pointRadius: 0,
        fill: i === 0 ? "origin" : "-1",
        stepped: "middle",
      })),
      {
        x: place("share of the run, in the order of training"),
        y: axis("share of tokens", {
          stacked: true,
          min: 0,
          max: 100,
          ticks: { color: colour("soft"), callback: (value) => value + " %" },
        }),
      },
      true,
      (item) => " " + item.dataset.label + ": " + percent(item.parsed.y)
    );
    document.querySelectorAll("canvas[data-criterion]").forEach((canvas) => {
      const criterion = data.criteria[canvas.dataset.criterion];
      draw(canvas, [line(criterion.name, criterion.means, "accent", "y")], { x: place(""), y: axis("") }, false, number);
    });
  }

  drawAll();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  addEventListener("beforeprint", () => {
    drawAll();
    charts.forEach((chart) => chart.resize());
  });
  addEventListener("afterprint", drawAll);
})();
