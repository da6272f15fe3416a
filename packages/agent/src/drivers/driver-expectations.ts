/** What tests of drivers wait for: what a driver observes, and what its workload prints. */
import { expect } from 'vitest';
import type { Driver } from './driver.ts';

export async function expectObserved(driver: Driver, what: Readonly<Record<string, unknown>>): Promise<void> {
  await expect.poll(() => driver.observe(), { timeout: 15_000 }).toMatchObject(what);
}

export async function expectPrinted(driver: Driver, text: string): Promise<void> {
  await expect.poll(() => driver.output(10_000), { timeout: 10_000 }).toContain(text);
}
