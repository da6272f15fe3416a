/** Curves over time. What draws them is loaded when the first of them is shown; their place is there before. */
import { lazy, Suspense } from 'react';
import type { DrawnChartProps } from './drawn-chart.tsx';
import styles from './time-chart.module.css';

const DrawnChart = lazy(async () => ({ default: (await import('./drawn-chart.tsx')).DrawnChart }));

export function TimeChart(props: DrawnChartProps) {
  return (
    <div className={styles['chart']} style={{ minHeight: props.height }}>
      <Suspense>
        <DrawnChart {...props} />
      </Suspense>
    </div>
  );
}
