/** {count, median, high (99 of 100), longest} of numbers; 0 of none. */
export function summary(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { count: sorted.length, median: at(0.5), high: at(0.99), longest: at(1) };
}
