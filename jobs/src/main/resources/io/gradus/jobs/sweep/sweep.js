(function () {
  "use strict";
  const data = JSON.parse(document.getElementById("data").textContent);
  const palette = ["#3f74b5", "#d98032", "#3a9d7c", "#b4588a", "#8b74c4", "#bb9a2d", "#5aa7c4", "#8a909a"];
  const shapes = ["circle", "rect", "triangle", "rectRot", "star", "crossRot"];
  const whole = new Intl.NumberFormat("en-US");
  const element = (id) => document.getElementById(id);
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
  const percent = (value) => (100 * value).toFixed(100 * value < 10 ? 2 : 1) + " %";
  const plain = (value) => (Math.abs(value) >= 1000 ? whole.format(Math.round(value)) : +value.toPrecision(4));
  const distinct = (values) => Array.from(new Set(values));
  const mixes = distinct(data.points.map((point) => point.mix));
  const quotas = distinct(data.points.map((point) => point.quotas));
  const budgets = distinct(data.points.map((point) => point.budget));
  const current = data.points.find((point) => point.current);
  let chart = null;
  let chosen = null;

  // Greater is better in each of them, so that fronts mean something.
  const axes = [
    { name: "quality", text: "quality (mean percentile)", share: true, of: (figures) => figures.quality, show: (value) => value.toFixed(3) },
    { name: "diversity", text: "diversity (effective share)", share: true, of: (figures) => figures.diversity, show: (value) => value.toFixed(3) },
    { name: "uniform overlap", text: "overlap with a uniform draw", share: true, of: (figures) => figures.uniformOverlap, show: percent },
    { name: "source entropy", text: "source entropy (bits)", of: (figures) => figures.sourceEntropy, show: plain },
  ];
  if (data.corpus.topicEntropy > 0) {
    axes.push({ name: "topic entropy", text: "topic entropy (bits)", of: (figures) => figures.topicEntropy, show: plain });
  }
  data.criteria.forEach((name, index) =>
    axes.push({ name: "mean " + name, text: "mean " + name, of: (figures) => figures.criteria[index].mean, show: plain })
  );

  function fill(select, names, all) {
    if (all && names.length > 1) {
      select.add(new Option(all, ""));
    }
    names.forEach((name) => select.add(new Option(name, name)));
    select.addEventListener("change", draw);
  }

  function fillAxis(select, index) {
    axes.forEach((axis, i) => select.add(new Option(axis.text, i, i === index, i === index)));
    select.addEventListener("change", draw);
  }

  function shown() {
    const wanted = { budget: element("budget").value, mix: element("mix").value, quotas: element("quotas").value };
    return data.points.filter((point) =>
      Object.keys(wanted).every((key) => wanted[key] === "" || point[key] === wanted[key])
    );
  }

  function front(points, x, y) {
    return points.filter((point) => {
      const px = x.of(point.figures);
      const py = y.of(point.figures);
      return !points.some((other) => {
        const ox = x.of(other.figures);
        const oy = y.of(other.figures);
        return other.budget === point.budget && ox >= px && oy >= py && (ox > px || oy > py);
      });
    });
  }

  const title = (point) => point.mix + " at temperature " + point.temperature;

  function about(point) {
    return (point.quotas === "none" ? "no quotas" : point.quotas) + ", " + point.budget + " budget";
  }

  function axis(of, points) {
    // Shares lie between 0 and 1, and a little room lets points be whole.
    const values = points.map((point) => of.of(point.figures));
    return {
      min: of.share && Math.min(...values) < 0.1 ? -0.02 : undefined,
      max: of.share && Math.max(...values) > 0.9 ? 1.02 : undefined,
      type: "linear",
      title: { display: true, text: of.text, color: colour("soft") },
      ticks: { color: colour("soft"), maxTicksLimit: 8, includeBounds: false },
      grid: { color: colour("grid") },
      border: { color: colour("line") },
      grace: "4%",
    };
  }

  function draw() {
    const x = axes[element("x").value];
    const y = axes[element("y").value];
    const points = shown();
    const best = front(points, x, y);
    const spot = (point) => ({ x: x.of(point.figures), y: y.of(point.figures), point: point });
    const datasets = [];
    if (current && points.includes(current)) {
      datasets.push({
        label: "current configuration",
        data: [spot(current)],
        pointStyle: "circle",
        radius: 12,
        hoverRadius: 12,
        borderWidth: 2.5,
        borderColor: colour("loud"),
        backgroundColor: "transparent",
        order: 0,
      });
    }
    if (chosen && points.includes(chosen)) {
      datasets.push({
        label: "chosen",
        data: [spot(chosen)],
        pointStyle: "circle",
        radius: 9,
        hoverRadius: 9,
        borderWidth: 2,
        borderColor: colour("ink"),
        backgroundColor: "transparent",
        order: 1,
      });
    }
    mixes.forEach((mix, index) => {
      const ofMix = points.filter((point) => point.mix === mix);
      if (ofMix.length > 0) {
        const tone = palette[index % palette.length];
        datasets.push({
          label: mix,
          data: ofMix.map(spot),
          pointStyle: ofMix.map((point) => shapes[quotas.indexOf(point.quotas) % shapes.length]),
          radius: ofMix.map((point) => (best.includes(point) ? 6.5 : 4)),
          hoverRadius: 8,
          borderWidth: 1.5,
          borderColor: tone,
          backgroundColor: ofMix.map((point) => (best.includes(point) ? tone : tone + "55")),
          order: 2,
        });
      }
    });
    distinct(best.map((point) => point.budget)).forEach((budget) =>
      datasets.push({
        label: "front of " + budget,
        isFront: true,
        type: "line",
        data: best
          .filter((point) => point.budget === budget)
          .map(spot)
          .sort((one, other) => one.x - other.x || other.y - one.y),
        borderColor: colour("fill"),
        borderWidth: 2,
        radius: 0,
        hoverRadius: 0,
        hitRadius: 0,
        order: 3,
      })
    );
    if (chart) {
      chart.destroy();
    }
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    chart = new Chart(element("points"), {
      type: "scatter",
      data: { datasets: datasets },
      options: {
        animation: false,
        maintainAspectRatio: false,
        interaction: { mode: "nearest", intersect: true },
        onClick: (event, items) => {
          const hit = items.find((item) => !datasets[item.datasetIndex].isFront);
          if (hit) {
            choose(datasets[hit.datasetIndex].data[hit.index].point);
          }
        },
        onHover: (event, items) => {
          event.native.target.style.cursor = items.length ? "pointer" : "default";
        },
        plugins: {
          legend: {
            position: "top",
            align: "start",
            labels: {
              color: colour("ink"),
              usePointStyle: true,
              pointStyle: "circle",
              boxHeight: 7,
              filter: (item) => !datasets[item.datasetIndex].isFront,
            },
            onClick: () => {},
          },
          tooltip: {
            filter: (item, index, items) =>
              !item.dataset.isFront &&
              // The ring around a point is about the same setting.
              items.findIndex((other) => !other.dataset.isFront && other.raw.point === item.raw.point) === index,
            displayColors: false,
            callbacks: {
              title: (items) => (items.length ? title(items[0].raw.point) + (items[0].raw.point.current ? " (current)" : "") : ""),
              label: (item) => {
                const point = item.raw.point;
                return [
                  about(point),
                  y.name + " " + y.show(item.parsed.y) + ", " + x.name + " " + x.show(item.parsed.x),
                  whole.format(point.figures.tokens) + " tokens in " + whole.format(point.figures.documents) + " documents",
                ];
              },
            },
          },
        },
        scales: { x: axis(x, points), y: axis(y, points) },
      },
    });
    hint(points);
    list(best, x, y);
  }

  function hint(points) {
    const used = quotas.filter((name) => points.some((point) => point.quotas === name));
    const names = { circle: "circle", rect: "square", triangle: "triangle", rectRot: "diamond", star: "star", crossRot: "cross" };
    const parts = used.map((name) => names[shapes[quotas.indexOf(name) % shapes.length]] + ": " + (name === "none" ? "no quotas" : name));
    if (!current) {
      parts.push("The current configuration is none of the settings.");
    } else if (!points.includes(current)) {
      parts.push("The current configuration (" + title(current) + ", " + about(current) + ") is not among those shown.");
    }
    element("hint").textContent = parts.join(" · ");
  }

  function cell(row, text, number) {
    const td = document.createElement("td");
    td.textContent = text;
    if (number) {
      td.className = "n";
    }
    row.append(td);
  }

  function list(best, x, y) {
    element("yhead").textContent = y.name;
    element("xhead").textContent = x.name;
    const rows = best
      .slice()
      .sort((one, other) => budgets.indexOf(one.budget) - budgets.indexOf(other.budget) || y.of(other.figures) - y.of(one.figures))
      .map((point) => {
        const row = document.createElement("tr");
        row.className = "setting" + (point === chosen ? " picked" : "");
        cell(row, point.mix + (point.current ? " (current)" : ""));
        cell(row, point.temperature, true);
        cell(row, point.quotas);
        cell(row, point.budget, true);
        cell(row, y.show(y.of(point.figures)), true);
        cell(row, x.show(x.of(point.figures)), true);
        cell(row, whole.format(point.figures.tokens), true);
        row.addEventListener("click", () => choose(point));
        return row;
      });
    element("rows").replaceChildren(...rows);
  }

  function choose(point) {
    chosen = point;
    element("name").textContent = title(point);
    element("about").textContent = about(point) + (point.current ? "; this is the current configuration." : ".");
    element("lines").textContent = point.lines.join("\n");
    element("details").hidden = false;
    element("copy").textContent = "Copy";
    compare(point);
    draw();
  }

  function compare(point) {
    const withCurrent = current && current !== point;
    const head = document.createElement("tr");
    ["", "this", withCurrent ? "current" : null, "corpus"].forEach((text, index) => {
      if (text !== null) {
        const th = document.createElement("th");
        th.textContent = text;
        th.className = index ? "n" : "";
        head.append(th);
      }
    });
    element("heads").replaceChildren(head);
    const rows = [];
    const add = (name, show, corpus) => {
      const row = document.createElement("tr");
      cell(row, name);
      cell(row, show(point.figures), true);
      if (withCurrent) {
        cell(row, show(current.figures), true);
      }
      cell(row, corpus === undefined ? "" : corpus, true);
      rows.push(row);
    };
    const withError = (figures) =>
      figures.diversity.toFixed(3) + (figures.diversityError > 0 ? " ± " + figures.diversityError.toPrecision(1) : "");
    add("tokens", (figures) => whole.format(figures.tokens));
    add("documents", (figures) => whole.format(figures.documents), whole.format(data.documents));
    add("quality", (figures) => figures.quality.toFixed(3), "0.500");
    add("diversity", withError, "1.000");
    add("effective documents", (figures) => whole.format(Math.round(figures.effectiveDocuments)));
    add("overlap with top", (figures) => percent(figures.topOverlap));
    add("overlap with uniform", (figures) => percent(figures.uniformOverlap));
    add("repeats", (figures) => figures.repeats.toFixed(2));
    add("source entropy", (figures) => plain(figures.sourceEntropy), plain(data.corpus.sourceEntropy));
    add("source divergence", (figures) => plain(figures.sourceDivergence), "0");
    if (data.corpus.topicEntropy > 0) {
      add("topic entropy", (figures) => plain(figures.topicEntropy), plain(data.corpus.topicEntropy));
      add("topic divergence", (figures) => plain(figures.topicDivergence), "0");
    }
    if (point.figures.shortGroups > 0) {
      add("groups below their quota", (figures) => whole.format(figures.shortGroups));
    }
    data.criteria.forEach((name, index) => {
      add("mean " + name, (figures) => plain(figures.criteria[index].mean), plain(data.corpus.criteria[index].mean));
      const range = (criterion) => plain(criterion.quantiles[0]) + " to " + plain(criterion.quantiles[4]);
      add("5 to 95 % " + name, (figures) => range(figures.criteria[index]), range(data.corpus.criteria[index]));
    });
    const share = (sources, tokens, name) => {
      const found = sources.find((source) => source.name === name);
      return found && tokens > 0 ? percent(found.tokens / tokens) : "";
    };
    const corpusTokens = data.corpus.sources.reduce((sum, source) => sum + source.tokens, 0);
    data.corpus.sources.slice(0, 12).forEach((source) =>
      add("tokens from " + source.name, (figures) => share(figures.sources, figures.tokens, source.name), share(data.corpus.sources, corpusTokens, source.name))
    );
    element("figures").replaceChildren(...rows);
  }

  element("copy").addEventListener("click", () => {
    const lines = element("lines");
    const mark = () => {
      getSelection().selectAllChildren(lines);
      element("copy").textContent = "Marked; press Ctrl+C";
    };
    if (!navigator.clipboard) {
      mark();
      return;
    }
    navigator.clipboard.writeText(lines.textContent + "\n").then(() => {
      element("copy").textContent = "Copied";
    }, mark);
  });

  fill(element("budget"), budgets, "all budgets");
  fill(element("mix"), mixes, "all mixes");
  fill(element("quotas"), quotas, "all quotas");
  fillAxis(element("y"), 0);
  fillAxis(element("x"), 1);
  // At a budget that no other setting has, such as all tokens, there is nothing to compare.
  const others = data.points.filter((point) => point !== current);
  const first = others.find((point) => current && point.budget === current.budget) || others[0] || current;
  element("budget").value = first.budget;
  draw();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
})();
