import { signal } from '@preact/signals';

/** The page is in sight: only then are messages read. */
export const visible = signal(document.visibilityState === 'visible');

export function watchVisibility(shown: () => void, hidden: () => void): void {
  document.addEventListener('visibilitychange', () => {
    visible.value = document.visibilityState === 'visible';
    if (visible.value) shown();
    else hidden();
  });
}
