(function () {
  "use strict";
  const data = JSON.parse(document.getElementById("data").textContent);
  const charts = [];
  const palette = ["#3f74b5", "#d98032", "#3a9d7c", "#b4588a", "#8b74c4", "#bb9a2d", "#5aa7c4", "#8a909a"];
  const whole = new Intl.NumberFormat("en-US");
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
  const percent = (value) => (value < 1 && value > 0 ? value.toFixed(2) : value.toFixed(1)) + " %";

  function shares(counts) {
    const total = counts.reduce((sum, count) => sum + count, 0);
    return counts.map((count) => (total === 0 ? 0 : (100 * count) / total));
  }

  function points(xs, ys) {
    return xs.map((x, i) => ({ x: x, y: ys[i] }));
  }

  function axis(title, options) {
    return Object.assign(
      {
        type: "linear",
        title: { display: title !== "", text: title, color: colour("soft") },
        ticks: { color: colour("soft") },
        grid: { color: colour("grid") },
        border: { color: colour("line") },
      },
      options
    );
  }

  function place() {
    return axis("share of the curriculum, in the order of training", {
      min: 0,
      max: 100,
      grid: { display: false },
      ticks: { color: colour("soft"), callback: (value) => value + " %" },
    });
  }

  function options(scales, tooltip, legend) {
    return {
      animation: false,
      maintainAspectRatio: false,
      normalized: true,
      parsing: true,
      interaction: { mode: "index", intersect: false, axis: "x" },
      plugins: {
        legend: {
          display: legend,
          position: "top",
          align: "start",
          labels: { color: colour("ink"), usePointStyle: true, boxHeight: 7 },
        },
        tooltip: tooltip,
      },
      scales: scales,
    };
  }

  function draw(canvas, type, datasets, settings) {
    charts.push(new Chart(canvas, { type: type, data: { datasets: datasets }, options: settings }));
  }

  function histogram(canvas) {
    const criterion = data.criteria[canvas.dataset.criterion];
    const before = { tokens: criterion.tokensBefore, documents: criterion.documentsBefore };
    const after = { tokens: criterion.tokensAfter, documents: criterion.documentsAfter };
    const counts = [before, after];
    draw(
      canvas,
      "line",
      [
        {
          label: "rated",
          data: points(criterion.places, shares(before.tokens)),
          borderColor: colour("fill"),
          backgroundColor: colour("fill") + "88",
          fill: "origin",
          stepped: "middle",
          borderWidth: 1,
          pointRadius: 0,
        },
        {
          label: "selected",
          data: points(criterion.places, shares(after.tokens)),
          borderColor: colour("accent"),
          backgroundColor: colour("accent"),
          stepped: "middle",
          borderWidth: 2,
          pointRadius: 0,
        },
      ],
      options(
        {
          x: axis("score", {
            min: criterion.places[0],
            max: criterion.places[criterion.places.length - 1],
            grid: { display: false },
            ticks: { color: colour("soft"), maxTicksLimit: 7, maxRotation: 0, callback: (value) => +value.toPrecision(3) },
          }),
          y: axis("tokens", {
            beginAtZero: true,
            ticks: { color: colour("soft"), maxTicksLimit: 5, callback: (value) => value + " %" },
          }),
        },
        {
          callbacks: {
            title: (items) => "score about " + +items[0].parsed.x.toPrecision(4),
            label: (item) =>
              " " + item.dataset.label + ": " + percent(item.parsed.y) + ", " +
              whole.format(counts[item.datasetIndex].tokens[item.dataIndex]) + " tokens in " +
              whole.format(counts[item.datasetIndex].documents[item.dataIndex]) + " documents",
          },
        },
        true
      )
    );
  }

  const at = (items) => (items.length ? "at " + percent(items[0].parsed.x) + " of the curriculum" : "");

  function quality(canvas) {
    draw(
      canvas,
      "line",
      [
        {
          label: "mean quantile",
          data: points(data.quality.places, data.quality.quantiles),
          borderColor: colour("accent"),
          backgroundColor: colour("accent"),
          borderWidth: 2,
          pointRadius: 0,
          yAxisID: "y",
        },
        {
          label: "mean score",
          data: points(data.quality.places, data.quality.scores),
          borderColor: colour("second"),
          backgroundColor: colour("second"),
          borderWidth: 1.5,
          pointRadius: 0,
          yAxisID: "score",
        },
      ],
      options(
        {
          x: place(),
          y: axis("mean quantile", { min: 0, max: 1 }),
          score: axis("mean score", { position: "right", grid: { display: false } }),
        },
        { callbacks: { title: at, label: (item) => " " + item.dataset.label + ": " + item.parsed.y.toFixed(3) } },
        true
      )
    );
  }

  function mixture(canvas) {
    const stretches = data.mixture.stretches;
    const totals = Array.from({ length: stretches }, (_, i) =>
      data.mixture.sources.reduce((sum, source) => sum + source.tokens[i], 0)
    );
    draw(
      canvas,
      "bar",
      data.mixture.sources.map((source, index) => ({
        label: source.name,
        data: source.tokens.map((tokens, i) => ({
          x: ((i + 0.5) * 100) / stretches,
          y: totals[i] === 0 ? 0 : (100 * tokens) / totals[i],
        })),
        backgroundColor: palette[index % palette.length],
        barPercentage: 1,
        categoryPercentage: 1,
        borderWidth: 0,
        stack: "sources",
      })),
      options(
        {
          x: Object.assign(place(), { stacked: true, offset: false }),
          y: axis("share of tokens", {
            stacked: true,
            min: 0,
            max: 100,
            ticks: { color: colour("soft"), callback: (value) => value + " %" },
          }),
        },
        {
          callbacks: {
            title: at,
            label: (item) =>
              " " + item.dataset.label + ": " + percent(item.parsed.y) + ", " +
              whole.format(data.mixture.sources[item.datasetIndex].tokens[item.dataIndex]) + " tokens",
          },
        },
        true
      )
    );
  }

  function schedule(canvas) {
    const curve = data.plan.points;
    const checkpoints = data.plan.checkpoints;
    const averages = checkpoints.length > 1;
    const rateAt = new Map(curve.map((point) => [point.step, point.rate]));
    const datasets = [
      {
        label: "learning rate",
        data: curve.map((point) => ({ x: point.place, y: point.rate, step: point.step })),
        borderColor: colour("second"),
        backgroundColor: colour("second"),
        borderWidth: 2.5,
        pointRadius: 0,
        yAxisID: "rate",
        order: 1,
      },
    ];
    if (averages) {
      datasets.push(
        {
          label: "equivalent after averaging",
          data: curve.map((point) => ({ x: point.place, y: point.equivalentRate, step: point.step })),
          borderColor: colour("third"),
          backgroundColor: colour("third"),
          borderDash: [6, 4],
          borderWidth: 1.5,
          pointRadius: 0,
          yAxisID: "rate",
          order: 2,
        },
        {
          label: "averaged checkpoints",
          data: checkpoints.map((point) => ({
            x: point.place,
            y: rateAt.get(point.step),
            step: point.step,
            weight: point.weight,
          })),
          borderColor: colour("card"),
          backgroundColor: colour("second"),
          borderWidth: 1.5,
          pointRadius: 5,
          pointHoverRadius: 6,
          showLine: false,
          clip: false,
          yAxisID: "rate",
          order: 0,
        }
      );
    }
    datasets.push({
      label: "quality of the data (mean score)",
      data: points(data.quality.places, data.quality.scores),
      borderColor: colour("fill"),
      backgroundColor: colour("fill") + "66",
      fill: "start",
      borderWidth: 1,
      pointRadius: 0,
      yAxisID: "y",
      order: 9,
    });
    const settings = options(
      {
        x: place(),
        y: axis("mean score", { grid: { display: false } }),
        rate: axis("learning rate", {
          position: "right",
          min: 0,
          grid: { display: false },
          ticks: { color: colour("soft"), callback: (value) => +value.toPrecision(3) },
        }),
      },
      {
        callbacks: {
          title: (items) =>
            at(items) +
            (items.length && items[0].raw.step ? ", step " + whole.format(items[0].raw.step) : ""),
          label: (item) =>
            " " + item.dataset.label + ": " +
            (item.raw.weight === undefined ? +item.parsed.y.toPrecision(4) : "weight " + +item.raw.weight.toPrecision(4)),
        },
      },
      true
    );
    settings.interaction = { mode: "nearest", intersect: false, axis: "x" };
    draw(canvas, "line", datasets, settings);
  }

  function drawAll() {
    charts.splice(0).forEach((chart) => chart.destroy());
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    document.querySelectorAll("canvas[data-criterion]").forEach(histogram);
    quality(document.getElementById("quality"));
    mixture(document.getElementById("mixture"));
    schedule(document.getElementById("schedule"));
  }

  drawAll();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  addEventListener("beforeprint", () => {
    drawAll();
    charts.forEach((chart) => chart.resize());
  });
  addEventListener("afterprint", drawAll);
})();
