// SPDX-License-Identifier: Apache-2.0
// Charts of times, drawn with uPlot.
import uPlot from '../dist/vendor/uplot.js';
import { make } from '../web/common/dom.js';
import { colorName } from './chart-view.js';

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

/** Tick distances for an integer axis. */
const WHOLE = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000];

/** @param {object[]} more Further options of each axis. */
function axes(labels, more) {
  const [text, line] = [paint('--muted'), paint('--border')];
  return labels.map((label, index) => ({
    ...more[index],
    label,
    stroke: text,
    grid: { stroke: line, width: 1 },
    ticks: { stroke: line, width: 1 },
    labelSize: 22,
    size: 46,
  }));
}

/**
 * A chart that is redrawn when its size, the theme or the view changes.
 *
 * @param {string} description Text alternative.
 * @param {import('./chart-view.js').ChartView} view
 * @param {() => {options: object, data: unknown[]}} build
 */
function chart(description, view, build) {
  const place = make('div', { class: 'chart', role: 'img', 'aria-label': description });
  let plot = null;
  const draw = () => {
    if (!place.isConnected && plot) {
      stop();
      return;
    }
    plot?.destroy();
    const { options, data } = build();
    plot = new uPlot(
      { width: Math.max(200, place.clientWidth), height: HEIGHT, legend: { show: false }, ...options },
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
    view.removeEventListener('change', draw);
    plot?.destroy();
    plot = null;
  };
  resize.observe(place);
  document.addEventListener('themechange', draw);
  view.addEventListener('change', draw);
  return place;
}

/** Down to one digit, as the labels of a logarithmic axis. */
function roundDown(value) {
  const unit = 10 ** Math.floor(Math.log10(value));
  return Math.floor(value / unit) * unit;
}

/** The range of the axis of times. */
function timeScale({ isLogarithmic }) {
  const range = (_, low, high) => {
    if (low === null) return isLogarithmic ? [0.1, 10] : [0, 1];
    return isLogarithmic ? [roundDown(low), high * 1.1] : [Math.min(0, low), high * 1.05];
  };
  return { range, ...(isLogarithmic && { distr: 3, log: 10 }) };
}

/** A logarithm has no place for 0, which coarse timers give. */
const drawable = (times, { isLogarithmic }) => times.map((time) => (isLogarithmic && time <= 0 ? null : time));

const tick = (value) => String(Number(value.toPrecision(3)));

/**
 * Every run of every engine in order of time. Warm-up runs are grey.
 *
 * @param {import('./chart-view.js').ChartView} view
 */
export function runsChart(view) {
  const { engines } = view;
  const warmups = Math.max(...engines.map((engine) => engine.warmups.length));
  const runs = Math.max(...engines.map(({ samples }) => samples.length));
  const x = Array.from({ length: warmups + runs }, (_, i) => i - warmups + 1);
  const blank = (count) => new Array(count).fill(null);
  const warm = ({ engine }) => ({
    series: { width: 0, paths: () => null, points: { show: true, size: 7, fill: paint('--border-strong') } },
    data: [...blank(warmups - engine.warmups.length), ...drawable(engine.warmups, view), ...blank(runs)],
  });
  const timed = ({ engine, index }) => ({
    series: { stroke: paint(colorName(index)), width: 1.5, points: { show: true, size: 4 } },
    data: [...blank(warmups), ...drawable(engine.samples, view), ...blank(runs - engine.samples.length)],
  });
  return chart(`Time of each of ${runs} runs, ${warmups} warm-up runs before them`, view, () => {
    const all = [...view.shown.map(timed), ...(warmups > 0 ? view.shown.map(warm) : [])];
    return {
      options: {
        scales: { x: { time: false }, y: timeScale(view) },
        axes: axes(['run', 'milliseconds'], [{ incrs: WHOLE }, { values: (_, splits) => splits.map(label) }]),
        series: [{}, ...all.map(({ series }) => series)],
      },
      data: [x, ...all.map(({ data }) => data)],
    };
  });
}

/** On a logarithmic scale, uPlot leaves out the labels that have no room. */
const label = (value) => (value === null ? null : tick(value));

/** A histogram of times. The last bin includes all slower runs. @param {import('./chart-view.js').ChartView} view */
export function histogram(view) {
  return chart('How often which time was measured', view, () => {
    const [to, from] = view.isLogarithmic ? [Math.log10, (value) => 10 ** value] : [Number, Number];
    const positions = view.shown.map(({ engine, index }) => ({
      index,
      values: drawable(engine.samples, view)
        .filter((time) => time !== null)
        .map(to),
    }));
    const all = positions.flatMap(({ values }) => values);
    const low = all.reduce((least, value) => Math.min(least, value), all.length > 0 ? Infinity : 0);
    const high = all.reduce((most, value) => Math.max(most, value), low + Math.max(1e-3 * Math.abs(low), 1e-9));
    const width = (high - low) / BINS;
    const x = Array.from({ length: BINS }, (_, i) => low + (i + 0.5) * width);
    const count = (values) => {
      const bins = new Array(BINS).fill(0);
      for (const value of values) bins[Math.min(BINS - 1, Math.floor((value - low) / width))] += 1;
      return bins;
    };
    return {
      options: {
        scales: {
          x: { time: false, range: () => [low - width / 2, high + width / 2] },
          y: { range: (_, __, most) => [0, (most || 1) * 1.05] },
        },
        axes: axes(['milliseconds', 'runs'], [{ values: (_, splits) => splits.map((value) => tick(from(value))) }, {}]),
        series: [
          {},
          ...positions.map(({ index }) => ({
            stroke: paint(colorName(index)),
            fill: paint(colorName(index)).replace(/^rgb\((.*)\)$/, 'rgba($1, 0.4)'),
            paths: uPlot.paths.bars({ size: [0.95, 60] }),
            points: { show: false },
          })),
        ],
      },
      data: [x, ...positions.map(({ values }) => count(values))],
    };
  });
}
