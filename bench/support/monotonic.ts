/** Milliseconds of a clock that never steps and that all processes of this machine share, so that instants of two of them can be compared. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
