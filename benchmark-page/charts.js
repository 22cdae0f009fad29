// SPDX-License-Identifier: Apache-2.0
// Charts of times, drawn with uPlot.
import uPlot from '../dist/vendor/uplot.js';
import { make } from '../web/common/dom.js';

const HEIGHT = 240;
const BINS = 24;

const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** A CSS colour for use on a canvas. An element resolves light-dark(). */
function paint(name) {
  const probe = make('span', { hidden: true });
  probe.style.color = color(name);
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

const chartColors = () => [1, 2, 3, 4].map((index) => paint(`--chart-${index}`));

/** Tick distances for an integer axis. */
const WHOLE = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000];

function axes(labels, increments) {
  const [text, line] = [paint('--muted'), paint('--border')];
  return labels.map((label, index) => ({
    ...(index === 0 && increments && { incrs: increments }),
    label,
    stroke: text,
    grid: { stroke: line, width: 1 },
    ticks: { stroke: line, width: 1 },
    labelSize: 22,
    size: 46,
  }));
}

/**
 * A chart that is redrawn when its size or the theme changes.
 *
 * @param {string} description Text alternative.
 * @param {() => {options: object, data: unknown[]}} make
 */
function chart(description, build) {
  const place = make('div', { class: 'chart', role: 'img', 'aria-label': description });
  let plot = null;
  const draw = () => {
    if (!place.isConnected && plot) {
      stop();
      return;
    }
    plot?.destroy();
    const { options, data } = build();
    // One legend entry for all warm-up runs.
    const hooks = { init: [(made) => shortenLegend(made.root)] };
    plot = new uPlot(
      { width: Math.max(200, place.clientWidth), height: HEIGHT, hooks, legend: { live: false }, ...options },
      data,
      place,
    );
  };
  let drawnWidth = 0;
  const resize = new ResizeObserver(() => {
    const width = Math.max(200, place.clientWidth);
    if (width === drawnWidth) return;
    drawnWidth = width;
    if (plot) plot.setSize({ width, height: HEIGHT });
    else draw();
  });
  const stop = () => {
    resize.disconnect();
    document.removeEventListener('themechange', draw);
    plot?.destroy();
    plot = null;
  };
  resize.observe(place);
  document.addEventListener('themechange', draw);
  return place;
}

const WARMUP = 'warm-up, not counted';

function shortenLegend(root) {
  const entries = Array.from(root.querySelectorAll('.u-series')).filter((entry) => entry.textContent.includes(WARMUP));
  for (const entry of entries.slice(1)) entry.remove();
}

const milliseconds = (_, value) => (value === null || value === undefined ? '–' : `${value.toFixed(3)} ms`);

/**
 * Every run of every engine in order of time. Warm-up runs are grey.
 *
 * @param {{name: string, warmups: number[], samples: number[]}[]} engines
 */
export function runsChart(engines) {
  const warmups = Math.max(...engines.map(({ warmups }) => warmups.length));
  const runs = Math.max(...engines.map(({ samples }) => samples.length));
  const x = Array.from({ length: warmups + runs }, (_, i) => i - warmups + 1);
  const blank = (count) => new Array(count).fill(null);
  return chart(`Time of each of ${runs} runs, ${warmups} warm-up runs before them`, () => {
    const colors = chartColors();
    const gray = paint('--border-strong');
    const warm = engines.map(({ warmups: times }) => ({
      series: {
        label: WARMUP,
        stroke: gray,
        width: 0,
        paths: () => null,
        points: { show: true, size: 7, fill: gray },
        value: milliseconds,
      },
      data: [...blank(warmups - times.length), ...times, ...blank(runs)],
    }));
    const timed = engines.map(({ name, samples }, index) => ({
      series: {
        label: name,
        stroke: colors[index % colors.length],
        width: 1.5,
        points: { show: true, size: 4 },
        value: milliseconds,
      },
      data: [...blank(warmups), ...samples, ...blank(runs - samples.length)],
    }));
    const all = warmups > 0 ? [...timed, ...warm] : timed;
    return {
      options: {
        scales: { x: { time: false }, y: { range: (_, low, high) => [Math.min(0, low), high * 1.05] } },
        axes: axes(['run', 'milliseconds'], WHOLE),
        series: [{ label: 'run' }, ...all.map(({ series }) => series)],
      },
      data: [x, ...all.map(({ data }) => data)],
    };
  });
}

/** A histogram of times. The last bin includes all slower runs. */
export function histogram(engines) {
  const timed = engines.filter(({ samples }) => samples.length > 0);
  const all = timed.flatMap(({ samples }) => samples).sort((a, b) => a - b);
  const low = all[0];
  const high = Math.max(all.at(-1), low * 1.001 + 1e-9);
  const width = (high - low) / BINS;
  const x = Array.from({ length: BINS }, (_, i) => low + (i + 0.5) * width);
  const counts = timed.map(({ samples }) => {
    const bins = new Array(BINS).fill(0);
    for (const time of samples) bins[Math.min(BINS - 1, Math.floor((time - low) / width))] += 1;
    return bins;
  });
  return chart('How often which time was measured', () => {
    const colors = chartColors();
    return {
      options: {
        scales: {
          x: { time: false, range: () => [low - width / 2, high + width / 2] },
          y: { range: (_, __, most) => [0, most * 1.05] },
        },
        axes: axes(['milliseconds', 'runs']),
        series: [
          { label: 'time', value: milliseconds },
          ...timed.map(({ name }, index) => ({
            label: name,
            stroke: colors[index % colors.length],
            fill: colors[index % colors.length].replace(/^rgb\((.*)\)$/, 'rgba($1, 0.4)'),
            paths: uPlot.paths.bars({ size: [0.95, 60] }),
            points: { show: false },
          })),
        ],
      },
      data: [x, ...counts],
    };
  });
}
