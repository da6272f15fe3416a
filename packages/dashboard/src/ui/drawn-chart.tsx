/** Curves over time as uPlot draws them: with what they say under the pointer, in the reader's zone. */
import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useLanguage } from '../i18n/words.tsx';
import type { Palette } from '../theme/palette.ts';
import { useTheme } from '../theme/theme.tsx';
import styles from './time-chart.module.css';
import { useWidth } from './use-width.ts';

export interface ChartLine {
  /** One for each time; `null`: not known, and the line is broken there. */
  readonly values: readonly (number | null)[];
  readonly colour: keyof Palette['status'] | 'accent' | 'inkSoft';
  /** `expected`: what is not yet; `steps`: it stays until it changes. */
  readonly style: 'measured' | 'steps' | 'expected';
}

export interface DrawnChartProps {
  /** What it shows, for who does not see it. */
  readonly label: string;
  /** CSS pixels. */
  readonly height: number;
  /** Epoch milliseconds, ascending. */
  readonly times: readonly number[];
  readonly lines: readonly ChartLine[];
  /** Upright lines at what is to happen. Epoch milliseconds. */
  readonly marks?: readonly { readonly at: number; readonly word: string }[];
  /** Steps of the scale are round in this unit. */
  readonly unit: 'count' | 'bytes';
  readonly inWords: (value: number) => string;
  /** What stands below while no pointer is on it. */
  readonly note: string;
  /** Charts with the same show the same instant under the pointer. */
  readonly group?: string;
}

/** Whole numbers that people count in. */
const COUNT_STEPS = Array.from({ length: 12 }, (_none, power) => [1, 2, 5].map((digit) => digit * 10 ** power)).flat();
/** Powers of two, from a byte to a pebibyte. */
const BYTES_STEPS = Array.from({ length: 51 }, (_none, power) => 2 ** power);
/** Milliseconds up to which the axis of time tells seconds. */
const SECONDS_TOLD_MS = 10 * 60_000;
/** CSS pixels between two values. */
const VALUES_APART = 26;
/** CSS pixels between two times of the axis. */
const TIMES_APART = 90;
const AXIS_FONT = '11px system-ui, sans-serif';

export function DrawnChart(props: DrawnChartProps) {
  const { label, note, times, lines, inWords } = props;
  const { language } = useLanguage();
  const [ref, width] = useWidth<HTMLDivElement>();
  const [index, setIndex] = useState<number | null>(null);
  useChart(ref, width, props, setIndex);
  const time = index === null ? undefined : times[index];
  const values = lines.flatMap(({ values: each }) => (index === null ? [] : (each[index] ?? [])));
  return (
    <>
      <div ref={ref} role="img" aria-label={label} style={{ height: props.height }} />
      <p className={styles['readout']}>
        {time === undefined
          ? note
          : `${clockTime(time, language, 'medium')} · ${values.map(inWords).join(' · ') || '–'}`}
      </p>
    </>
  );
}

/** Draws anew only when the look changes; new values move the lines. */
function useChart(
  ref: RefObject<HTMLDivElement | null>,
  width: number,
  props: DrawnChartProps,
  pointedAt: (index: number | null) => void,
): void {
  const { palette } = useTheme();
  const { language } = useLanguage();
  const latest = useRef(props);
  const plot = useRef<uPlot | null>(null);
  const looks = props.lines.map(({ colour, style }) => `${colour} ${style}`).join();
  useLayoutEffect(() => {
    latest.current = props;
    plot.current?.setData(dataOf(props));
  }, [props]);
  useEffect(() => {
    const element = ref.current;
    if (element === null || width === 0) return;
    const drawn = new uPlot(
      optionsOf({ latest, width, palette, language, pointedAt }),
      dataOf(latest.current),
      element,
    );
    plot.current = drawn;
    return () => {
      plot.current = null;
      drawn.destroy();
    };
  }, [ref, width, palette, language, looks, pointedAt]);
}

interface Look {
  readonly latest: RefObject<DrawnChartProps>;
  readonly width: number;
  readonly palette: Palette;
  readonly language: string;
  readonly pointedAt: (index: number | null) => void;
}

function optionsOf({ latest, width, palette, language, pointedAt }: Look): uPlot.Options {
  const { height, lines, unit, group } = latest.current;
  const axis = {
    stroke: palette.inkSoft,
    font: AXIS_FONT,
    grid: { stroke: palette.line, width: 1 },
    ticks: { stroke: palette.line, width: 1, size: 4 },
  };
  return {
    width,
    height,
    padding: [8, 12, 0, 0],
    legend: { show: false },
    cursor: {
      drag: { x: false, y: false },
      y: false,
      ...(group === undefined ? {} : { sync: { key: group, setSeries: false } }),
    },
    scales: {
      x: { time: true },
      y: { range: (_plot, _least, most) => [0, Math.max(1, most || 0) * 1.1] },
    },
    axes: [
      {
        ...axis,
        size: 28,
        space: TIMES_APART,
        values: (_plot, seconds) => timesInWords(seconds, language),
      },
      {
        ...axis,
        size: 64,
        space: VALUES_APART,
        incrs: unit === 'bytes' ? BYTES_STEPS : COUNT_STEPS,
        values: (_plot, values) => values.map((value) => latest.current.inWords(value)),
      },
    ],
    series: [{}, ...lines.map((line) => seriesOf(line, palette))],
    hooks: {
      setCursor: [({ cursor }) => pointedAt(cursor.idx ?? null)],
      draw: [(plot) => drawMarks(plot, latest.current.marks ?? [], palette)],
    },
  };
}

function seriesOf({ colour, style }: ChartLine, palette: Palette): uPlot.Series {
  const stroke = colour === 'accent' || colour === 'inkSoft' ? palette[colour] : palette.status[colour];
  const steps = uPlot.paths.stepped?.({ align: 1 });
  return {
    stroke,
    width: 2,
    // A line of one value would not be seen.
    points: { show: style === 'measured', size: 5, fill: stroke, filter: lonelyPoints },
    ...(style === 'expected' ? { dash: [4, 4], spanGaps: true } : { fill: `${stroke}22` }),
    ...(style === 'steps' && steps !== undefined ? { paths: steps } : {}),
  };
}

/** The indices of values with nothing known on either side. */
function lonelyPoints(plot: uPlot, series: number): number[] {
  const values = plot.data[series] ?? [];
  const isKnown = (index: number) => typeof values[index] === 'number';
  return Array.from(values, (_value, index) => index).filter(
    (index) => isKnown(index) && !isKnown(index - 1) && !isKnown(index + 1),
  );
}

function drawMarks(plot: uPlot, marks: NonNullable<DrawnChartProps['marks']>, palette: Palette): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = palette.danger;
  ctx.fillStyle = palette.danger;
  ctx.lineWidth = ratio;
  ctx.font = `${11 * ratio}px system-ui, sans-serif`;
  ctx.textAlign = 'right';
  for (const { at, word } of marks) {
    const x = plot.valToPos(at / 1000, 'x', true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.fillText(word, x - 4 * ratio, bbox.top + 12 * ratio);
  }
  ctx.restore();
}

function dataOf({ times, lines }: DrawnChartProps): uPlot.AlignedData {
  return [times.map((time) => time / 1000), ...lines.map(({ values }) => [...values])];
}

function timesInWords(seconds: readonly number[], language: string): string[] {
  const spanMs = ((seconds.at(-1) ?? 0) - (seconds.at(0) ?? 0)) * 1000;
  const style = spanMs <= SECONDS_TOLD_MS ? 'medium' : 'short';
  return seconds.map((each) => clockTime(each * 1000, language, style));
}

function clockTime(ms: number, language: string, timeStyle: 'short' | 'medium'): string {
  return new Intl.DateTimeFormat(language, { timeStyle }).format(ms);
}
