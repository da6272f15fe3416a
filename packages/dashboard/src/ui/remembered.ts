/** What a person chose for this browser. Where it remembers nothing, everything is as it comes. */

type Choice = 'language' | 'theme' | 'node-columns' | 'map-grouping';

export function remembered(choice: Choice): string | null {
  try {
    return localStorage.getItem(`sluice.${choice}`);
  } catch {
    // Storage is switched off.
    return null;
  }
}

export function remember(choice: Choice, value: string): void {
  try {
    localStorage.setItem(`sluice.${choice}`, value);
  } catch {
    // Storage is full or switched off: it is chosen until the page is closed.
  }
}
